"""A client that does not hold the server back: raw sockets, everything prepared before it begins.

One process an association (``python -m tests.bench.lean``): it reads a :class:`Job` as JSON from
standard input, prepares, says ``ready``, awaits ``go``, works, and says as JSON what was done.
Nothing outside the standard library is imported, so that it starts at once. A status that is not
0000H ends it with an error: a server that refuses is not a fast one.
"""

import contextlib
import dataclasses
import json
import socket
import ssl
import struct
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pacs_open.wire.command import Command, CommandField, decode, encode
from tests.bench.uids import INSTANCE, SERIES, STUDY, patient_id, uid

EXPLICIT = "1.2.840.10008.1.2.1"
APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
LARGEST_PDU = 131072
"""Bytes: what DCMTK takes at most, and we announce."""
PATIENCE = 60.0
"""Seconds until a silent server is given up."""
COMMAND, LAST = 1, 2
SUCCESS = 0x0000
PENDING = (0xFF00, 0xFF01)
RELEASE_RQ = bytes.fromhex("0500 00000004 00000000")
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
    sop_class_uid: str = ""
    template: str = ""
    """File with the data set to store."""
    tls: Mapping[str, str] | None = None
    """``certificate``, ``key`` and ``trust``; None: plaintext."""


@dataclass(frozen=True)
class Done:
    """What came of it."""

    count: int
    seconds: float
    size: int = 0
    """Bytes of the data sets."""
    latencies: list[float] = field(default_factory=list)


class Association:
    """An association as its requestor, with one transfer syntax for every context."""

    def __init__(self, job: Job, contexts: Mapping[int, str]) -> None:
        self._socket = connect(job)
        self._file = self._socket.makefile("rb", buffering=256 * 1024)
        self._socket.sendall(associate_rq(job, contexts))
        kind, body = self._pdu()
        if kind != 2:
            raise FailedError(f"no association: PDU {kind:02X}H {body[:4].hex()}")
        self.accepted, self.maximum_pdu = read_ac(body)
        if not self.accepted:
            raise FailedError("no presentation context was accepted")

    def send(self, data: bytes | bytearray) -> None:
        """Bytes of whole PDUs."""
        self._socket.sendall(data)

    def message(self) -> tuple[int, Command, int]:
        """The next message: its context, its command, how many bytes its data set had."""
        command, size, parts = None, 0, []
        while True:
            kind, body = self._pdu()
            if kind != 4:
                raise FailedError(f"the server ended the association: PDU {kind:02X}H {body.hex()}")
            at = 0
            while at < len(body):
                length, context, control = struct.unpack_from(">LBB", body, at)
                if control & COMMAND:
                    parts.append(body[at + 6 : at + 4 + length])
                    if control & LAST:
                        command = decode(b"".join(parts))
                else:
                    size += length - 2
                at += 4 + length
                if control & LAST and command and not (control & COMMAND and command.has_data_set):
                    return context, command, size

    def release(self) -> None:
        """End it in order."""
        self._socket.sendall(RELEASE_RQ)
        kind, _ = self._pdu()
        self.close()
        if kind != 6:
            raise FailedError(f"A-RELEASE-RQ was answered by PDU {kind:02X}H")

    def close(self) -> None:
        """Without a word."""
        self._file.close()
        self._socket.close()

    def _pdu(self) -> tuple[int, bytes]:
        header = self._file.read(6)
        if len(header) < 6:
            raise FailedError("the server closed the connection")
        length = int.from_bytes(header[2:], "big")
        body = self._file.read(length)
        if len(body) < length:
            raise FailedError("the server closed the connection within a PDU")
        return header[0], body


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


def associate_rq(job: Job, contexts: Mapping[int, str]) -> bytes:
    """An A-ASSOCIATE-RQ (PS3.8 9.3.2), each context with Explicit VR Little Endian."""
    variable = _item(0x10, APPLICATION_CONTEXT.encode())
    for number, abstract_syntax in contexts.items():
        syntaxes = _item(0x30, abstract_syntax.encode()) + _item(0x40, EXPLICIT.encode())
        variable += _item(0x20, bytes([number, 0, 0, 0]) + syntaxes)
    user = _item(0x51, LARGEST_PDU.to_bytes(4, "big")) + _item(0x52, b"2.25.1")
    variable += _item(0x50, user)
    titles = job.called.encode().ljust(16) + job.calling.encode().ljust(16)
    body = b"\x00\x01\x00\x00" + titles + bytes(32) + variable
    return b"\x01\x00" + len(body).to_bytes(4, "big") + body


