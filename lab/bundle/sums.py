"""The checksums of a bundle, in the format of sha256sum: every file, and no other.

They find what a bad stick or a half copy changed. Against somebody who writes new checksums, too,
compare the bundle's seal, one digest over all, with what `pacslab bundle` printed.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from lab.bundle import BundleError
from lab.evidence import printable

NAME = "SHA256SUMS"


def write(folder: Path) -> str:
    """Write the checksums of all that lies in a folder; the seal."""
    lines = [f"{_digest(folder / name)}  {name}\n" for name in sorted(_names(folder))]
    (folder / NAME).write_text("".join(lines), encoding="utf-8", newline="\n")
    return seal(folder)


def seal(folder: Path) -> str:
    """One digest over all: that of the checksums."""
    return _digest(folder / NAME)


def check(folder: Path) -> None:
    """See that every file is as it was written, and that there is no other.

    Raises:
        BundleError: one is not; its name.
    """
    wanted = _read(folder)
    there = set(_names(folder))
    for name in sorted(wanted.keys() | there):
        if name not in there:
            raise BundleError(_refuse(folder, name, "is missing"))
        if name not in wanted:
            raise BundleError(_refuse(folder, name, f"does not stand in {NAME}"))
        if _digest(folder / name) != wanted[name]:
            raise BundleError(_refuse(folder, name, "was changed"))


def _read(folder: Path) -> Mapping[str, str]:
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        why = "write it again with `pacslab bundle`"
        raise BundleError(f"{folder} is no whole bundle, it has no {NAME}: {why}") from error
    except UnicodeDecodeError as error:
        raise BundleError(_refuse(folder, NAME, "was changed")) from error
    pairs = (line.partition("  ") for line in lines)
    return {name: digest for digest, _, name in pairs}


def _names(folder: Path) -> Iterator[str]:
    """Everything in a folder that is no folder itself, links included, by its path from there."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            name = path.relative_to(folder).as_posix()
            if name != NAME:
                yield name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse(folder: Path, name: str, what: str) -> str:
    return f"{printable(name, 200)} {what}: nothing of {folder} is used; copy the bundle again"
