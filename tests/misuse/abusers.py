"""Two hundred bad callers: each does one thing that a good one never does, again and again.

They run on one event loop in a process, call from addresses of their own in 127.0.0.0/8, touch
only the archive that a test gives them, and end when they are told to, or by themselves.
"""

import asyncio
import contextlib
import itertools
import multiprocessing
import os
import ssl
import struct
from collections import Counter
from dataclasses import dataclass

from pacs_open.values import PresentationContext
from pacs_open.wire import dimse
from pacs_open.wire.command import Command, CommandField, encode
from pacs_open.wire.negotiation import Wanted, propose

_FORK = multiprocessing.get_context("fork")
"""The abusers' TLS contexts cannot be sent to another process, only inherited."""
VERIFICATION = "1.2.840.10008.1.1"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
PAUSE = 0.3
"""Seconds between two calls of one abuser: two hundred of them make a flood all the same."""
LONGEST = 120.0
"""Seconds after which all of them end, whoever forgot them."""
EVERYTHING = bytes.fromhex("0800520006000000") + b"STUDY " + bytes.fromhex("10002000 00000000")
"""An identifier in implicit VR little endian: every study, please."""


@dataclass(frozen=True)
class Victim:
    """The archive, and who the abusers say they are; ``ssl_context`` None: plaintext."""

    host: str
    port: int
    called_ae_title: str
    calling_ae_title: str
    ssl_context: ssl.SSLContext | None = None
    server_name: str | None = None


class Caller:
    """One abuser's means: connections from its own address."""

    def __init__(self, victim, address):
        self.victim = victim
        self._address = address

    @contextlib.asynccontextmanager
    async def connection(self, *, tls=True):
        context = self.victim.ssl_context if tls else None
        reader, writer = await asyncio.open_connection(
            self.victim.host,
            self.victim.port,
            local_addr=(self._address, 0),
            ssl=context,
            server_hostname=self.victim.server_name if context else None,
        )
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    @contextlib.asynccontextmanager
    async def association(self, *contexts):
        """An association, if it is granted; else the connection after the refusal."""
        async with self.connection() as (reader, writer):
            writer.write(self.request(*(contexts or DEFAULT)))
            header = await reader.readexactly(6)
            await reader.readexactly(struct.unpack(">L", header[2:])[0])
            yield reader, writer

    def request(self, *contexts):
        wanted = Wanted(
            self.victim.calling_ae_title,
            self.victim.called_ae_title,
            tuple(
                PresentationContext(2 * place + 1, abstract, syntaxes)
                for place, (abstract, syntaxes) in enumerate(contexts)
            ),
        )
        return propose(wanted, maximum_pdu=16384)


DEFAULT = ((VERIFICATION, (IMPLICIT,)), (STUDY_FIND, (IMPLICIT,)), (CT, (EXPLICIT,)))
ECHO_CONTEXT, FIND_CONTEXT, CT_CONTEXT = 1, 3, 5


def message(context, command, data=None, *, last=True):
    """A whole DIMSE message, or one whose data set does not end."""
    pieces = list(dimse.fragments(context, encode(command), 16000, is_command=True))
    if data is not None:
        pieces += [dimse.header(context, len(data), is_command=False, last=last), data]
    return b"".join(bytes(piece) for piece in pieces)


def find(number=1):
    return Command(
        CommandField.C_FIND_RQ,
        affected_sop_class_uid=STUDY_FIND,
        message_id=number,
        priority=0,
        has_data_set=True,
    )


async def until_closed(reader):
    while await reader.read(65536):
        pass


# -- before an association


async def says_nothing(caller):
    async with caller.connection() as (reader, _):
        await until_closed(reader)


async def sends_half_a_request(caller):
    async with caller.connection() as (reader, writer):
        writer.write(caller.request(*DEFAULT)[:60])
        await until_closed(reader)


async def sends_a_request_byte_by_byte(caller):
    async with caller.connection() as (_, writer):
        for byte in caller.request(*DEFAULT):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.2)


async def announces_four_gibibytes(caller):
    async with caller.connection() as (reader, writer):
        writer.write(b"\x01\x00\xff\xff\xff\xff" + bytes(100_000))
        await until_closed(reader)


async def proposes_ten_thousand_contexts(caller):
    one = caller.request((CT, (EXPLICIT,)))
    begin = 74 + 4 + len("1.2.840.10008.3.1.1.1")  # behind the application context
    length = struct.unpack(">H", one[begin + 2 : begin + 4])[0] + 4
    context, rest = one[begin : begin + length], one[begin + length :]
    body = one[6:begin] + context * 10_000 + rest
    async with caller.connection() as (reader, writer):
        writer.write(one[:2] + struct.pack(">L", len(body)) + body)
        await until_closed(reader)


async def begins_a_handshake(caller):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="pacs").do_handshake()
    async with caller.connection(tls=False) as (reader, writer):
        writer.write(outgoing.read()[:100])
        await until_closed(reader)


async def says_random_bytes(caller):
    for tls in (False, True):
        with contextlib.suppress(OSError):
            async with caller.connection(tls=tls) as (reader, writer):
                writer.write(os.urandom(1 + os.urandom(1)[0] * 16))
                await asyncio.wait_for(until_closed(reader), 5)


