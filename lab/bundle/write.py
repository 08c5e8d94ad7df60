"""Writing a bundle: everything an offline room needs, in one folder."""

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from lab.bundle import BundleError, sources, sums, wheels
from lab.bundle.manifest import Images, Manifest
from lab.engines import compose
from lab.engines.known import Name
from lab.progress import Progress

INSTALL = "INSTALL"
WHEELS = "wheels"
DOCUMENTATION = "docs"


def write(folder: Path, engine: Name, progress: Progress) -> str:
    """Write a bundle into a new folder; its seal. ``engine`` process: without images.

    Raises:
        BundleError: the folder is in use, or no package index can be reached.
        EngineError: no engine answers, or the images cannot be built.
    """
    root = compose.ROOT
    if not (root / wheels.LOCK).is_file():
        raise BundleError("a bundle is written from pacslab's checkout, this is an installed wheel")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BundleError(f"{folder} is not empty: name a new folder for the bundle")
    folder.mkdir(parents=True, exist_ok=True)
    with progress.task("writing sources and documentation"):
        sources.pack(root, folder)
        sources.document(root, folder / DOCUMENTATION)
    with progress.task("fetching the wheels"), sources.unpacked(folder) as copy:
        wheels.fetch(copy, folder / WHEELS)
    images = _images(folder, progress) if engine == "docker" else None
    manifest = Manifest(version=version("pacslab"), made=datetime.now(UTC), images=images)
    manifest.save(folder)
    (folder / INSTALL).write_text(install_text(manifest), encoding="utf-8", newline="\n")
    with progress.task("writing checksums"):
        return sums.write(folder)


def _images(folder: Path, progress: Progress) -> Images:
    from lab.bundle.images import save  # noqa: PLC0415 - who wants none needs no SDK
    from lab.engines.daemon import connected  # noqa: PLC0415

    with connected() as daemon, progress.task("saving the images"):
        return save(daemon, folder, progress)


def install_text(manifest: Manifest) -> str:
    """What to do in the room, step by step; the commands are those lines that are set in."""
    environment = Environment(
        loader=PackageLoader("lab.bundle", "."),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text, of our own words
        keep_trailing_newline=True,
    )
    command = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    template = environment.get_template("INSTALL.txt.jinja")
    return template.render(manifest=manifest, command=command)
