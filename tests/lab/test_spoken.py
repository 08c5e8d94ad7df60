"""PDUs become lines, whole or byte by byte; hostile bytes become none; no data set is repeated."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom.dimse_messages import C_FIND_RQ
from pynetdicom.dimse_primitives import C_FIND
from pynetdicom.pdu import A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import A_ASSOCIATE, UserIdentityNegotiation
from pynetdicom.presentation import build_context

from lab.spoken import Stream

FIND = "1.2.840.10008.5.1.4.1.2.2.1"


def _lines(*chunks, salt=b"salt"):
    said = []
    stream = Stream("we:", salt, said.append)
    for chunk in chunks:
        stream.feed(chunk)
    return said


def _pdu(kind, body):
    return struct.pack(">BBI", kind, 0, len(body)) + body


def _associate():
    primitive = A_ASSOCIATE()
    primitive.application_context_name = "1.2.840.10008.3.1.1.1"
    primitive.calling_ae_title, primitive.called_ae_title = "MODALITY", "PACS"
    context = build_context(FIND)
    context.context_id = 1
    primitive.presentation_context_definition_list = [context]
    primitive.maximum_length_received = 16384
    primitive.implementation_class_uid = "1.2.3"
    identity = UserIdentityNegotiation()
    identity.user_identity_type = 2
    identity.primary_field, identity.secondary_field = b"radiologist", b"hunter2"
    primitive.user_information.append(identity)
    pdu = A_ASSOCIATE_RQ()
    pdu.from_primitive(primitive)
    return pdu.encode()


def _find(identifier=b"PATIENT^NAME"):
    primitive = C_FIND()
    primitive.MessageID, primitive.Priority = 7, 2
    primitive.AffectedSOPClassUID = FIND
    primitive.Identifier = io.BytesIO(identifier)
    message = C_FIND_RQ()
    message.primitive_to_message(primitive)
    return b"".join(
        _pdu(
            4,
            b"".join(
                struct.pack(">IB", len(value) + 1, context) + value
                for context, value in pdata.presentation_data_value_list
            ),
        )
        for pdata in message.encode_msg(1, 128)
    )


def test_an_association_shows_titles_and_contexts_but_no_passcode():
    said = "\n".join(_lines(_associate()))
    assert "A-ASSOCIATE-RQ" in said
    assert "called PACS, calling MODALITY" in said
    assert f"context 1: abstract syntax {FIND}" in said
    assert "58H" in said
    assert "hunter2" not in said
    assert "radiologist" not in said


def test_a_command_is_spelt_out_and_a_data_set_is_only_its_length_and_hash():
    said = _lines(_find())
    assert any("CommandField=0020H" in line and "MessageID=7" in line for line in said)
    assert any("data set on context 1: 12 bytes, hash " in line for line in said)
    assert "PATIENT" not in "\n".join(said)


def test_the_same_data_set_has_the_same_hash_under_one_salt_only():
    def hashed(salt):
        return _lines(_find(), salt=salt)[-1]

    assert hashed(b"one") == hashed(b"one")
    assert hashed(b"one") != hashed(b"two")


def test_byte_by_byte_says_the_same_as_whole():
    whole = _associate() + _find()
    assert _lines(*[bytes([byte]) for byte in whole]) == _lines(whole)


@pytest.mark.parametrize(
    ("pdu", "said"),
    [
        (_pdu(3, bytes([0, 1, 1, 7])), "we: A-ASSOCIATE-RJ, 4 bytes: result 1, source 1, reason 7"),
        (_pdu(7, bytes([0, 0, 2, 6])), "we: A-ABORT, 4 bytes: source 2, reason 6"),
        (_pdu(5, bytes(4)), "we: A-RELEASE-RQ, 4 bytes"),
        (_pdu(3, b""), "we: A-ASSOCIATE-RJ, 0 bytes"),
    ],
)
def test_endings_are_told(pdu, said):
    assert _lines(pdu) == [said]


def test_an_error_comment_is_a_peers_free_text_and_not_repeated():
    comment = b"no patient MILLER here"
    element = struct.pack("<HHI", 0, 0x0902, len(comment)) + comment
    said = _lines(_pdu(4, struct.pack(">IBB", len(element) + 2, 1, 3) + element))
    assert said == [f"we: command on context 1: ErrorComment=({len(comment)} bytes)"]


def test_what_is_no_pdu_is_not_followed():
    said = _lines(b"HTTP/1.1 400 MILLER", _associate())
    assert len(said) == 1
    assert "no PDU" in said[0]
    assert _lines(struct.pack(">BBI", 4, 0, 2**31))[0].startswith("we: bytes that are no PDU")


@given(st.sampled_from(range(1, 8)), st.binary(max_size=300))
def test_hostile_bodies_raise_nothing_and_print_nothing_odd(kind, body):
    for line in _lines(_pdu(kind, body)):
        assert line.isprintable()
        assert line.isascii()
