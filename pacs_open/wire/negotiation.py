"""pynetdicom's negotiation without its threads (PS3.7 D.3, PS3.8 9.3.2 and 9.3.3).

Used are its public pieces: ``presentation.negotiate_as_acceptor`` and ``negotiate_as_requestor``
with their table of SCP/SCU roles, and the class that reads an A-ASSOCIATE-AC; we write ours
(:mod:`pacs_open.wire.items`). Its Association, ACSE and AssociationServer are not used, though
their constructors have hooks: each association starts two threads that poll, copies all contexts
deeply (a third of the set-up time), asks policy in a hook that is fail-open, has no place for the
refusal of a single presentation context, and a server binds its own socket, where our workers
share one that is bound before they exist.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pydicom.uid import UID
from pynetdicom import presentation
from pynetdicom.pdu import A_ASSOCIATE_AC
from pynetdicom.pdu_primitives import A_ASSOCIATE, SCP_SCU_RoleSelectionNegotiation

from pacs_open import transfer_capability
from pacs_open.errors import ProtocolError
from pacs_open.values import Dimse, PresentationContext
from pacs_open.wire import items
from pacs_open.wire.association import Agreement, Context
from pacs_open.wire.proposal import Proposal, is_uid

IMPLEMENTATION_CLASS_UID: Final = "2.25.256837401285694213370129563214856017"
IMPLEMENTATION_VERSION_NAME: Final = "PACSLAB_01"

ABSTRACT_SYNTAX_NOT_SUPPORTED: Final = 3
TRANSFER_SYNTAXES_NOT_SUPPORTED: Final = 4

_LONGEST_EXTENDED: Final = 64
"""Bytes of extended negotiation that are answered; PS3.4 C.5.1.1 knows six."""

_Roles = tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One presentation context, negotiated."""

    result: int
    transfer_syntax: str
    as_scp: bool = False
    as_scu: bool = False
    role_reply: _Roles | None = None


@lru_cache(maxsize=1024)
def _negotiate(
    abstract_syntax: str, transfer_syntaxes: tuple[str, ...], roles: _Roles | None
) -> _Outcome:
    """Let pynetdicom decide one context. Remembered: peers propose the same each time."""
    usable = transfer_capability.preferred(abstract_syntax, transfer_syntaxes)
    service = transfer_capability.service_of(abstract_syntax)
    if service is None or not usable:
        result = TRANSFER_SYNTAXES_NOT_SUPPORTED if service else ABSTRACT_SYNTAX_NOT_SUPPORTED
        return _Outcome(result, transfer_capability.IMPLICIT_LITTLE_ENDIAN)
    theirs = presentation.build_context(abstract_syntax, list(usable))
    theirs.context_id = 1
    ours = presentation.build_context(abstract_syntax, list(usable))
    if service is Dimse.STORE:
        ours.scu_role = ours.scp_role = True  # C-GET: the requestor stores what we send
    proposed: presentation.RoleType = {UID(abstract_syntax): roles} if roles else None
    (context,), replies = presentation.negotiate_as_acceptor([theirs], [ours], proposed)
    reply = (bool(replies[0].scu_role), bool(replies[0].scp_role)) if replies else None
    return _Outcome(
        result=int(context.result or 0),
        transfer_syntax=str(context.transfer_syntax[0]),
        as_scp=bool(context.as_scp),
        as_scu=bool(context.as_scu),
        role_reply=reply,
    )


def accept(
    proposal: Proposal,
    refused: Mapping[int, int],
    *,
    maximum_pdu: int,
    responses: Sequence[bytes] = (),
) -> tuple[bytes, Agreement]:
    """Negotiate all contexts; the A-ASSOCIATE-AC to send, and what was agreed.

    Args:
        proposal: what the requestor proposes.
        refused: context id -> result (PS3.8 Table 9-18), for contexts refused by policy.
        maximum_pdu: bytes we take in one P-DATA-TF, and announce.
        responses: what a requestor who gave a user identity and asked for an answer is told.
    """
    outcomes = {
        context.context_id: _outcome(context, proposal, refused.get(context.context_id))
        for context in proposal.request.contexts
    }
    contexts = {
        context.context_id: Context(
            context.context_id,
            context.abstract_syntax,
            outcome.transfer_syntax,
            outcome.as_scp,
            outcome.as_scu,
        )
        for context in proposal.request.contexts
        if (outcome := outcomes[context.context_id]).result == 0
    }
    extended = _extended_answers(proposal, {c.abstract_syntax for c in contexts.values()})
    pdu = items.acceptance(
        proposal.request.called_ae_title,
        proposal.request.calling_ae_title,
        [
            items.negotiated_context(context_id, outcome.result, outcome.transfer_syntax)
            for context_id, outcome in outcomes.items()
        ],
        [
            *_mandatory(maximum_pdu),
            *_role_items(_role_replies(proposal, outcomes)),
            *(items.extended_negotiation(uid, answer) for uid, answer in extended.items()),
            *map(items.user_identity_answer, responses),
        ],
    )
    relational = frozenset(uid for uid, answer in extended.items() if answer[0])
    return pdu, Agreement(contexts, proposal.maximum_pdu, relational)


