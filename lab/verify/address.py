"""Where an archive is, and whether we may ask it.

This machine and the containers of the user's own lab may be asked freely. Anything else belongs
to somebody: the user says on whose word it is asked, and for an address of the public internet a
scope file must name it as well, so that a slip of the finger cannot reach a stranger's archive.
"""

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.errors import WrongUseError

USUAL_PORTS = (104, 11112, 2762, 4242, 2761)
"""acr-nema, dicom, dicom-tls, Orthanc's, dicom-iscl."""
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Address:
    """An archive's address as the user gave it, and where it leads."""

    name: str
    host: str
    """The IP address that ``name`` stands for at this moment; only it is called."""
    ports: tuple[int, ...]

    @property
    def text(self) -> str:
        """For people."""
        host = f"[{self.name}]" if ":" in self.name else self.name
        return f"{host}:{self.ports[0]}" if len(self.ports) == 1 else host


def parse(text: str) -> Address:
    """``HOST``, ``HOST:PORT``, ``[IPV6]:PORT`` or a bare IPv6 address.

    Raises:
        WrongUseError: it is none, or the name cannot be resolved.
    """
    name, port = _split(text.strip())
    if not name:
        raise WrongUseError(f"{text!r} names no host; say HOST or HOST:PORT")
    return Address(name, _resolve(name), USUAL_PORTS if port is None else (_port(port, text),))


def _split(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        name, _, rest = text[1:].partition("]")
        return name, rest[1:] if rest.startswith(":") else None
    if text.count(":") > 1:
        return text, None
    name, colon, port = text.partition(":")
    return name, port if colon else None


def _port(port: str, text: str) -> int:
    if port.isascii() and port.isdigit() and 0 < int(port) <= HIGHEST_PORT:
        return int(port)
    raise WrongUseError(f"{text!r}: {port!r} is no port; a port is a number from 1 to 65535")


def _resolve(name: str) -> str:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = f"{name!r} cannot be resolved ({error}); check the name, or give an address"
        raise WrongUseError(message) from error
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)  # IPv4 first, as DICOM devices do
    return str(found[0][4][0])


Ours = Callable[[], Collection[str]]
"""Says which addresses are of the user's own lab; asked only where that matters."""


def check_consent(
    address: Address, authorised: str | None, scope: Sequence[str], ours: Ours = tuple
) -> None:
    """Whether this address may be asked.

    Raises:
        WrongUseError: not without a word on whose authority, or not without being in scope.
    """
    ip = ipaddress.ip_address(address.host.partition("%")[0])
    if ip.is_loopback:
        return
    if not (authorised and authorised.strip()):
        if ip.is_private and str(ip) in ours():
            return
        raise WrongUseError(
            f"{address.text} is neither this machine nor a container of your lab: say who allows "
            'it and on what ground, with --i-am-authorised "…"'
        )
    if ip.is_private or ip.is_link_local:
        return
    if not any(_names(entry, address.name, ip) for entry in scope):
        raise WrongUseError(
            f"{address.text} is a public address: name it in a file, one a line, and give that "
            "with --scope FILE"
        )


def _names(entry: str, name: str, ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if entry.lower() == name.lower():
        return True
    try:
        return ip in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def read_scope(path: Path | None) -> Sequence[str]:
    """Names, addresses and networks in scope, one a line; ``#`` begins a comment."""
    if path is None:
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return [entry for line in lines if (entry := line.partition("#")[0].strip())]
