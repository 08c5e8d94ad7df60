"""What is fuzzed: each function takes bytes and may raise nothing but the errors it lets through.

Beyond not crashing, each says what must hold: whole or byte by byte is the same, what was
written is read back.
"""

import contextlib

from pacs_open.data_sets.commitment import read_wish
from pacs_open.data_sets.elements import MalformedDataSetError, read_elements
from pacs_open.data_sets.head import HeadScanner
from pacs_open.data_sets.identifiers import read_identifier
from pacs_open.data_sets.reencode import reencode
from pacs_open.data_sets.wellformed import Walk
from pacs_open.errors import ProtocolError
from pacs_open.refusals import AssociationRejected, DimseRefused
from pacs_open.values import Model, Peer
from pacs_open.wire import negotiation, proposal
from pacs_open.wire.command import decode, encode
from pacs_open.wire.dimse import Decoder, Fragment
from pacs_open.wire.upper_layer import Bounds

BOUNDS = Bounds(4096, 4096)
CONTEXT_IDS = frozenset({1, 3})


def message_codec(data):
    """P-DATA-TF bytes to events; fed whole or byte by byte they are the same events."""
    assert _events([data]) == _events([data[at : at + 1] for at in range(len(data))])


def _events(pieces):
    decoder = Decoder(BOUNDS, maximum_command=1024)
    decoder.context_ids = CONTEXT_IDS
    found = []
    try:
        for piece in pieces:
            decoder.feed(piece)
            while (event := decoder.next_event()) is not None:
                _add(found, event)
    except ProtocolError as error:
        if found and isinstance(found[-1], list):  # of what breaks off, more or less was seen
            found.pop()
        found.append(error.provider_reason)
    return found


def _add(found, event):
    """Fragments of one data set come in pieces of any size: what counts is their sum."""
    if not isinstance(event, Fragment):
        found.append(event)
        return
    data = bytes(event.data)
    if found and isinstance(found[-1], list) and not found[-1][1]:
        found[-1] = [found[-1][0] + data, event.last]
    else:
        found.append([data, event.last])


def command_set(data):
    """A command set; what can be read can be written and read again."""
    try:
        command = decode(data)
    except ProtocolError:
        return
    assert decode(encode(command)[12:]) == command  # behind the group length


def association_request(data):
    """The body of an A-ASSOCIATE-RQ; what can be read is answered."""
    try:
        read = proposal.read(data, Peer("127.0.0.1", 1))
    except (AssociationRejected, ProtocolError):
        return
    answer, agreement = negotiation.accept(read, {}, maximum_pdu=16384)
    assert answer[:1] == b"\x02"
    assert set(agreement.contexts) <= {one.context_id for one in read.request.contexts}


def data_set(data):
    """An arriving data set: its walk and its head see the same whole or byte by byte."""
    explicit, body = _choice(data)
    pieces = [body[at : at + 1] for at in range(len(body))]
    assert _walk([body], explicit) == _walk(pieces, explicit)
    whole, by_byte = HeadScanner(implicit=not explicit), HeadScanner(implicit=not explicit)
    whole.feed(body)
    for piece in pieces:
        by_byte.feed(piece)
    for scanner in (whole, by_byte):
        scanner.finish(len(body))
    assert whole.elements == by_byte.elements
    assert bool(whole.fault) == bool(by_byte.fault)


def _walk(pieces, explicit):
    walk = Walk(explicit=explicit)
    try:
        for piece in pieces:
            walk.feed(piece)
        walk.close()
    except MalformedDataSetError:
        return False
    return True


def other_syntax(data):
    """Explicit to implicit and back: what comes out can be followed and has the same elements."""
    explicit, body = _choice(data)
    try:
        there = reencode(body, explicit=explicit)
    except MalformedDataSetError:
        return
    tags = [tag for tag, _, _ in read_elements(there, explicit=explicit)]
    assert tags == [tag for tag, _, _ in read_elements(body, explicit=not explicit) if tag & 0xFFFF]


def identifier(data):
    """The identifier of a C-FIND, C-GET or C-MOVE, and what Storage Commitment is asked about."""
    explicit, body = _choice(data)
    for model in Model:
        with contextlib.suppress(DimseRefused):
            read_identifier(body, model, explicit=explicit)
    with contextlib.suppress(MalformedDataSetError):
        read_wish(body, explicit=explicit)


def _choice(data):
    """The first byte chooses the transfer syntax."""
    return bool(data[:1] and data[0] & 1), data[1:]


TARGETS = (message_codec, command_set, association_request, data_set, other_syntax, identifier)