def _item(kind: int, content: bytes) -> bytes:
    return bytes([kind, 0]) + len(content).to_bytes(2, "big") + content


def read_ac(body: bytes) -> tuple[list[int], int]:
    """The accepted contexts of an A-ASSOCIATE-AC, and the bytes its sender takes in a PDU."""
    accepted, maximum = [], 0
    for kind, content in _items(body[68:]):
        if kind == 0x21 and content[2] == 0:
            accepted.append(content[0])
        elif kind == 0x50:
            lengths = [value for sub, value in _items(content) if sub == 0x51]
            maximum = int.from_bytes(lengths[0], "big") if lengths else 0
    return accepted, min(maximum or LARGEST_PDU, LARGEST_PDU)


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from(">BxH", data, at)
        yield kind, data[at + 4 : at + 4 + length]
        at += 4 + length


def fragments(context: int, control: int, data: bytes, maximum_pdu: int) -> Iterator[bytes]:
    """Data as P-DATA-TF PDUs, the last one marked."""
    room = maximum_pdu - 6
    for at in range(0, len(data), room):
        piece = data[at : at + room]
        mark = control | (LAST if at + room >= len(data) else 0)
        yield _FRAGMENT.pack(4, len(piece) + 6, len(piece) + 2, context, mark)
        yield piece


def message(context: int, command: Command, data: bytes, maximum_pdu: int) -> bytearray:
    """A whole message, ready to be sent at once."""
    pieces = [*fragments(context, COMMAND, encode(command), maximum_pdu)]
    pieces += fragments(context, 0, data, maximum_pdu)
    return bytearray(b"".join(pieces))


def places(content: bytes | bytearray, placeholder: bytes) -> list[slice]:
    """Where a placeholder stands."""
    found, at = [], content.find(placeholder)
    while at >= 0:
        found.append(slice(at, at + len(placeholder)))
        at = content.find(placeholder, at + 1)
    return found


class Stores:
    """C-STORE after C-STORE, each awaiting the answer of the one before."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._association = Association(job, {1: job.sop_class_uid})
        data = Path(job.template).read_bytes()
        command = Command(
            command_field=CommandField.C_STORE_RQ,
            affected_sop_class_uid=job.sop_class_uid,
            message_id=1,
            priority=0,
            affected_sop_instance_uid=uid(INSTANCE, 0),
            has_data_set=True,
        )
        self._size = len(data)
        self._message = message(1, command, data, self._association.maximum_pdu)
        for placeholder, own in (
            (uid(STUDY, 0), uid(STUDY, job.number)),
            (uid(SERIES, 0), uid(SERIES, job.number)),
            (patient_id(0), patient_id(job.number)),
        ):
            for place in places(self._message, placeholder.encode()):
                self._message[place] = own.encode()
        self._places = places(self._message, uid(INSTANCE, 0).encode())
        if len(self._places) != 2:
            raise FailedError("the template does not name its instance once")

    def run(self) -> Done:
        """For as long as the job says; what is under way then is awaited."""
        number, began = self._job.number, time.monotonic()
        end, latencies = began + self._job.seconds, []
        now = began
        while now < end:
            number += 1
            name = uid(INSTANCE, number).encode()
            for place in self._places:
                self._message[place] = name
            self._association.send(self._message)
            _, answer, _ = self._association.message()
            if answer.status != SUCCESS:
                raise FailedError(f"C-STORE was answered with {answer.status or 0:04X}H")
            then, now = now, time.monotonic()
            latencies.append(now - then)
        count = number - self._job.number
        self._association.release()
        return Done(count, now - began, count * self._size, latencies)


WORKS = {"store": Stores}


def main() -> int:
    """Do one job. Returns the exit code: 1 where the server failed."""
    job = Job(**json.loads(sys.stdin.readline()))
    try:
        work = WORKS[job.work](job)
        say("ready")
        if sys.stdin.readline().strip() != "go":
            return 1
        say(json.dumps(dataclasses.asdict(work.run())))
    except (FailedError, OSError) as error:
        with contextlib.suppress(BrokenPipeError):
            say(json.dumps({"error": str(error)}))
        return 1
    return 0


def say(line: str) -> None:
    """One line to whoever started us."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
