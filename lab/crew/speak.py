"""Speaks with a station: one order, its lines, and the value that the last one brings.

How an order reaches a station is the engine's business. Whatever goes wrong on the way, or in
the station, is one clear line: it is a fault of ours and says nothing about an archive.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from lab.crew import Show, StationError
from lab.stations import lines
from lab.stations.lines import Advance
from lab.stations.orders import ORDER, Order

Speak = Callable[[str, bytes], Iterator[bytes]]
"""Takes a station's name and an order for its ``obey``; gives what it says, line by line.

Raises StationError where the station cannot be spoken to, or falls silent: while it works it
says something every ``lab.stations.lines.ALIVE_EVERY`` seconds."""

Hear = Callable[[Advance], None]

T = TypeVar("T")


def order(
    speak: Speak,
    service: str,
    told: Order,
    result: TypeAdapter[T],
    *,
    hear: Hear | None = None,
    show: Show | None = None,
) -> T:
    """Give an order and wait for what comes of it.

    Args:
        speak: how stations are reached.
        service: the station's name.
        told: the order.
        result: what the station gives back.
        hear: told of progress.
        show: takes pictures.

    Raises:
        StationError: there is no result; says why, in one line.
    """
    for said in _lines(speak, service, told):
        if said.progress is not None and hear is not None:
            hear(said.progress)
        elif said.picture is not None and show is not None:
            try:
                show(said.picture.picture())
            except ValueError as error:
                raise StationError(f"{service}: {error}") from error
        elif said.fault is not None:
            raise StationError(f"{service}: {said.fault}")
        elif "result" in said.model_fields_set:
            return _value(service, said.result, result)
    raise StationError(f"{service}: it ended without a result; its log may say why")


def _lines(speak: Speak, service: str, told: Order) -> Iterator[lines.Line]:
    for line in speak(service, ORDER.dump_json(told, by_alias=True)):
        if line.strip():
            try:
                yield lines.read(line)
            except ValueError as error:
                raise StationError(f"{service}: {error}") from error


def _value(service: str, raw: object, result: TypeAdapter[T]) -> T:
    try:
        return result.validate_python(raw)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise StationError(
            f"{service}: its result is not understood ({where}: {fault['msg']})"
        ) from error
