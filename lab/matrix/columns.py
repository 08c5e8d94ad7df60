"""The columns: which archives are asked. Pure.

The open archive; each control alone, on what it needs; each base that such a control stands on;
the whole; and the whole without each control (and without what needs it).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

OPEN, SECURE = "open", "secure"
TITLES = ("called_ae", "calling_ae")
"""What many archives call their security: both AE titles checked, and nothing else."""


class Page(Protocol):
    """What is to be known of a control."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of controls without which it cannot work."""

    @property
    def stops(self) -> tuple[str, ...]:
        """Ids of the probes that it says it stops."""


@dataclass(frozen=True)
class Column:
    """One archive."""

    name: str
    """``open``, ``only tls``, ``secure``, ``without tls``."""
    controls: tuple[str, ...]
    """Those it has, in the order asked."""
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """As options of ``pacs-secure``."""

    @property
    def is_open(self) -> bool:
        """Whether it is the archive that has no controls at all."""
        return self.name == OPEN


class Columns:
    """The columns about some controls, found by what they are for."""

    def __init__(self, pages: Sequence[Page], chosen: Collection[str] = ()) -> None:
        """Plan columns for the controls ``chosen``; for all of them if it is empty."""
        self._pages = {page.name: page for page in pages}
        self.chosen = tuple(name for name in self._pages if not chosen or name in chosen)
        self.open = Column(OPEN, ())
        self.secure = Column(SECURE, tuple(self._pages))
        self._alone = {name: self._only(name) for name in self.chosen}
        self._without = {name: self.minus(name) for name in self.chosen}
        self._bases = self._other_bases()

    def __iter__(self) -> Iterator[Column]:
        yield self.open
        yield from self._alone.values()
        yield from self._bases
        yield self.secure
        yield from self._without.values()

    def alone(self, control: str) -> Column:
        """A control on what it needs."""
        return self._alone[control]

    def without(self, control: str) -> Column:
        """The whole, less a control and what needs it."""
        return self._without[control]

    def base(self, control: str) -> Column:
        """What a control stands on."""
        below = set(self._alone[control].controls) - {control}
        return next(column for column in self if set(column.controls) == below)

    def minus(self, *controls: str) -> Column:
        """The whole less some controls and whatever needs one of them."""
        gone = {name for name in self._pages if not self._under(name).isdisjoint(controls)}
        left = tuple(name for name in self._pages if name not in gone)
        return Column(f"without {'+'.join(controls)}", left, without=controls)

    def _only(self, *controls: str) -> Column:
        kept = set().union(*(self._under(name) for name in controls))
        names = tuple(name for name in self._pages if name in kept)
        return Column(f"only {'+'.join(controls)}", names, only=controls)

    def _under(self, control: str) -> set[str]:
        """A control and, step by step, all it needs."""
        found, ahead = set[str](), [control]
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += self._pages[name].needs
        return found

    def _other_bases(self) -> Sequence[Column]:
        """Bases that are no column yet, the two AE titles among them."""
        wanted = [self._under(name) - {name} for name in self.chosen]
        if set(TITLES) <= set(self.chosen):
            wanted.append(set(TITLES))
        there = [set(), *(set(column.controls) for column in self._alone.values())]
        bases: list[Column] = []
        for base in wanted:
            if base not in there:
                there.append(base)
                bases.append(self._only(*(name for name in self._pages if name in base)))
        return bases
