"""Programs of others that are of use: for commands to try by hand, and for the tests."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.doctor.finding import Finding, Need


@dataclass(frozen=True)
class Program:
    """A program by the name of its command, and who misses it."""

    command: str
    package: str
    use: str


PROGRAMS = (
    Program("findscu", "dcmtk", "the commands that `pacslab up` prints, and tests"),
    Program("Orthanc", "orthanc", "tests and `make bench`"),
    Program("dciodvfy", "dicom3tools", "tests of the images"),
    Program("stunnel4", "stunnel4", "tests of the side-car"),
    Program("openssl", "openssl", "tests of certificates"),
)


def examine() -> Iterator[Finding]:
    """Every program, whether it is there or not."""
    for program in PROGRAMS:
        found = find(program.command)
        remedy = f"only {program.use}: Debian package {program.package}" if not found else None
        yield Finding(program.package, Need.NOBODY, found or f"no {program.command}", remedy)


def find(command: str) -> str | None:
    """Where a program lies; pynetdicom puts some of the same names beside Python: not those."""
    own = Path(sys.executable).parent
    others = [part for part in os.environ.get("PATH", "").split(os.pathsep) if Path(part) != own]
    return shutil.which(command, path=os.pathsep.join(others))
