"""Reads claims from a TOML file; whatever is wrong with it is told with its line."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from lab.errors import WrongUseError
from lab.evidence import printable
from lab.maps import Clause, ControlMap, all_maps

EXAMPLE = "example:"
"""Begins the name of a file that ships."""
MOST_BYTES = 1024 * 1024
HEAD = re.compile(r"^[ \t]*\[\[[ \t]*claims[ \t]*\]\]", re.MULTILINE)


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Claim(_Read):
    """One statement of a vendor's."""

    clause: str
    """As the maps name it, without the rule's name where it is plain: ``B.12``, ``NAUT-3``."""
    answer: Literal["yes", "no", "n/a"] = "yes"
    source: str = ""
    """Where it is stated."""
    says: str = ""
    """The vendor's words."""


class Claims(_Read):
    """All claims about one product."""

    product: str
    claims: tuple[Claim, ...]


class Known(NamedTuple):
    """The clause that a claim is about."""

    map: ControlMap
    clause: Clause


def read(place: str) -> Claims:
    """Claims of a file, or of an example that ships (``example:NAME``).

    Raises:
        WrongUseError: the line that is wrong, and what is wrong with it.
    """
    if place.startswith(EXAMPLE):
        return _parse(_example(place.removeprefix(EXAMPLE)).read_text("utf-8"), place)
    path = Path(place)
    if path.stat().st_size > MOST_BYTES:
        raise WrongUseError(f"{place} is too large for claims")
    try:
        return _parse(path.read_text(encoding="utf-8"), place)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise WrongUseError(f"{place}: line {line}: is no UTF-8 text") from error


def examples() -> Mapping[str, Traversable]:
    """The examples that ship, by name."""
    folder = resources.files("lab.claims").joinpath("examples")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".toml"): file for file in files if file.name.endswith(".toml")}


def _example(name: str) -> Traversable:
    if name not in examples():
        raise WrongUseError(f"there is no example {name!r}; there are {', '.join(examples())}")
    return examples()[name]


def known() -> Mapping[str, Known]:
    """Clause names that a claim may use: with the rule's name, and without where that is plain."""
    found: dict[str, Known] = {}
    for one in all_maps():
        for clause in one.clauses:
            found[f"{one.name} {clause.id}"] = Known(one, clause)
            found.setdefault(clause.id, Known(one, clause))
    return found


def _parse(text: str, place: str) -> Claims:
    try:
        claims = Claims.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise WrongUseError(f"{place}: {_with_line_first(str(error))}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        line = _line(text, first["loc"])
        name = printable(".".join(str(step) for step in first["loc"]))
        raise WrongUseError(f"{place}: line {line}: {name}: {first['msg']}") from error
    for number, claim in enumerate(claims.claims):
        if claim.clause not in known():
            line = _line(text, ("claims", number, "clause"))
            raise WrongUseError(f"{place}: line {line}: {_unknown(claim.clause)}")
    return claims


def _unknown(clause: str) -> str:
    close = difflib.get_close_matches(clause, known(), n=1)
    hint = f"did you mean {close[0]!r}?" if close else "`pacslab maps` lists them"
    return f"no map has a clause {printable(clause)!r}; {hint}"


def _with_line_first(said: str) -> str:
    """Tomllib ends with ``(at line 3, column 5)`` or ``(at end of document)``."""
    words, _, where = said.rstrip(")").rpartition(" (at ")
    return f"{where}: {words}" if words else said


def _line(text: str, where: Sequence[Any]) -> int:
    """Line of a key, or of the table that lacks it: the n-th [[claims]], or the top."""
    begin, end = 0, len(text)
    heads = [found.start() for found in HEAD.finditer(text)]
    if len(where) > 1 and isinstance(where[1], int) and where[1] < len(heads):
        begin = heads[where[1]]
        end = next((head for head in heads if head > begin), end)
    key = re.compile(rf"^[ \t]*{re.escape(str(where[-1]))}[ \t]*=", re.MULTILINE)
    found = key.search(text, begin, end)
    return text.count("\n", 0, found.start() if found else begin) + 1
