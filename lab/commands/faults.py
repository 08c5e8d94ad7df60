"""A fault of ours or the user's is one line and an exit code, never a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.text import Text

from lab import catalogue, standing
from lab.engines import EngineError
from lab.errors import WrongUseError
from lab.report import text
from lab.verdict import ExitCode

WRONG_USE: tuple[type[Exception], ...] = (
    WrongUseError,
    EngineError,
    catalogue.UnknownNameError,
    catalogue.AuditTrailError,
)
"""Faults whose message is for the user as it is."""


@contextmanager
def faults(doing: str = "use") -> Iterator[None]:
    """Tell what went wrong. ``doing``: what a file that the system denies was wanted for."""
    try:
        yield
    except standing.NoLabError as error:
        end(str(error), ExitCode.INCONCLUSIVE)
    except WRONG_USE as error:
        end(str(error), ExitCode.WRONG_USE)
    except OSError as error:
        end(_denied(error, doing), ExitCode.WRONG_USE)
    except KeyboardInterrupt:
        end("stopped", ExitCode.WRONG_USE)


def _denied(error: OSError, doing: str) -> str:
    """What the system would not let us do, and where."""
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"cannot {doing} {error.filename}: {error.strerror}"


def end(line: str, code: ExitCode) -> NoReturn:
    """Say why on the error channel, and end with this code."""
    text.console(stderr=True).print(Text(f"pacslab: {line}"), soft_wrap=True)
    raise typer.Exit(code)