async def associates_and_leaves(caller):
    for _ in range(10):
        async with caller.association():
            pass


# -- on an association


async def sends_half_a_pdu(caller):
    async with caller.association() as (reader, writer):
        writer.write(dimse.header(CT_CONTEXT, 100_000, is_command=False, last=True) + bytes(5000))
        await until_closed(reader)


async def never_ends_its_fragments(caller):
    async with caller.association() as (_, writer):
        writer.write(message(FIND_CONTEXT, find(), EVERYTHING, last=False))
        piece = dimse.header(FIND_CONTEXT, 8000, is_command=False, last=False) + bytes(8000)
        for _ in range(2000):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)


async def asks_for_everything_and_never_reads(caller):
    async with caller.association() as (_, writer):
        writer.transport.pause_reading()
        for number in range(1, 200):
            writer.write(message(FIND_CONTEXT, find(number), EVERYTHING))
        await asyncio.sleep(LONGEST)


async def asks_without_waiting(caller):
    echo = Command(CommandField.C_ECHO_RQ, affected_sop_class_uid=VERIFICATION, message_id=1)
    async with caller.association() as (reader, writer):
        writer.write(message(ECHO_CONTEXT, echo) * 300)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(until_closed(reader), 2)


async def cancels_what_was_never_asked(caller):
    cancel = Command(CommandField.C_CANCEL_RQ, message_id_being_responded_to=1)
    async with caller.association() as (reader, writer):
        writer.write(message(FIND_CONTEXT, cancel) * 1000)
        writer.write(message(FIND_CONTEXT, find(), EVERYTHING))
        writer.write(message(FIND_CONTEXT, cancel) * 1000)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(until_closed(reader), 2)


async def sends_a_deflate_bomb(caller):
    bomb = b"\xec\xc1\x01\x01" + bytes(60_000)
    store = Command(
        CommandField.C_STORE_RQ,
        affected_sop_class_uid=CT,
        affected_sop_instance_uid="2.25.1",
        message_id=1,
        priority=0,
        has_data_set=True,
    )
    async with caller.association((CT, (DEFLATED,))) as (reader, writer):
        writer.write(message(1, store, bomb))
        await until_closed(reader)


async def says_random_bytes_after_it_was_let_in(caller):
    async with caller.association() as (reader, writer):
        writer.write(os.urandom(5000))
        await until_closed(reader)


KINDS = (
    says_nothing,
    sends_half_a_request,
    sends_a_request_byte_by_byte,
    announces_four_gibibytes,
    proposes_ten_thousand_contexts,
    begins_a_handshake,
    says_random_bytes,
    associates_and_leaves,
    sends_half_a_pdu,
    never_ends_its_fragments,
    asks_for_everything_and_never_reads,
    asks_without_waiting,
    cancels_what_was_never_asked,
    sends_a_deflate_bomb,
    says_random_bytes_after_it_was_let_in,
)


class _AtWork:
    """``count`` abusers on an event loop, in turn of each kind, until they are told to end."""

    def __init__(self, victims, count, began):
        self._victims, self._count, self._began = victims, count, began
        self.calls = Counter()
        """How often each kind began anew."""
        self._over = asyncio.Event()

    async def run(self, over):
        """``over`` can be read as soon as they shall end."""
        asyncio.get_running_loop().add_reader(over, self._over.set)
        kinds = itertools.cycle(KINDS)
        at_work = [
            asyncio.create_task(self._abuse(next(kinds), number)) for number in range(self._count)
        ]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), LONGEST)
        self._over.set()
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)

    async def _abuse(self, kind, number):
        address = f"127.7.{number // 250}.{number % 250 + 1}"
        caller = Caller(self._victims[number % len(self._victims)], address)
        while not self._over.is_set():  # a cancellation may be lost in a connection's set-up
            self.calls[kind.__name__] += 1
            if len(self.calls) == len(KINDS) and self.calls.total() == self._count:
                self._began()
            # To be thrown out is an abuser's lot.
            with contextlib.suppress(OSError, EOFError, ssl.SSLError):
                await kind(caller)
            await asyncio.sleep(PAUSE)


class Abusers:
    """A context manager: within it, ``count`` abusers are at work, in turn of each kind.

    They stand for other machines: a process of their own, which gives way to the archive and to
    the workstation where the cores are few.
    """

    def __init__(self, victims, count):
        self.calls = Counter()
        """How often each kind began anew; known in the end."""
        self._ours, theirs = multiprocessing.Pipe()
        self._process = _FORK.Process(target=_work, args=(victims, count, theirs), daemon=True)

    def __enter__(self):
        self._process.start()
        assert self._ours.poll(60), "the abusers did not begin"
        assert self._ours.recv() == "began"
        return self

    def __exit__(self, *_):
        self._ours.send("over")
        assert self._ours.poll(30), "the abusers do not end"
        self.calls = self._ours.recv()
        self._process.join(30)
        assert self._process.exitcode == 0


def _work(victims, count, orders):
    os.nice(10)
    at_work = _AtWork(victims, count, lambda: orders.send("began"))
    asyncio.run(at_work.run(orders))
    orders.send(at_work.calls)
