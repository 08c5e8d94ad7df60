"""A balancer in front tells whose connection it passes on: the PROXY protocol, version 2.

(HAProxy's proxy-protocol.txt, 2.2.) Its few bytes come before anything else, TLS included. Only a
balancer that the configuration names is believed, and from it they must come: anybody else could
borrow an address with them.
"""

import contextlib
import ipaddress
import socket
import struct
import threading
import time
from collections.abc import Sequence
from typing import Final

from pacs_open.errors import ConnectionLostError, DeadlineError, ProtocolError

SIGNATURE: Final = b"\r\n\r\n\0\r\nQUIT\n"
WITHIN: Final = 5.0
"""Seconds; a balancer sends its header at once."""
LONGEST: Final = 1024
"""Bytes behind the fixed part: addresses, and what else a balancer likes to add."""
_FIXED: Final = struct.Struct("!12sBBH")
_LOCAL, _PROXY = 0x20, 0x21
_FAMILIES: Final = {0x11: struct.Struct("!4s4sHH"), 0x21: struct.Struct("!16s16sHH")}
"""TCP over IPv4 and over IPv6: source, destination, source port, destination port."""
_KNOWN_FOR: Final = 30.0
_LOOK_AGAIN: Final = 1.0

Address = tuple[str, int]


class Proxies:
    """The balancers that are believed, by host name or address."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._addresses: frozenset[str] = frozenset()
        self._looked_at = float("-inf")
        self._turn = threading.Lock()

    def origin(self, sock: socket.socket, address: Address) -> Address | None:
        """Whose connection this is; None if a balancer only asks whether somebody is there.

        Raises:
            ProtocolError, DeadlineError, ConnectionLostError: a balancer does not say it.
        """
        if not self._names or not self._is_one(address[0]):
            return address
        command, family, length = _fixed(_receive(sock, _FIXED.size))
        rest = _receive(sock, length)
        if command == _LOCAL:
            return None
        return _source(family, rest) or address

    def _is_one(self, address: str) -> bool:
        """A name may get another address when its container is started again."""
        with self._turn:
            age = time.monotonic() - self._looked_at
            if age > (_KNOWN_FOR if address in self._addresses else _LOOK_AGAIN):
                self._addresses = frozenset(_resolved(self._names))
                self._looked_at = time.monotonic()
            return address in self._addresses


def _resolved(names: Sequence[str]) -> set[str]:
    found = set()
    for name in names:
        with contextlib.suppress(OSError):  # it is not there: then nobody comes from it
            found |= {str(one[4][0]) for one in socket.getaddrinfo(name, None)}
    return found


def _receive(sock: socket.socket, size: int) -> bytes:
    """So many bytes and no more: what follows is not ours."""
    deadline, data = time.monotonic() + WITHIN, b""
    while len(data) < size:
        try:
            sock.settimeout(max(deadline - time.monotonic(), 0.001))
            part = sock.recv(size - len(data))
        except TimeoutError as error:
            raise DeadlineError(f"no PROXY header within {WITHIN:g} s") from error
        except OSError as error:
            raise ConnectionLostError("the balancer broke the connection") from error
        if not part:
            raise ConnectionLostError("the balancer closed before it said whose connection it is")
        data += part
    return data


def _fixed(data: bytes) -> tuple[int, int, int]:
    signature, command, family, length = _FIXED.unpack(data)
    if signature != SIGNATURE or command not in {_LOCAL, _PROXY} or length > LONGEST:
        raise ProtocolError("a balancer does not begin with a PROXY header of version 2")
    return command, family, length


def _source(family: int, rest: bytes) -> Address | None:
    """The address that a header names; None if it is of another kind."""
    if family not in _FAMILIES:
        return None
    layout = _FAMILIES[family]
    if len(rest) < layout.size:
        raise ProtocolError("a PROXY header ends within its addresses")
    source, _, port, _ = layout.unpack_from(rest)
    return str(ipaddress.ip_address(source)), port
