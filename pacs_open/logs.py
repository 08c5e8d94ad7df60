"""Log lines: one line each, safe to print, without patient data.

Whatever a peer wrote is escaped where the line is made, so that no AE title can forge a line
or move a terminal's cursor. Text for people, JSON for machines.
"""

import json
import logging
import sys
import time
from functools import lru_cache
from typing import Final, Literal, TextIO

from pacs_open.values import Event, Moment

LogFormat = Literal["text", "json"]

_log = logging.getLogger("pacs_open.events")

_FOREIGN: Final = ("pynetdicom", "pydicom", "py.warnings")
"""Loggers of others that write what a peer sent as it came."""


def escape(text: str) -> str:
    """Printable ASCII stays, all else becomes a backslash escape; never more than one line."""
    return text.encode("unicode_escape").decode("ascii")


class TextFormatter(logging.Formatter):
    """``2026-11-23T18:41:19Z WARNING message``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, with no traceback: exception messages may hold a peer's data."""
        return f"{_stamp(int(record.created))} {record.levelname} {escape(record.getMessage())}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``time``, ``level``, ``event``, and what the event has."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; ``json`` escapes whatever is not printable ASCII."""
        line: dict[str, object] = {
            "time": _stamp(int(record.created)),
            "level": record.levelname.lower(),
            "event": "log",
        }
        found = getattr(record, "details", None)
        line |= found if found is not None else {"message": record.getMessage()}
        line["process"] = record.process
        return json.dumps(line)


@lru_cache(maxsize=2)
def _stamp(second: int) -> str:
    """A moment in UTC; a busy archive writes thousands of lines in each second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


class _Words:
    """What an event has, as text; made only for those who read text."""

    def __init__(self, found: dict[str, object]) -> None:
        self._found = found

    def __str__(self) -> str:
        """Its moment, then the rest by name."""
        rest = (f" {name}={value}" for name, value in self._found.items() if name != "event")
        return f"{self._found['event']}{''.join(rest)}"


def set_up(log_format: LogFormat, stream: TextIO | None = None) -> None:
    """Send this process's log to ``stream`` (standard error if None)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    logging._srcfile = None  # noqa: SLF001 - its HOWTO: no line tells where it was written
    logging.logThreads = logging.logMultiprocessing = False
    for name in _FOREIGN:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def details(event: Event) -> dict[str, object]:
    """What a log line may tell of an event: never patient, study or instance."""
    peer, request, operation = event.peer, event.request, event.operation
    found: dict[str, object | None] = {
        "event": str(event.moment),
        "peer": f"{peer.address}:{peer.port}" if peer else None,
        "connection": peer.serial if peer else None,
        "tls": peer.tls_version if peer else None,
        "calling_ae_title": request.calling_ae_title if request else None,
        "called_ae_title": request.called_ae_title if request else None,
        "operation": operation.service.message if operation else None,
        "move_destination": operation.move_destination if operation else None,
        "status": None if event.status is None else f"{event.status:04X}H",
        "rejection": list(event.rejection) if event.rejection else None,
        "matches": event.matches,
        "refused": event.refused or None,
        "why": event.why or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def log_event(event: Event) -> None:
    """Write one line for an event; single sub-operations only when debugging."""
    routine = event.moment is Moment.SUB_OPERATION_ANSWERED
    level = logging.DEBUG if routine else logging.WARNING if event.refused else logging.INFO
    if not _log.isEnabledFor(level):
        return
    found = details(event)
    _log.log(level, "%s", _Words(found), extra={"details": found})
