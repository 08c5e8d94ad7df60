"""Associations that do not hold the other side back: raw sockets, whole messages in one write.

Of the project only the codec of command sets is imported, so that a client starts at once.
"""

import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO

from pacs_open.wire.command import Command, decode, encode

EXPLICIT = "1.2.840.10008.1.2.1"
APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
LARGEST_PDU = 131072
"""Bytes: what DCMTK takes at most, and we announce."""
PATIENCE = 60.0
"""Seconds until a silent server is given up."""
COMMAND, LAST = 1, 2
"""Bits of a message control header (PS3.8 E.2)."""
SUCCESS = 0x0000
PENDING = (0xFF00, 0xFF01)
ASSOCIATE_RQ, ASSOCIATE_AC, P_DATA_TF, RELEASE_REQUEST, RELEASE_RESPONSE = 1, 2, 4, 5, 6
RELEASE_RQ, RELEASE_RP = (bytes([kind, 0, 0, 0, 0, 4, 0, 0, 0, 0]) for kind in (5, 6))
_FRAGMENT = struct.Struct(">BxLLBB")
"""P-DATA-TF with one presentation data value: type, length, length, context, control (9.3.5)."""


class FailedError(Exception):
    """The server did not do what was asked of it."""


@dataclass(frozen=True)
class Job:
    """What one association is for; paths as text, because it travels as JSON."""

    port: int
    called: str
    calling: str
    work: str
    seconds: float = 1.0
    number: int = 0
    """Where its instances' numbers begin: no two jobs of a run store the same one."""
    count: int = 0
    """How many patients to choose from; how many to store (0: as long as ``seconds`` are); how many
    images to retrieve."""
    expected: int = 0
    """Matches that each query must have."""
    sop_class_uid: str = ""
    template: str = ""
    """File with the data set to store, or the identifier to ask for."""
    tls: Mapping[str, str] | None = None
    """``certificate``, ``key`` and ``trust``; None: plaintext."""


@dataclass(frozen=True)
class Done:
    """What came of it."""

    count: int
    seconds: float
    size: int = 0
    """Bytes of the data sets."""
    responses: int = 0
    """Pending responses to queries."""
    latencies: list[float] = field(default_factory=list)


class Association:
    """An association as its requestor, with one transfer syntax for every context."""

    def __init__(self, job: Job, contexts: Mapping[int, str], received: str = "") -> None:
        """``received``: a SOP class whose instances come to us by C-GET."""
        self._socket = connect(job)
        self._file = self._socket.makefile("rb", buffering=256 * 1024)
        self._room = memoryview(bytearray(LARGEST_PDU))
        self._socket.sendall(associate_rq(job, contexts, received))
        kind, body = read_pdu(self._file)
        if kind != ASSOCIATE_AC:
            raise FailedError(f"no association: PDU {kind:02X}H {body[:4].hex()}")
        self.accepted, self.maximum_pdu = read_ac(body)
        if self.accepted != {*contexts}:
            raise FailedError("a presentation context was not accepted")

    def send(self, data: bytes | bytearray) -> None:
        """Bytes of whole PDUs."""
        self._socket.sendall(data)

    def message(self) -> tuple[int, Command, int]:
        """The next message: its context, its command, how many bytes its data set had."""
        return message_of(self._data)

    def _data(self) -> memoryview:
        kind, body = read_data(self._file, self._room)
        if kind != P_DATA_TF:
            raise FailedError(f"the server ended the association: PDU {kind:02X}H {body.hex()}")
        return body

    def release(self) -> None:
        """End it in order."""
        self._socket.sendall(RELEASE_RQ)
        kind, _ = read_pdu(self._file)
        self._file.close()
        self._socket.close()
        if kind != RELEASE_RESPONSE:
            raise FailedError(f"A-RELEASE-RQ was answered by PDU {kind:02X}H")


def read_pdu(file: BinaryIO) -> tuple[int, bytes]:
    """Type and content of the next PDU."""
    header = file.read(6)
    if len(header) < 6:
        raise FailedError("the connection was closed")
    length = int.from_bytes(header[2:], "big")
    body = file.read(length)
    if len(body) < length:
        raise FailedError("the connection was closed within a PDU")
    return header[0], body


def read_data(file: BinaryIO, room: memoryview) -> tuple[int, memoryview]:
    """Type and content of the next PDU, in the same memory each time.

    New memory for each costs the client as much as the reading, or nothing, as the allocator likes:
    one run had a fifth fewer images a second than the next, whatever the server.
    """
    header = file.read(6)
    length = int.from_bytes(header[2:], "big")
    if length > len(room):
        raise FailedError(f"a PDU of {length} bytes")
    body = room[:length]
    if len(header) < 6 or file.readinto(body) < length:
        raise FailedError("the connection was closed")
    return header[0], body