def _outcome(context: PresentationContext, proposal: Proposal, refused: int | None) -> _Outcome:
    if refused is not None:
        return _Outcome(refused, transfer_capability.IMPLICIT_LITTLE_ENDIAN)
    roles = proposal.roles.get(context.abstract_syntax)
    if roles == (False, False):  # says nothing that could be answered (PS3.7 D.3.3.4)
        roles = None
    return _negotiate(context.abstract_syntax, context.transfer_syntaxes, roles)


def _mandatory(maximum_pdu: int) -> list[bytes]:
    """The user information that each side owes the other (PS3.7 D.3.3)."""
    return [
        items.maximum_length(maximum_pdu),
        items.implementation(IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME),
    ]


def _role_items(roles: Mapping[str, _Roles]) -> Iterable[bytes]:
    return [items.role_selection(uid, scu=scu, scp=scp) for uid, (scu, scp) in roles.items()]


def _role_replies(proposal: Proposal, outcomes: Mapping[int, _Outcome]) -> Mapping[str, _Roles]:
    return {
        context.abstract_syntax: reply
        for context in proposal.request.contexts
        if (reply := outcomes[context.context_id].role_reply)
    }


def _extended_answers(proposal: Proposal, accepted: set[str]) -> dict[str, bytes]:
    """Answer extended negotiation of queries: relational yes, all else no (PS3.4 C.5.1.1)."""
    return {
        uid: bytes([information[0] == 1, *bytes(len(information) - 1)])
        for uid, information in proposal.extended.items()
        if uid in transfer_capability.QUERY_RETRIEVE
        and uid in accepted
        and 0 < len(information) <= _LONGEST_EXTENDED
    }


@dataclass(frozen=True)
class Wanted:
    """What we propose as requestor."""

    calling_ae_title: str
    called_ae_title: str
    contexts: tuple[PresentationContext, ...]
    roles: Mapping[str, _Roles]


def propose(wanted: Wanted, *, maximum_pdu: int) -> bytes:
    """The A-ASSOCIATE-RQ to send."""
    return items.request(
        wanted.called_ae_title,
        wanted.calling_ae_title,
        [
            items.proposed_context(one.context_id, one.abstract_syntax, one.transfer_syntaxes)
            for one in wanted.contexts
        ],
        [*_mandatory(maximum_pdu), *_role_items(wanted.roles)],
    )


def _requested(wanted: Wanted) -> list[presentation.PresentationContext]:
    """What we have proposed, as pynetdicom has it."""
    contexts = []
    for proposed in wanted.contexts:
        context = presentation.build_context(
            proposed.abstract_syntax, list(proposed.transfer_syntaxes)
        )
        context.context_id = proposed.context_id
        scu, scp = wanted.roles.get(proposed.abstract_syntax, (None, None))
        context.scu_role, context.scp_role = scu, scp
        contexts.append(context)
    return contexts


def conclude(wanted: Wanted, body: bytes) -> Agreement:
    """What the A-ASSOCIATE-AC that answers :func:`propose` has agreed to.

    Raises:
        ProtocolError: it is no A-ASSOCIATE-AC.
    """
    pdu = A_ASSOCIATE_AC()
    try:
        pdu.decode(b"\x02\x00" + len(body).to_bytes(4, "big") + body)
        primitive = pdu.to_primitive()
    except Exception as error:  # its decoder raises whatever its parts raise
        message = f"the A-ASSOCIATE-AC cannot be read ({type(error).__name__})"
        raise ProtocolError(message, 6) from error
    answered = {str(uid): (i.scu_role, i.scp_role) for uid, i in _answered_roles(primitive)}
    negotiated = presentation.negotiate_as_requestor(
        _requested(wanted),
        primitive.presentation_context_definition_results_list,
        {UID(uid): roles for uid, roles in answered.items()},
    )
    contexts = {
        int(c.context_id or 0): Context(
            int(c.context_id or 0),
            str(c.abstract_syntax),
            str(c.transfer_syntax[0]),
            bool(c.as_scp),
            bool(c.as_scu),
        )
        for c in negotiated
        if c.result == 0 and c.transfer_syntax and is_uid(str(c.transfer_syntax[0]))
    }
    return Agreement(contexts, primitive.maximum_length_received or 0)


def _answered_roles(primitive: A_ASSOCIATE) -> Iterable[tuple[Any, Any]]:
    for item in primitive.user_information:
        if isinstance(item, SCP_SCU_RoleSelectionNegotiation):
            yield item.sop_class_uid, item
