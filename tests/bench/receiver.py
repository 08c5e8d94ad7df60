"""Where C-MOVE sends to: takes every instance, keeps none (``python -m tests.bench.receiver``).

It reads its port and, for TLS, its identity as JSON from standard input, says ``ready``, and
serves until it is ended. Each association has a thread.
"""

import contextlib
import json
import socket
import ssl
import sys
import threading
from collections.abc import Mapping

from pacs_open.wire.command import encode
from tests.bench.lean import (
    ASSOCIATE_AC,
    COMMAND,
    EXPLICIT,
    LARGEST_PDU,
    P_DATA_TF,
    RELEASE_RP,
    SUCCESS,
    FailedError,
    fragments,
    item,
    items,
    maximum_pdu,
    message_of,
    pdu,
    read_data,
    read_pdu,
)


class _ReleasedError(Exception):
    """The other side is done."""


def accept(body: bytes) -> bytes:
    """The A-ASSOCIATE-AC that accepts every context, as Explicit VR Little Endian if offered."""
    variable = item(0x10, b"1.2.840.10008.3.1.1.1")
    for kind, content in items(body[68:]):
        if kind == 0x20:
            offered = [value for sub, value in items(content[4:]) if sub == 0x40]
            chosen = EXPLICIT.encode() if EXPLICIT.encode() in offered else offered[0]
            variable += item(0x21, bytes([content[0], 0, 0, 0]) + item(0x40, chosen))
    user = item(0x51, LARGEST_PDU.to_bytes(4, "big")) + item(0x52, b"2.25.1")
    return pdu(ASSOCIATE_AC, body[:68] + variable + item(0x50, user))


def serve(connection: socket.socket, context: ssl.SSLContext | None) -> None:
    """One association."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # whoever hangs up does no harm: the C-MOVE's own answer counts what arrived
    with contextlib.suppress(OSError, FailedError), connection:
        secured = context.wrap_socket(connection, server_side=True) if context else connection
        with secured, secured.makefile("rb", buffering=256 * 1024) as file:
            _, body = read_pdu(file)
            secured.sendall(accept(body))
            largest = maximum_pdu(body)
            room = memoryview(bytearray(LARGEST_PDU))

            def data() -> memoryview:
                kind, content = read_data(file, room)
                if kind != P_DATA_TF:
                    raise _ReleasedError
                return content

            with contextlib.suppress(_ReleasedError):
                while True:
                    context_id, command, _ = message_of(data)
                    answer = encode(command.response(SUCCESS))
                    secured.sendall(b"".join(fragments(context_id, COMMAND, answer, largest)))
            secured.sendall(RELEASE_RP)


def tls_context(tls: Mapping[str, str] | None) -> ssl.SSLContext | None:
    """What the receiver shows to who calls it."""
    if tls is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls["certificate"], tls["key"])
    context.load_verify_locations(tls["trust"])
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def main() -> None:
    """Serve until the end."""
    said = json.loads(sys.stdin.readline())
    context = tls_context(said["tls"])
    with socket.create_server(("127.0.0.1", said["port"]), backlog=16) as listening:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=serve, args=(connection, context), daemon=True).start()


if __name__ == "__main__":
    main()
