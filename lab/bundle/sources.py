"""The project's sources, as they lie in the checkout, and its documentation as text to read."""

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import catalogue
from lab.engines import images

ARCHIVE = "pacslab-sources.tar.gz"
INSIDE = "pacslab"
"""The folder that the archive unpacks to."""
BESIDE = (
    "compose",
    "tests",
    "Makefile",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "requirements-dev.lock",
    ".dockerignore",
    ".ci",
)
"""What is no source of an image, but belongs to a checkout."""
DOCUMENTS = ("README.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", "compose/README.md")
GENERATED = {"__pycache__", ".pytest_cache"}


def pack(root: Path, folder: Path) -> None:
    """Write the checkout into one archive, without what is generated in it."""
    with tarfile.open(folder / ARCHIVE, "w:gz", compresslevel=6) as archive:
        for name in sorted({*images.SOURCES, *BESIDE}):
            if (root / name).exists():
                archive.add(root / name, f"{INSIDE}/{name}", filter=_ours)


@contextmanager
def unpacked(folder: Path) -> Iterator[Path]:
    """A copy of the checkout, made of the archive."""
    with tempfile.TemporaryDirectory(prefix="pacslab-bundle-") as place:
        with tarfile.open(folder / ARCHIVE) as archive:
            archive.extractall(place, filter="data")
        yield Path(place) / INSIDE


def document(root: Path, folder: Path) -> None:
    """Write the texts, and the page of every probe and control, as Markdown."""
    folder.mkdir()
    for name in DOCUMENTS:
        if (root / name).is_file():
            text = (root / name).read_text(encoding="utf-8")
            (folder / name.replace("/", "-")).write_text(text, encoding="utf-8")
    for kind, name, text in _pages():
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / f"{name}.md").write_text(text, encoding="utf-8")


def _pages() -> Iterator[tuple[str, str, str]]:
    for row in catalogue.probe_rows():
        yield "probes", row[0], catalogue.probe_page(row[0])
    for row in catalogue.control_rows():
        yield "controls", row[0], catalogue.control_page(row[0])


def _ours(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Nothing generated, and nobody's name on it."""
    if GENERATED & set(Path(member.name).parts):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
