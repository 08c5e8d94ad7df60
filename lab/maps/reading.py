"""Reads the control maps that lie beside this module."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from lab.errors import WrongUseError

BUILT_IN = "built in"
"""Stands for what both archives do without any control."""
UNCHECKED = "*"
"""Mark of a clause whose wording was not checked at its source."""


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clause(_Read):
    """One clause. ``checked``: whether its wording was read at the source, and not from memory."""

    id: str
    says: str
    """Its gist, in our words."""
    checked: bool
    closed_by: tuple[str, ...] = ()
    """Controls that serve it: the probes that these close speak of it."""
    asks: tuple[str, ...] = ()
    """Probes that speak of it, or groups of them (``questions.toml``)."""
    retired: str = ""
    """The edition that retired it, where it is retired."""
    why_not: str = ""
    """Where no probe speaks of it: why a look from outside cannot."""

    @property
    def is_asked(self) -> bool:
        """Whether any probe speaks of it."""
        return bool(self.closed_by or self.asks)

    def covers(self, probe: str, closed_by: Sequence[str]) -> bool:
        """Whether this probe, with the controls that close it, speaks of this clause."""
        named = {one for name in self.asks for one in questions().get(name, (name,))}
        return probe in named or bool(set(closed_by or (BUILT_IN,)) & set(self.closed_by))


class ControlMap(_Read):
    """The clauses of one rule."""

    name: str
    title: str
    source: str
    clauses: tuple[Clause, ...]

    def label(self, clause: Clause) -> str:
        """For people: ``HIPAA 164.312(d)``, with a star where its wording was not checked."""
        return f"{self.name} {clause.id}" + ("" if clause.checked else UNCHECKED)


FILES = (
    "ps3_15",
    "ihe_atna",
    "mds2",
    "hipaa",
    "iso_27001",
    "nist_1800_24",
    "kbv_annex_4",
    "bsi_grundschutz",
)
"""In the order shown."""


@cache
def all_maps() -> tuple[ControlMap, ...]:
    """Every map that ships."""
    folder = resources.files("lab.maps")
    return tuple(
        ControlMap.model_validate(tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8")))
        for name in FILES
    )


def control_map(name: str) -> ControlMap:
    """One map by its file's name.

    Raises:
        WrongUseError: there is none; the message suggests one.
    """
    named = dict(zip(FILES, all_maps(), strict=True))
    if name not in named:
        close = difflib.get_close_matches(name, named, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(FILES)}"
        raise WrongUseError(f"there is no map {name!r}; {hint}")
    return named[name]


@cache
def questions() -> Mapping[str, tuple[str, ...]]:
    """Groups of probes by name."""
    text = resources.files("lab.maps").joinpath("questions.toml").read_text("utf-8")
    return {name: tuple(probes) for name, probes in tomllib.loads(text).items()}


def clauses_of(probe: str, closed_by: Sequence[str]) -> tuple[str, ...]:
    """Labels of the clauses that a probe stands with."""
    return tuple(
        one.label(clause)
        for one in all_maps()
        for clause in one.clauses
        if clause.covers(probe, closed_by)
    )
