"""What an operator tells a program of the lab's in a TOML file.

Tables are strict and frozen; a fault is one line that says the file, the key and why.
"""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

Told = TypeVar("Told", bound="Table")


class Table(BaseModel):
    """A TOML table; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ToldError(Exception):
    """A file cannot be obeyed; the message is one line for a person."""


def read(path: Path, model: type[Told]) -> Told:
    """Read a TOML file.

    Raises:
        ToldError: it cannot be read, is no TOML, or says something that is not understood.
    """
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ToldError(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        said = fault["msg"].removeprefix("Value error, ")
        raise ToldError(f"{path}: {where}: {said}" if where else f"{path}: {said}") from error
    except ValueError as error:  # neither UTF-8 nor TOML
        raise ToldError(f"{path}: is not TOML ({error})") from error
