import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacs_open.errors import ProtocolError
from pacs_open.wire import dimse, upper_layer
from pacs_open.wire.command import Command, CommandField, encode
from pacs_open.wire.dimse import CommandReceived, Decoder, Fragment, Pdu
from pacs_open.wire.upper_layer import Bounds, PduType

ECHO = Command(CommandField.C_ECHO_RQ, affected_sop_class_uid="1.2.840.10008.1.1", message_id=1)
STORE = Command(
    CommandField.C_STORE_RQ,
    affected_sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
    affected_sop_instance_uid="2.25.1",
    message_id=2,
    has_data_set=True,
)


def _decoder(**bounds):
    decoder = Decoder(Bounds(**bounds), maximum_command=1000)
    decoder.context_ids = {1, 3}
    return decoder


def _message(command, data=None, *, context_id=1, fragment=4096):
    pieces = list(dimse.fragments(context_id, encode(command), fragment, is_command=True))
    if data is not None:
        pieces += dimse.fragments(context_id, data, fragment, is_command=False)
    return b"".join(pieces)


def _pdv(content, *, context_id=1, control=3):
    return (len(content) + 2).to_bytes(4, "big") + bytes([context_id, control]) + content


def _p_data(*pdvs):
    body = b"".join(pdvs)
    return bytes([4, 0]) + len(body).to_bytes(4, "big") + body


def _events(decoder, stream, sizes):
    """Feed a stream in pieces; fragments are joined to (data, times last was seen)."""
    events, at = [], 0
    while at < len(stream):
        step = max(next(sizes), 1)
        decoder.feed(stream[at : at + step])
        at += step
        while (event := decoder.next_event()) is not None:
            if isinstance(event, Fragment):
                data, last = bytes(event.data), event.last
                if events and isinstance(events[-1], list) and not events[-1][1]:
                    events[-1][0] += data
                    events[-1][1] = last
                else:
                    events.append([data, last])
            else:
                events.append(event)
    return events


def _always(step):
    while True:
        yield step


CONVERSATION = (
    _message(ECHO)
    + _message(STORE, b"pixels" * 3000, context_id=3, fragment=1000)
    + _message(ECHO, context_id=3)
    + upper_layer.RELEASE_RQ
    + upper_layer.abort(0, 0)
)
HEARD = [
    CommandReceived(1, ECHO),
    CommandReceived(3, STORE),
    [b"pixels" * 3000, True],
    CommandReceived(3, ECHO),
    Pdu(PduType.RELEASE_RQ, bytes(4)),
    Pdu(PduType.ABORT, bytes(4)),
]


@pytest.mark.parametrize("step", [1, 2, 5, 6, 7, 11, 12, 13, 1000, 1 << 20])
def test_a_conversation_is_the_same_however_it_is_cut(step):
    assert _events(_decoder(), CONVERSATION, _always(step)) == HEARD


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=50))
@settings(deadline=None)
def test_a_conversation_is_the_same_cut_at_random(sizes):
    def steps():
        while True:
            yield from sizes

    assert _events(_decoder(), CONVERSATION, steps()) == HEARD


@given(st.binary(max_size=400))
def test_any_bytes_give_events_or_a_protocol_error_with_a_reason(data):
    try:
        _events(_decoder(), data, _always(7))
    except ProtocolError as error:
        assert error.provider_reason in (0, 1, 5, 6)  # noqa: PT017 - it may also succeed


def test_fragments_are_views_into_what_was_fed():
    stream = bytearray(_message(STORE, b"abcdef"))
    decoder = _decoder()
    decoder.feed(stream)
    decoder.next_event()

    fragment = decoder.next_event()

    assert isinstance(fragment.data, memoryview)
    assert fragment.data.obj is stream
    assert fragment.last


def test_an_empty_data_set_and_an_empty_last_fragment_end_the_data_set():
    stream = _p_data(_pdv(encode(STORE))) + _p_data(_pdv(b"ab", control=0), _pdv(b"", control=2))

    assert _events(_decoder(), stream, _always(4)) == [CommandReceived(1, STORE), [b"ab", True]]
    assert _events(_decoder(), _message(STORE, b""), _always(4))[1] == [b"", True]


def test_command_and_data_set_may_share_a_pdu():
    stream = _p_data(_pdv(encode(STORE)), _pdv(b"data", control=2))

    assert _events(_decoder(), stream, _always(9)) == [CommandReceived(1, STORE), [b"data", True]]


def test_feeding_before_all_was_used_is_a_mistake_of_the_caller():
    decoder = _decoder()
    decoder.feed(_message(ECHO))

    with pytest.raises(RuntimeError):
        decoder.feed(b"more")


def test_it_knows_when_it_stands_within_a_pdu():
    decoder = _decoder()
    seen = [decoder.within_pdu]
    for byte in _message(ECHO):
        decoder.feed(bytes([byte]))
        decoder.next_event()
        seen.append(decoder.within_pdu)

    assert not seen[0]
    assert all(seen[1:-1])
    assert not seen[-1]


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        pytest.param(b"\x09\0\0\0\0\4", 1, id="unknown PDU"),
        pytest.param(_p_data(b"x" * 2000), 6, id="PDU over the bound"),
        pytest.param(_p_data(), 6, id="P-DATA-TF without a PDV"),
        pytest.param(_p_data(b"\0\0\0\1\1\3"), 6, id="PDV shorter than its header"),
        pytest.param(_p_data(b"\0\0\xff\0\1\3ab"), 6, id="PDV longer than its PDU"),
        pytest.param(_p_data(_pdv(encode(ECHO)), b"abc"), 6, id="bytes left over"),
        pytest.param(_p_data(_pdv(encode(ECHO), context_id=5)), 6, id="context never accepted"),
        pytest.param(_p_data(_pdv(b"data", control=2)), 5, id="data set without a command"),
        pytest.param(
            _p_data(_pdv(encode(STORE)), _pdv(encode(ECHO))), 5, id="command instead of data set"
        ),
        pytest.param(
            _p_data(_pdv(encode(STORE)), _pdv(b"x", context_id=3, control=2)),
            6,
            id="data set on another context",
        ),
        pytest.param(
            _p_data(_pdv(b"ab", control=1), _pdv(b"ab", control=2)), 5, id="command interrupted"
        ),
        pytest.param(
            _p_data(_pdv(b"x" * 600, control=1)) + _p_data(_pdv(b"x" * 600, control=1)),
            6,
            id="command set over the bound",
        ),
        pytest.param(_p_data(_pdv(b"nonsense")), 6, id="no command set"),
    ],
)
@pytest.mark.parametrize("step", [1, 100000])
def test_a_broken_protocol_is_told_with_the_reason_of_its_abort(stream, reason, step):
    with pytest.raises(ProtocolError) as caught:
        _events(_decoder(data=1500), stream, _always(step))
    assert caught.value.provider_reason == reason


@given(st.binary(max_size=5000), st.integers(2, 700))
def test_what_is_sent_is_what_is_heard(data, fragment):
    stream = _message(STORE, data, fragment=fragment)

    assert _events(_decoder(), stream, _always(333)) == [CommandReceived(1, STORE), [data, True]]


@pytest.mark.parametrize(
    ("maximum", "fragment"), [(0, 131066), (16384, 16378), (1 << 30, 131066), (3, 2)]
)
def test_our_pdus_fit_the_peer_and_our_own_ceiling(maximum, fragment):
    assert dimse.fragment_length(maximum) == fragment
