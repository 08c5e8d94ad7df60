"""Reads a report from a file: of one archive, or one of the two of a demo (``FILE#open``)."""

import json
import re
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from lab.errors import WrongUseError
from lab.evidence import printable
from lab.report.model import DemoReport, Report

MOST_BYTES = 64 * 1024 * 1024
"""A report is text of some hundred kilobytes; more is not read."""
DEMO = "pacslab-demo/1"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of text."""

M = TypeVar("M", bound=BaseModel)


def read(place: str) -> Report:
    """The report at ``place``: a file, with ``#open`` or ``#secure`` for one of a demo.

    Raises:
        WrongUseError: it is no report; the message says what is wrong with it, and where.
    """
    name, _, which = place.partition("#")
    data = _parse(Path(name))
    if isinstance(data, dict) and data.get("schema") == DEMO:
        return _one_of(validated(DemoReport, data, name), which or "secure", name)
    return validated(Report, data, name)


def check(path: Path) -> Literal["pacslab-report/1", "pacslab-demo/1"]:
    """Check a file against the schema of its kind; the kind."""
    data = _parse(path)
    if isinstance(data, dict) and data.get("schema") == DEMO:
        return validated(DemoReport, data, str(path)).schema_
    return validated(Report, data, str(path)).schema_


def validated(model: type[M], data: Any, name: str) -> M:
    """The data as this model; its first fault is told with its place."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = printable(".".join(str(step) for step in first["loc"])) or "the whole"
        raise WrongUseError(f"{name} is no such report: {where}: {first['msg']}") from error


def _parse(path: Path) -> Any:
    if path.stat().st_size > MOST_BYTES:
        raise WrongUseError(f"{path} is too large for a report")
    try:
        return _harmless(json.loads(path.read_text(encoding="utf-8")))
    except json.JSONDecodeError as error:
        raise WrongUseError(f"{path} is no JSON: line {error.lineno}: {error.msg}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise WrongUseError(f"{path} is no JSON text") from error


def _harmless(data: Any) -> Any:
    """The same without control characters: a file may have been made to attack a terminal."""
    if isinstance(data, str):
        return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), data)
    if isinstance(data, list):
        return [_harmless(one) for one in data]
    if isinstance(data, dict):
        return {_harmless(key): _harmless(value) for key, value in data.items()}
    return data


def _one_of(demo: DemoReport, which: str, name: str) -> Report:
    if which not in {"open", "secure"}:
        raise WrongUseError(f"{name} has an archive open and one secure, but no {which!r}")
    return demo.open if which == "open" else demo.secure
