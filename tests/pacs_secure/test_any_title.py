"""Whatever a peer calls itself, a list admits what stands on it, letter by letter, and nothing else."""

from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_open.ledger import LocalLedger
from pacs_open.refusals import AssociationRejected, ContextRejected, DimseRefused
from pacs_open.values import (
    AssociationRequest,
    Certificate,
    Destination,
    Dimse,
    Level,
    Model,
    Operation,
    Peer,
    PresentationContext,
    Query,
)
from pacs_secure.controls.called_ae import CalledAE
from pacs_secure.controls.calling_ae import CallingAE
from pacs_secure.controls.move_destinations import MoveDestinations
from pacs_secure.controls.node_identity import NodeIdentity
from pacs_secure.controls.permissions import Permissions
from pacs_secure.controls.presentation_contexts import PresentationContexts
from pacs_secure.controls.query_scope import QueryScope
from pacs_secure.controls.uniform_refusal import TELLING, UniformRefusal
from pacs_secure.controls.user_identity import UserIdentity

CT, FIND = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.2.2.1"
VERIFICATION = "1.2.840.10008.1.1"
BOOKS = LocalLedger({})
SHOWN = Certificate(b"shown")

valid = st.text("ABCXYZabcxyz019-_. ", min_size=1, max_size=16).filter(
    lambda title: title.strip() == title
)
"""Titles as an operator writes them."""
listed = st.lists(valid, max_size=4, unique=True)
said = st.one_of(valid, st.text(max_size=20))
"""And as a peer may say them: whatever the wire brings."""


def variants(titles):
    """One of the list, one that looks like it, or anything at all."""
    if not titles:
        return said
    near = st.sampled_from(titles).flatmap(
        lambda title: st.sampled_from(
            [title, title.lower(), title.upper(), title[:-1], f"{title}X", f"{title}\\{title}"]
        )
    )
    return st.one_of(near, said)


pairs = listed.flatmap(lambda titles: st.tuples(st.just(titles), variants(titles)))


def request(calling="MODALITY", called="PACS", *, certificate=SHOWN):
    return AssociationRequest(Peer("127.0.0.1", 1, certificate=certificate), calling, called)


def operation(calling, service=Dimse.STORE):
    return Operation(request(calling), service, CT, 1, "1.2.840.10008.1.2.1")


@contextmanager
def admitted(expected, refusal):
    """The decision is the expected one, and no is said with this kind of refusal."""
    if expected:
        yield
    else:
        with pytest.raises(refusal):
            yield


@given(pairs)
def test_the_called_title(drawn):
    titles, title = drawn
    with admitted(title in titles, AssociationRejected):
        CalledAE(titles=titles).admit(request(called=title), BOOKS)


@given(pairs)
def test_the_calling_title(drawn):
    titles, title = drawn
    with admitted(title in titles, AssociationRejected):
        CallingAE(titles=titles).admit(request(title), BOOKS)


@given(pairs, st.sampled_from([SHOWN, Certificate(b"another"), None]))
def test_the_title_and_its_certificate(drawn, certificate):
    titles, title = drawn
    bound = NodeIdentity(fingerprints={one: [SHOWN.fingerprint] for one in titles})
    with admitted(title in titles and certificate == SHOWN, AssociationRejected):
        bound.admit(request(title, certificate=certificate), BOOKS)


@given(pairs)
def test_who_needs_no_user(drawn):
    titles, title = drawn
    with admitted(title in titles, AssociationRejected):
        assert UserIdentity(exempt=titles).admit(request(title), BOOKS) == ()


@given(pairs, st.sets(st.sampled_from(list(Dimse))), st.sampled_from(list(Dimse)))
def test_the_right_to_a_service(drawn, may, service):
    titles, title = drawn
    rights = Permissions(rights=dict.fromkeys(titles, may))
    with admitted(title in titles and service in may, DimseRefused):
        rights.permit(operation(title, service))


@given(pairs, st.sets(st.sampled_from([Dimse.ECHO, Dimse.STORE, Dimse.FIND])))
def test_the_need_of_a_context(drawn, needs):
    titles, title = drawn
    needed = PresentationContexts(services=dict.fromkeys(titles, needs))
    for service, uid in ((Dimse.ECHO, VERIFICATION), (Dimse.STORE, CT), (Dimse.FIND, FIND)):
        with admitted(title in titles and service in needs, ContextRejected):
            needed.choose(request(title), PresentationContext(1, uid, ("1.2.840.10008.1.2.1",)))


@given(pairs, st.sampled_from([Dimse.FIND, Dimse.GET, Dimse.MOVE]), st.sets(valid, max_size=3))
def test_the_scope_of_a_query_only_ever_shrinks(drawn, service, modalities):
    titles, title = drawn
    scopes = QueryScope(limit=7, modalities=dict.fromkeys(titles, modalities))
    query = Query(operation(title, service), Model.STUDY_ROOT, Level.STUDY, {}, limit=5)
    with admitted(title in titles, DimseRefused):
        narrowed = scopes.narrow(query)
        assert [set(one.values) for one in narrowed.restrictions] == [modalities]
        assert narrowed.limit == 5


@given(pairs, st.booleans())
def test_the_destination_of_a_move(drawn, known):
    titles, title = drawn
    to = Destination(title, "127.0.0.1", 104, known=known)
    with admitted(title in titles and known, DimseRefused):
        assert MoveDestinations(titles=titles).dial(to, operation("W", Dimse.MOVE)) == to


@given(*(st.integers(0, 8) for _ in range(3)), st.text())
def test_what_is_told_of_a_refused_title_is_one_thing(result, source, reason, why):
    refusal = AssociationRejected(why, result=result, source=source, reason=reason)
    told = UniformRefusal().voice(refusal, Peer("127.0.0.1", 1))
    expected = (1, 1, 1) if (result, source, reason) in TELLING else (result, source, reason)

    assert (told.result, told.source, told.reason) == expected
    assert told.why == why
