"""New settings for an archive that runs: what may change, and what has changed.

Who is known, what they may do, keys and revocation lists may change. What is shared by all
workers for their whole life may not: the archive, the port, the set of controls, and whatever
a control counts in its books.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from pacs_open.config import Config
from pacs_open.control import Control
from pacs_open.errors import ConfigurationError
from pacs_open.ledger import Ledger
from pacs_open.stack import Stack

MOST_TOLD: Final = 20
"""Changes that are told one by one."""

Facts = Mapping[str, frozenset[str]]
"""Where a setting stands, by its path, and the values that it has there."""


@dataclass(frozen=True)
class Setup:
    """What an archive goes by."""

    config: Config
    controls: Sequence[Control]


Again = Callable[[], Setup]
"""Reads the settings anew; raises ConfigurationError."""


def check(before: Setup, after: Setup) -> None:
    """Look whether one may follow the other without a restart.

    Raises:
        ConfigurationError: It may not; says what needs the restart.
    """
    kept = {"peers": before.config.peers, "callback_port": before.config.callback_port}
    if after.config.model_copy(update=kept) != before.config:
        raise ConfigurationError("something else than controls and peers has changed; restart")
    if [one.name for one in after.controls] != [one.name for one in before.controls]:
        raise ConfigurationError("a control was switched on or off; restart")
    for old, new in zip(before.controls, after.controls, strict=True):
        if type(new).books is not Control.books and old != new:
            raise ConfigurationError(f"controls.{new.name} counts in its books; restart")


def facts(setup: Setup) -> Facts:
    """All that an archive goes by, flat: setting and values.

    Raises:
        ConfigurationError: A file of a control cannot be read.
    """
    tables: dict[str, Any] = {"peers": [peer.model_dump() for peer in setup.config.peers]}
    for control in setup.controls:
        tables |= {control.name: control.facts()}
    return {path: frozenset(values) for path, values in _flat("", tables)}


@dataclass(frozen=True)
class Change:
    """A setup that may follow the one before it, and what is new in it."""

    setup: Setup
    facts: Facts
    pickled: bytes
    """The setup, before any control opened a file for itself."""
    told: str


def read(again: Again, before: Setup, known: Facts, ledger: Ledger) -> Change:
    """Read the settings anew and try whether they can be obeyed.

    Raises:
        ConfigurationError: They cannot, or need a restart.
    """
    setup = again()
    check(before, setup)
    now = facts(setup)
    pickled = pickle.dumps(setup)
    Stack(setup.controls, ledger).secure()
    fresh: Setup = pickle.loads(pickled)  # noqa: S301 - made two lines above
    return Change(fresh, now, pickled, differences(known, now))


def differences(before: Facts, after: Facts) -> str:
    """What has changed, in one line for the log and the trail."""
    said = [
        f"{path} {sign} {value}"
        for path in sorted({*before, *after})
        for sign, new, old in (("+", after, before), ("-", before, after))
        for value in sorted(new.get(path, frozenset()) - old.get(path, frozenset()))
    ]
    if not said:
        return "no setting has changed; keys, certificates and lists were read anew"
    more = [f"and {len(said) - MOST_TOLD} more"] if len(said) > MOST_TOLD else []
    return "; ".join([*islice(said, MOST_TOLD), *more])


def _flat(path: str, value: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), below)
    elif isinstance(value, list | tuple | set | frozenset):
        yield path, [str(one) for one in value]
    elif value is not None:
        yield path, [str(value)]
