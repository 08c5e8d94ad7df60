import pytest

from pacs_open import transfer_capability
from pacs_open.errors import ProtocolError
from pacs_open.values import Peer, PresentationContext
from pacs_open.wire import negotiation, proposal

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
FIND = "1.2.840.10008.5.1.4.1.2.2.1"
VERIFICATION = "1.2.840.10008.1.1"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
JPEG = "1.2.840.10008.1.2.4.50"


def _wanted(*contexts, roles=None):
    return negotiation.Wanted(
        "PEER",
        "PACS",
        tuple(PresentationContext(2 * i + 1, *context) for i, context in enumerate(contexts)),
        roles or {},
    )


def _negotiate(*contexts, roles=None, refused=None, **options):
    """Both sides: what the acceptor and what the requestor hold as agreed."""
    wanted = _wanted(*contexts, roles=roles)
    proposed = proposal.read(negotiation.propose(wanted, maximum_pdu=16384)[6:], Peer("a", 1))
    pdu, ours = negotiation.accept(proposed, refused or {}, maximum_pdu=131072, **options)
    return ours, negotiation.conclude(wanted, pdu[6:])


def test_both_sides_come_to_the_same_contexts():
    ours, theirs = _negotiate(
        (VERIFICATION, (IMPLICIT,)),
        (CT_IMAGE, (IMPLICIT, EXPLICIT)),
        (CT_IMAGE, (JPEG, EXPLICIT)),
        (CT_IMAGE, (BIG_ENDIAN,)),
        ("1.2.3.4.5", (IMPLICIT,)),
    )

    expected = {1: IMPLICIT, 3: EXPLICIT, 5: JPEG}
    assert {i: c.transfer_syntax for i, c in ours.contexts.items()} == expected
    assert {i: c.transfer_syntax for i, c in theirs.contexts.items()} == expected
    assert ours.peer_maximum_pdu == 16384
    assert theirs.peer_maximum_pdu == 131072


@pytest.mark.parametrize(
    ("roles", "ours", "theirs"),
    [
        (None, (True, False), (False, True)),
        ((True, True), (True, True), (True, True)),
        ((False, True), (False, True), (True, False)),
        ((True, False), (True, False), (False, True)),
    ],
)
def test_roles_of_storage_are_what_the_requestor_proposes(roles, ours, theirs):
    here, there = _negotiate((CT_IMAGE, (EXPLICIT,)), roles=roles and {CT_IMAGE: roles})

    assert (here.contexts[1].as_scp, here.contexts[1].as_scu) == ours
    assert (there.contexts[1].as_scp, there.contexts[1].as_scu) == theirs


def test_a_context_that_policy_refuses_is_rejected_alone():
    ours, theirs = _negotiate((VERIFICATION, (IMPLICIT,)), (CT_IMAGE, (EXPLICIT,)), refused={3: 1})

    assert set(ours.contexts) == set(theirs.contexts) == {1}


def test_abstract_syntaxes_that_are_no_uid_are_answered_not_supported():
    context = PresentationContext(1, "1.02.../x", (IMPLICIT,))
    request = proposal.AssociationRequest(Peer("a", 1), "PEER", "PACS", (context,))

    pdu, agreement = negotiation.accept(proposal.Proposal(request, 0), {}, maximum_pdu=131072)

    assert agreement.contexts == {}
    assert b"\x21\x00\x00\x19\x01\x00\x03\x00" in pdu


def test_relational_queries_are_agreed_on_and_nothing_else():
    request = proposal.read(
        negotiation.propose(_wanted((FIND, (IMPLICIT,))), maximum_pdu=0)[6:], Peer("a", 1)
    ).request
    proposed = proposal.Proposal(request, 0, extended={FIND: b"\1\1\1", VERIFICATION: b"\1"})

    pdu, agreement = negotiation.accept(proposed, {}, maximum_pdu=131072)

    assert agreement.relational == {FIND}
    assert FIND.encode() + b"\1\0\0" in pdu


def test_extended_negotiation_without_end_is_not_answered():
    finds = [uid for uid in transfer_capability.QUERY_RETRIEVE if uid.endswith(".1")]
    wanted = _wanted(*((uid, (IMPLICIT,)) for uid in finds))
    request = proposal.read(negotiation.propose(wanted, maximum_pdu=0)[6:], Peer("a", 1)).request
    proposed = proposal.Proposal(request, 0, extended=dict.fromkeys(finds, b"\1" * 60_000))

    pdu, agreement = negotiation.accept(proposed, {}, maximum_pdu=131072)

    assert len(agreement.contexts) == len(finds)
    assert agreement.relational == frozenset()
    assert len(pdu) < 1000


@pytest.mark.parametrize(
    ("responses", "item"),
    [
        ([b""], b"\x59\x00\x00\x02\x00\x00"),
        ([b"abc"], b"\x59\x00\x00\x05\x00\x03abc"),
        ([], None),
    ],
)
def test_a_user_identity_is_answered_where_it_was_asked_for(responses, item):
    wanted = _wanted((VERIFICATION, (IMPLICIT,)))
    proposed = proposal.read(negotiation.propose(wanted, maximum_pdu=0)[6:], Peer("a", 1))

    pdu, _ = negotiation.accept(proposed, {}, maximum_pdu=131072, responses=responses)

    assert (b"\x59\x00" in pdu) is bool(responses)
    assert item is None or item in pdu


@pytest.mark.parametrize("body", [b"", b"\0" * 68, b"\0\1" + bytes(66) + b"\x21\0\xff\xff"])
def test_an_answer_that_is_none_is_a_protocol_error_or_agrees_to_nothing(body):
    wanted = _wanted((VERIFICATION, (IMPLICIT,)))
    try:
        assert negotiation.conclude(wanted, body).contexts == {}
    except ProtocolError:
        return
