"""The command line of an archive; shared by ``pacs-open`` and ``pacs-secure``.

One server in the foreground. Faults at the start are one line on standard error and exit
code 2; what a program tells its user goes to standard output, the log to standard error.
"""

import argparse
import gc
import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from pacs_open import config, logs
from pacs_open.config import Config
from pacs_open.control import Control
from pacs_open.errors import ConfigurationError, PacsError
from pacs_open.reloading import Again, Setup

if TYPE_CHECKING:
    from pacs_open.archive.archive import Archive, Problem

WRONG_USE: Final = 2
"""Exit code: it cannot start."""

Load = Callable[[argparse.Namespace], tuple[Config, Sequence[Control]]]
"""Turns options into a configuration and its controls; raises ConfigurationError."""

Command = Callable[[Config, Sequence[Control], argparse.Namespace], int]
"""Does what was asked for. Returns the exit code."""


def main(arguments: Sequence[str] | None = None) -> int:
    """``pacs-open``: the archive without safeguards. Returns the exit code."""
    return run(parser("pacs-open", "A DICOM archive with no safeguards."), _load_open, arguments)


def parser(
    program: str, description: str, more: Mapping[str, str] | None = None
) -> argparse.ArgumentParser:
    """The options that both programs have; ``pacs-secure`` adds its own.

    ``more``: commands that only this program has, each with its help.
    """
    more = more or {}
    made = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog="A configuration to learn from: `pacslab up` writes one for each archive into its "
        "folder.",
    )
    made.add_argument(
        "command",
        nargs="?",
        default="serve",
        choices=sorted(["serve", *_COMMANDS, *more]),
        help="serve: run until TERM (default); check: read the whole archive and name what is "
        "damaged; rebuild: make its index anew from its log; export: write its instances as DICOM "
        "files; mark: remember what it holds; reset: go back to that, while it is stopped; health: "
        "ask it for a C-ECHO, as itself"
        + "".join(f"; {name}: {does}" for name, does in more.items()),
    )
    made.add_argument("--config", required=True, type=Path, metavar="F", help="TOML file")
    made.add_argument(
        "--log-format", choices=("text", "json"), default="text", help="of the log on stderr"
    )
    made.add_argument(
        "--to", type=Path, metavar="DIR", help="where export writes the loose DICOM files"
    )
    return made


def run(
    options: argparse.ArgumentParser,
    load: Load,
    arguments: Sequence[str] | None = None,
    more: Mapping[str, Command] | None = None,
) -> int:
    """Parse, load, do. Returns the exit code: 0, 1 (something was found) or 2."""
    chosen = options.parse_args(arguments)
    logs.set_up(chosen.log_format)
    try:
        settings, controls = load(chosen)
        if chosen.command == "serve":
            return _serve(settings, controls, chosen, lambda: Setup(*load(chosen)))
        return {**_COMMANDS, **(more or {})}[chosen.command](settings, controls, chosen)
    except PacsError as error:
        say(f"{options.prog}: {error}", sys.stderr)
        return WRONG_USE


def say(text: str, stream: TextIO | None = None) -> None:
    """One line for a person; nothing in it can move the cursor or start another line."""
    safe = "".join(c if c.isprintable() else logs.escape(c) for c in text)
    stream = stream or sys.stdout
    stream.write(f"{safe}\n")
    stream.flush()


def _load_open(chosen: argparse.Namespace) -> tuple[Config, Sequence[Control]]:
    """The open archive leaks by design; it does so beyond this machine only if told plainly."""
    settings = config.load(chosen.config)
    connection = settings.network_connection
    if not connection.is_loopback and not connection.leak_beyond_this_machine:
        message = (
            f"{chosen.config}: network_connection.host: {connection.host} is not loopback, and "
            "this archive shows everything to everybody; listen on 127.0.0.1, or say "
            "leak_beyond_this_machine = true"
        )
        raise ConfigurationError(message)
    return settings, ()


def open_archive(settings: Config) -> "Archive":
    """The archive that a configuration names. Raises ArchiveError."""
    from pacs_open import server  # noqa: PLC0415 - `health` is asked often and needs none of it

    return server.open_archive(settings)


def _serve(
    settings: Config, controls: Sequence[Control], chosen: argparse.Namespace, again: Again
) -> int:
    gc.disable()  # nothing that an import makes is garbage, and workers share what it made
    from pacs_open import workers  # noqa: PLC0415 - see open_archive

    gc.freeze()
    gc.enable()
    title = settings.network_ae.ae_title

    def announce(host: str, port: int) -> None:
        line = f"listening on {host}:{port} as {title}"
        if chosen.log_format == "json":
            line = json.dumps({"event": "listening", "host": host, "port": port, "ae_title": title})
        say(line)

    workers.run(settings, controls, announce, again)
    return 0


def state(content: str, settings: Config, controls: Sequence[Control]) -> str:
    """SHA-256 over what an archive holds (its state hash) and how it is configured."""
    tables = {"": settings, **{control.name: control for control in controls}}
    written = {name: table.model_dump() for name, table in tables.items()}
    text = json.dumps([content, written], sort_keys=True, default=_written)
    return hashlib.sha256(text.encode()).hexdigest()


def _written(value: object) -> str | list[str]:
    """A value that JSON does not know; a set in an order that is the same in each process."""
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)


def _check(settings: Config, controls: Sequence[Control], _chosen: argparse.Namespace) -> int:
    with open_archive(settings) as archive:
        problems = archive.check()
        _tell(problems)
        content = archive.state_hash()
    say(f"{len(problems)} problems, content {content}")
    say(f"state {state(content, settings, controls)} (content and configuration)")
    return 1 if problems else 0


def _tell(problems: "Sequence[Problem]") -> None:
    for problem in problems:
        say(f"{problem.kind}: {problem.where}: {problem.detail}")


def _rebuild(settings: Config, _controls: Sequence[Control], _chosen: argparse.Namespace) -> int:
    with open_archive(settings) as archive:
        say(f"{archive.rebuild()} instances in the new index")
    return 0


def _export(settings: Config, _controls: Sequence[Control], chosen: argparse.Namespace) -> int:
    if chosen.to is None:
        message = "export needs --to DIR"
        raise ConfigurationError(message)
    with open_archive(settings) as archive:
        exported = archive.export(chosen.to)
    _tell(exported.problems)
    say(f"{exported.files} files in {chosen.to}, {len(exported.problems)} problems")
    return 1 if exported.problems else 0


def _mark(settings: Config, _controls: Sequence[Control], _chosen: argparse.Namespace) -> int:
    with open_archive(settings) as archive:
        archive.mark()
    say("marked; reset comes back to this")
    return 0


def _reset(settings: Config, _controls: Sequence[Control], _chosen: argparse.Namespace) -> int:
    with open_archive(settings) as archive:
        archive.reset()
    say("as it was when it was marked")
    return 0


def _health(settings: Config, controls: Sequence[Control], _chosen: argparse.Namespace) -> int:
    from pacs_open import health  # noqa: PLC0415 - the wire is of no use to the other commands

    try:
        health.ask(settings, controls)
    except health.UnhealthyError as error:
        say(str(error))
        return 1
    say(f"{settings.network_ae.ae_title} answers C-ECHO")
    return 0


_COMMANDS: Final[Mapping[str, Command]] = {
    "check": _check,
    "rebuild": _rebuild,
    "export": _export,
    "mark": _mark,
    "reset": _reset,
    "health": _health,
}
