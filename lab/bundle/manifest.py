"""What a bundle says of itself: for whom it is, and what is in it."""

import platform
import sys
import sysconfig
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lab.bundle import BundleError

NAME = "bundle.json"


def this_python() -> str:
    """The Python that wheels for this one are for, such as CPython 3.12."""
    return f"{platform.python_implementation()} {sys.version_info[0]}.{sys.version_info[1]}"


def this_platform() -> str:
    """The system that wheels for this one are for, such as linux-x86_64."""
    return sysconfig.get_platform()


class Images(BaseModel):
    """The container images of a bundle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    architecture: str
    """Of the engine that they were built on."""
    sources: str
    """Digest of the sources that they were built from."""


class Manifest(BaseModel):
    """``bundle.json``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_name: Literal["pacslab-bundle/1"] = Field("pacslab-bundle/1", alias="schema")
    version: str
    """Of pacslab."""
    made: datetime
    python: str = Field(default_factory=this_python)
    platform: str = Field(default_factory=this_platform)
    images: Images | None = None
    """None where the bundle is for the process engine alone."""

    def save(self, folder: Path) -> None:
        """Write it into the bundle."""
        text = self.model_dump_json(indent=2, by_alias=True) + "\n"
        (folder / NAME).write_text(text, encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read it. Raises BundleError where it is none of ours."""
        try:
            return cls.model_validate_json((folder / NAME).read_bytes())
        except (FileNotFoundError, ValidationError) as error:
            what = f"{folder} has no {NAME} that this pacslab understands"
            raise BundleError(f"{what}: use the pacslab in its sources") from error
