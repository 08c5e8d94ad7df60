import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_open.errors import ProtocolError
from pacs_open.refusals import AssociationRejected
from pacs_open.values import Peer, PresentationContext
from pacs_open.wire import negotiation, proposal

PEER = Peer("127.0.0.1", 1)
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
IMPLICIT = "1.2.840.10008.1.2"


def _item(kind, content):
    return bytes([kind, 0]) + len(content).to_bytes(2, "big") + content


def _context(context_id, *sub_items):
    return _item(0x20, bytes([context_id, 0, 0, 0]) + b"".join(sub_items))


APPLICATION = _item(0x10, b"1.2.840.10008.3.1.1.1")
CONTEXT = _context(1, _item(0x30, b"1.2.840.10008.1.1"), _item(0x40, IMPLICIT.encode()))


def _body(*items, called=b"PACS", calling=b"PEER", version=1):
    head = version.to_bytes(2, "big") + bytes(2) + called.ljust(16) + calling.ljust(16) + bytes(32)
    return head + b"".join(items)


def _read(*items, **options):
    return proposal.read(_body(*items, **options), PEER)


def test_it_reads_what_pynetdicom_writes():
    contexts = (
        PresentationContext(1, CT_IMAGE, (IMPLICIT, "1.2.840.10008.1.2.1")),
        PresentationContext(3, "1.2.840.10008.1.1", (IMPLICIT,)),
    )
    wanted = negotiation.Wanted("MODALITY", "PACS", contexts, {CT_IMAGE: (True, True)})

    read = proposal.read(negotiation.propose(wanted, maximum_pdu=4096)[6:], PEER)

    assert read.request.calling_ae_title == "MODALITY"
    assert read.request.called_ae_title == "PACS"
    assert read.request.contexts == contexts
    assert read.request.implementation_class_uid == negotiation.IMPLEMENTATION_CLASS_UID
    assert read.request.implementation_version_name == negotiation.IMPLEMENTATION_VERSION_NAME
    assert read.maximum_pdu == 4096
    assert read.roles == {CT_IMAGE: (True, True)}


def test_unknown_items_are_ignored_wherever_they_stand():
    unknown = _item(0x99, b"whatever")
    odd_context = _context(1, unknown, _item(0x30, b"1.2.3"), _item(0x40, b"1.2.4"), unknown)

    read = _read(unknown, APPLICATION, odd_context, _item(0x50, unknown + _item(0x51, bytes(4))))

    assert read.request.contexts == (PresentationContext(1, "1.2.3", ("1.2.4",)),)


def test_user_identity_and_extended_negotiation_are_read():
    identity = _item(0x58, b"\2\1" + b"\0\4user" + b"\0\6secret")
    extended = _item(0x56, b"\0\x05" + b"1.2.3" + b"\1\0")

    read = _read(APPLICATION, CONTEXT, _item(0x50, identity + extended))

    assert read.request.user_identity.kind == 2
    assert read.request.user_identity.primary == b"user"
    assert read.request.user_identity.secondary == b"secret"
    assert read.request.user_identity.positive_response_requested
    assert read.extended == {"1.2.3": b"\1\0"}


@pytest.mark.parametrize(
    ("title", "is_one"),
    [
        (b"PACS", True),
        (b"  PACS  ", True),
        (b"PACS\0\0", True),
        (b"a b", True),
        (b" " * 16, False),
        (b"\0" * 16, False),
        (b"A\nINFO forged", False),
        (b"A\x1b[2J", False),
        (b"A\\B", False),
        (b"\xc4", False),
        (b"A\0B", False),
    ],
)
def test_an_ae_title_that_is_none_is_rejected_with_its_own_reason(title, is_one):
    if is_one:
        assert (
            _read(APPLICATION, called=title).request.called_ae_title == title.strip(b" \0").decode()
        )
        assert _read(APPLICATION, calling=title)
        return
    with pytest.raises(AssociationRejected) as called:
        _read(APPLICATION, called=title)
    with pytest.raises(AssociationRejected) as calling:
        _read(APPLICATION, calling=title)
    assert (called.value.result, called.value.source, called.value.reason) == (1, 1, 7)
    assert (calling.value.result, calling.value.source, calling.value.reason) == (1, 1, 3)


def test_another_application_context_or_protocol_version_is_rejected():
    with pytest.raises(AssociationRejected) as context:
        _read(_item(0x10, b"1.2.3"), CONTEXT)
    with pytest.raises(AssociationRejected) as version:
        _read(APPLICATION, version=2)
    assert (context.value.result, context.value.source, context.value.reason) == (1, 1, 2)
    assert (version.value.result, version.value.source, version.value.reason) == (1, 2, 2)


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([b"\x10"], id="item cut in its header"),
        pytest.param([b"\x10\0\xff\xff1.2"], id="item longer than the PDU"),
        pytest.param([APPLICATION, _item(0x20, b"\1")], id="context without header"),
        pytest.param([APPLICATION, CONTEXT, CONTEXT], id="context id twice"),
        pytest.param([APPLICATION, _context(2)], id="even context id"),
        pytest.param([APPLICATION, _context(1, _item(0x30, b"1" * 70))], id="endless UID"),
        pytest.param([APPLICATION, _item(0x50, _item(0x51, b"\0"))], id="maximum length"),
        pytest.param([APPLICATION, _item(0x50, _item(0x54, b"\0\x09" + b"1"))], id="role"),
        pytest.param([APPLICATION, _item(0x50, _item(0x58, b"\2\1\0\x09u"))], id="identity"),
        pytest.param([APPLICATION, _item(0x50, _item(0x99, b"") * 2000)], id="too many sub-items"),
    ],
)
def test_what_does_not_fit_is_a_protocol_error(items):
    with pytest.raises(ProtocolError) as caught:
        _read(*items)
    assert caught.value.provider_reason == 6


def test_a_flood_of_transfer_syntaxes_is_cut():
    many = _context(1, _item(0x30, b"1.2"), *[_item(0x40, b"1.2.%d" % n) for n in range(3000)])

    (context,) = _read(APPLICATION, many).request.contexts

    assert len(context.transfer_syntaxes) == proposal.MOST_TRANSFER_SYNTAXES


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    try:
        _read(APPLICATION, data)
    except (ProtocolError, AssociationRejected):
        return


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("1.2.840.10008.1.1", True),
        ("0.1", True),
        ("2", True),
        ("1.02", False),
        ("1..2", False),
        (".1", False),
        ("1.2.", False),
        ("1.2\n", False),
        ("../1", False),
        ("", False),
        ("1." + "2" * 62, True),
        ("1." + "2" * 63, False),
    ],
)
def test_a_uid_is_what_the_standard_says(text, is_one):
    assert proposal.is_uid(text) is is_one
