import pytest

from pacs_open.errors import ProtocolError
from pacs_open.wire import upper_layer
from pacs_open.wire.upper_layer import AbortReason, Bounds, PduType, State, next_state, read_header


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("pdu_type", [kind for kind in PduType if kind is not PduType.ABORT])
def test_each_state_takes_what_the_table_lists_and_aborts_on_all_else(state, pdu_type):
    if (state, pdu_type) in upper_layer.TRANSITIONS:
        assert isinstance(next_state(state, pdu_type), State)
        return
    with pytest.raises(ProtocolError) as caught:
        next_state(state, pdu_type)
    assert caught.value.provider_reason == AbortReason.UNEXPECTED_PDU


def test_only_a_request_opens_an_association():
    opening = [kind for (state, kind) in upper_layer.TRANSITIONS if state is State.AWAITING_REQUEST]

    assert opening == [PduType.ASSOCIATE_RQ]


@pytest.mark.parametrize("number", [0, 8, 0x41, 0xFF])
def test_an_unknown_pdu_is_refused_by_its_header(number):
    with pytest.raises(ProtocolError) as caught:
        read_header(bytes([number, 0, 0, 0, 0, 4]), Bounds())
    assert caught.value.provider_reason == AbortReason.UNRECOGNIZED_PDU


@pytest.mark.parametrize(
    ("number", "length", "fits"),
    [
        (PduType.P_DATA_TF, 131072, True),
        (PduType.P_DATA_TF, 131073, False),
        (PduType.P_DATA_TF, 0xFFFFFFFF, False),
        (PduType.ASSOCIATE_RQ, 1024 * 1024, True),
        (PduType.ASSOCIATE_RQ, 1024 * 1024 + 1, False),
        (PduType.ABORT, 4, True),
        (PduType.ABORT, 3, False),
        (PduType.RELEASE_RQ, 5, False),
    ],
)
def test_a_length_beyond_its_bound_is_refused_before_a_byte_is_stored(number, length, fits):
    header = bytes([number, 0]) + length.to_bytes(4, "big")
    if fits:
        assert read_header(header, Bounds()) == (number, length)
        return
    with pytest.raises(ProtocolError) as caught:
        read_header(header, Bounds())
    assert caught.value.provider_reason == AbortReason.INVALID_PARAMETER_VALUE


def test_last_words_are_ten_bytes_as_the_standard_draws_them():
    assert upper_layer.abort(2, 1) == bytes.fromhex("07000000000400000201")
    assert upper_layer.reject(1, 1, 7) == bytes.fromhex("03000000000400010107")
    assert bytes.fromhex("05000000000400000000") == upper_layer.RELEASE_RQ
    assert bytes.fromhex("06000000000400000000") == upper_layer.RELEASE_RP
