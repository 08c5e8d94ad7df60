"""Configuration of a hardened archive: the open one's, and a table for each control.

A control is on unless its table says ``enabled = false``. ``--only C`` keeps C and what it
needs, ``--without C`` takes away C and what needs it.
"""

import difflib
import inspect
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pacs_open.config import Config, explain, parse, read_toml
from pacs_open.control import Control
from pacs_open.errors import ConfigurationError
from pacs_secure import admissions
from pacs_secure.controls import CONTROLS

AE_TITLE = "PACS-SECURE"
"""Ours, where the configuration names none."""

_BY_NAME = {control.name: control for control in CONTROLS}


@dataclass(frozen=True)
class Page:
    """What a control says of itself, for the catalogue."""

    name: str
    title: str
    """One line."""
    page: str
    """Why it matters, what it demands, what it cannot do, how to set it."""
    standard: tuple[str, ...]
    needs: tuple[str, ...]
    stops: tuple[str, ...]
    """Ids of the probes it stops alone, with its needs."""


def catalogue() -> tuple[Page, ...]:
    """Return the pages of all controls, in the order asked."""
    return tuple(
        Page(
            name=control.name,
            title=inspect.cleandoc(control.__doc__ or "").splitlines()[0],
            page=inspect.cleandoc(sys.modules[control.__module__].__doc__ or ""),
            standard=control.standard,
            needs=control.needs,
            stops=control.stops,
        )
        for control in CONTROLS
    )


def load(
    path: Path, *, only: Collection[str] = (), without: Collection[str] = ()
) -> tuple[Config, tuple[Control, ...]]:
    """Read the configuration of a hardened archive.

    Args:
        path: The TOML file; relative paths in it count from its folder.
        only: Keep these controls and what they need; empty: all that are on.
        without: Take away these and what needs them.

    Raises:
        ConfigurationError: Where the fault is and what to do, in one line.
    """
    tables, folder = read_toml(path), path.resolve().parent
    if not isinstance(tables.get("controls", {}), Mapping):
        raise ConfigurationError(f"{path}: controls: must be tables, [controls.NAME]")
    admitted = tables.pop("admissions", None)
    if admitted is not None:
        if not isinstance(admitted, str):
            raise ConfigurationError(f"{path}: admissions: must be the path of a folder")
        tables = admissions.merge(tables, folder / admitted)
    of_controls = tables.pop("controls", {})
    if isinstance(tables.setdefault("network_ae", {}), dict):
        tables["network_ae"].setdefault("ae_title", AE_TITLE)
    config = parse(tables, str(path), folder)
    on = build(of_controls, source=str(path), folder=folder)
    return config, select(on, only=only, without=without)


def build(tables: Mapping[str, Any], *, source: str, folder: Path) -> tuple[Control, ...]:
    """Make the controls that are on, in the order asked, from their tables."""
    for name in tables:
        _known(name, f"{source}: controls.{name}")
    built = (
        _one(control, tables.get(control.name, {}), source=source, folder=folder)
        for control in CONTROLS
    )
    on = tuple(control for control in built if control is not None)
    _check_needs(on, source)
    return on


def _one(control: type[Control], table: Any, *, source: str, folder: Path) -> Control | None:
    """Make one control of its table; None if it is switched off."""
    where = f"{source}: controls.{control.name}"
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"{where}: must be a table")
    settings = dict(table)
    enabled = settings.pop("enabled", True)
    if not isinstance(enabled, bool):
        raise ConfigurationError(f"{where}.enabled: must be true or false")
    try:
        made = control.model_validate(settings, context={"folder": folder})
    except ValidationError as error:
        raise ConfigurationError(explain(error, where, control)) from error
    return made if enabled else None


def _check_needs(on: Sequence[Control], source: str) -> None:
    """Refuse a control whose foundation was switched off: half a safeguard looks like a whole."""
    names = {control.name for control in on}
    for control in on:
        for need in control.needs:
            if need not in names:
                raise ConfigurationError(
                    f"{source}: controls.{control.name}: needs {need}, which is switched off; "
                    f"switch {need} on, or {control.name} off with enabled = false"
                )


def select(
    on: Sequence[Control], *, only: Collection[str] = (), without: Collection[str] = ()
) -> tuple[Control, ...]:
    """Keep ``only`` and what it needs, then take away ``without`` and what needs it.

    Raises:
        ConfigurationError: A name is unknown, or ``only`` names what is switched off.
    """
    names = {control.name for control in on}
    for option, chosen in (("--only", only), ("--without", without)):
        for name in chosen:
            _known(name, f"{option} {name}")
    for name in only:
        if name not in names:
            raise ConfigurationError(f"--only {name}: is switched off in the configuration")
    kept = _with_needs(only) if only else names
    kept -= _with_dependants(without)
    return tuple(control for control in on if control.name in kept)


def _with_needs(names: Iterable[str]) -> set[str]:
    """Names and, step by step, all they need."""
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += _BY_NAME[name].needs
    return found


def _with_dependants(names: Iterable[str]) -> set[str]:
    """Names and, step by step, all that needs them."""
    gone = set(names)
    return {
        control.name for control in CONTROLS if not gone.isdisjoint(_with_needs([control.name]))
    }


def _known(name: str, where: str) -> None:
    if name not in _BY_NAME:
        close = difflib.get_close_matches(name, list(_BY_NAME), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(_BY_NAME)}"
        raise ConfigurationError(f"{where}: unknown control{hint}")
