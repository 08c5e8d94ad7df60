"""Orders for the stations: a program started in a container, spoken with over one connection.

An order goes in on standard input, which is then closed; what comes out are lines. Standard output
and standard error share the connection and are told apart by the engine's frames.
"""

import socket
import struct
from collections import deque
from collections.abc import Iterator
from typing import Any

from docker.errors import APIError

from lab.crew import StationError
from lab.engines import containers
from lab.engines.daemon import connected
from lab.evidence import printable

SILENCE = 60.0
"""Seconds without a line after which a station counts as dead; at work it speaks every 5."""
HEADER = struct.Struct(">BxxxL")
"""Of a frame: which stream, and how many bytes."""
STDOUT = 1
LONGEST_LINE = 64 * 1024 * 1024
"""Bytes; a picture comes as one line."""


def speak(host: str, project: str, service: str, order: bytes) -> Iterator[bytes]:
    """Give a station an order; the lines that it says, as they come.

    Raises:
        StationError: the station does not run, falls silent, or ends with a fault.
    """
    command = ["python3", "-m", "lab.stations", "obey"]
    command += ["--config", f"/etc/pacslab/{service}.toml"]
    with connected(host) as daemon:
        container = containers.find(daemon, project, service)
        if container is None:
            raise StationError(f"{service}: its container is gone")
        api = daemon.client.api
        try:
            started = api.exec_create(container.id, command, stdin=True)["Id"]
            stream = api.exec_start(started, socket=True)
        except APIError as error:
            raise StationError(f"{service}: does not run ({_said(error)})") from error
        last: deque[str] = deque(maxlen=1)
        try:
            yield from _lines(service, stream, order, last)
        finally:
            _close(stream)
        code = api.exec_inspect(started)["ExitCode"]
        if code:
            raise StationError(f"{service}: {last[0] if last else f'ended with code {code}'}")


def _lines(service: str, stream: Any, order: bytes, last: "deque[str]") -> Iterator[bytes]:
    """Whole lines of standard output; of standard error the last one is kept."""
    sock: socket.socket = getattr(stream, "_sock", stream)
    sock.sendall(order)
    sock.shutdown(socket.SHUT_WR)
    sock.settimeout(SILENCE)
    waiting = {True: b"", False: b""}
    try:
        for is_output, chunk in _frames(sock):
            *whole, rest = (waiting[is_output] + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                raise StationError(f"{service}: says a line without an end")
            waiting[is_output] = rest
            if is_output:
                yield from whole
            else:
                last.extend(_readable(line) for line in whole if line.strip())
    except TimeoutError as error:
        raise StationError(f"{service}: says nothing for {SILENCE:.0f} s") from error
    except OSError as error:
        raise StationError(f"{service}: the connection to it broke ({error})") from error
    if waiting[True]:
        yield waiting[True]


def _frames(sock: socket.socket) -> Iterator[tuple[bool, bytes]]:
    """Whether it is standard output, and what was said, until the program ends.

    The SDK has this, too, but waits without end for a program that says nothing.
    """
    while header := _exactly(sock, HEADER.size):
        stream, length = HEADER.unpack(header)
        yield stream == STDOUT, _exactly(sock, length)


def _exactly(sock: socket.socket, length: int) -> bytes:
    """So many bytes; none at the end. Raises ConnectionError if it ends in between."""
    arrived = bytearray()
    while len(arrived) < length:
        part = sock.recv(min(length - len(arrived), 1 << 20))
        if not part and not arrived:
            return b""
        if not part:
            raise ConnectionError("cut in the middle")
        arrived += part
    return bytes(arrived)


def _close(stream: Any) -> None:
    """Close the connection; first the answer that the SDK keeps beside it and reads it by."""
    answer = getattr(stream, "_response", None)
    if answer is not None:
        answer.close()
    stream.close()


def _readable(line: bytes) -> str:
    return printable(line.decode("utf-8", "replace").strip(), 300)


def _said(error: APIError) -> str:
    return printable(str(error.explanation or error), 200)