def message_of(more: Callable[[], memoryview]) -> tuple[int, Command, int]:
    """Context, command and bytes of the data set, from as many P-DATA-TF as it takes."""
    command, size, parts = None, 0, []
    while True:
        body, at = more(), 0
        while at < len(body):
            length, context, control = struct.unpack_from(">LBB", body, at)
            if control & COMMAND:
                parts.append(bytes(body[at + 6 : at + 4 + length]))
            else:
                size += length - 2
            at += 4 + length
            if control & COMMAND and control & LAST:
                command = _decoded(b"".join(parts))
            if control & LAST and command and not (control & COMMAND and command.has_data_set):
                # one message is awaited at a time, unless responses come joined in one PDU
                if at < len(body):
                    raise FailedError("a PDU holds more than one message")
                return context, command, size


_decoded = lru_cache(maxsize=16)(decode)
"""Pending responses are alike."""


def connect(job: Job) -> socket.socket:
    """A connection, through the TLS handshake if there is one."""
    plain = socket.create_connection(("127.0.0.1", job.port), timeout=PATIENCE)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    context = tls_context(job.tls)
    return context.wrap_socket(plain) if context else plain


def tls_context(tls: Mapping[str, str] | None) -> ssl.SSLContext | None:
    """Our certificate, and whom we trust; servers are told apart by their port, not their name."""
    if tls is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_cert_chain(tls["certificate"], tls["key"])
    context.load_verify_locations(tls["trust"])
    return context


def associate_rq(job: Job, contexts: Mapping[int, str], received: str = "") -> bytes:
    """An A-ASSOCIATE-RQ (PS3.8 9.3.2), each context with Explicit VR Little Endian."""
    variable = item(0x10, APPLICATION_CONTEXT.encode())
    for number, abstract_syntax in contexts.items():
        syntaxes = item(0x30, abstract_syntax.encode()) + item(0x40, EXPLICIT.encode())
        variable += item(0x20, bytes([number, 0, 0, 0]) + syntaxes)
    user = item(0x51, LARGEST_PDU.to_bytes(4, "big")) + item(0x52, b"2.25.1")
    if received:  # we are its SCP (PS3.7 D.3.3.4)
        user += item(0x54, len(received).to_bytes(2, "big") + received.encode() + b"\x00\x01")
    variable += item(0x50, user)
    titles = job.called.encode().ljust(16) + job.calling.encode().ljust(16)
    return pdu(ASSOCIATE_RQ, b"\x00\x01\x00\x00" + titles + bytes(32) + variable)


def pdu(kind: int, content: bytes) -> bytes:
    """Type, a reserved byte, length, content (PS3.8 9.3.1)."""
    return bytes([kind, 0]) + len(content).to_bytes(4, "big") + content


def item(kind: int, content: bytes) -> bytes:
    """An item or sub-item: type, a reserved byte, length, content (PS3.8 9.3.2)."""
    return bytes([kind, 0]) + len(content).to_bytes(2, "big") + content


def items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content of each item."""
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from(">BxH", data, at)
        yield kind, data[at + 4 : at + 4 + length]
        at += 4 + length


def read_ac(body: bytes) -> tuple[set[int], int]:
    """The accepted contexts of an A-ASSOCIATE-AC, and the bytes its sender takes in a PDU."""
    accepted = {
        content[0] for kind, content in items(body[68:]) if kind == 0x21 and content[2] == 0
    }
    return accepted, maximum_pdu(body)


def maximum_pdu(body: bytes) -> int:
    """The Maximum Length of an A-ASSOCIATE-RQ or -AC (PS3.8 D.1), within our own bound."""
    users = [content for kind, content in items(body[68:]) if kind == 0x50]
    lengths = [value for user in users for kind, value in items(user) if kind == 0x51]
    said = int.from_bytes(lengths[0], "big") if lengths else 0
    return min(said or LARGEST_PDU, LARGEST_PDU)


def fragments(context: int, control: int, data: bytes, largest: int) -> Iterator[bytes]:
    """Data as P-DATA-TF PDUs, the last one marked."""
    room = largest - 6
    for at in range(0, len(data), room):
        piece = data[at : at + room]
        mark = control | (LAST if at + room >= len(data) else 0)
        yield _FRAGMENT.pack(P_DATA_TF, len(piece) + 6, len(piece) + 2, context, mark)
        yield piece


def message(context: int, command: Command, data: bytes, largest: int) -> bytearray:
    """A whole message, ready to be sent at once."""
    pieces = [*fragments(context, COMMAND, encode(command), largest)]
    pieces += fragments(context, 0, data, largest)
    return bytearray(b"".join(pieces))


def places(content: bytes | bytearray, placeholder: str) -> list[slice]:
    """Where a placeholder stands."""
    sought = placeholder.encode()
    found, at = [], content.find(sought)
    while at >= 0:
        found.append(slice(at, at + len(sought)))
        at = content.find(sought, at + 1)
    return found
