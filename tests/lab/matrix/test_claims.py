"""A claim is proven both ways; each thing that is missing is named."""

import pytest

from lab.matrix.claims import Court
from lab.matrix.columns import Columns
from lab.probe import Answer
from tests.lab.matrix.pages import PAGES

COLUMNS = Columns(PAGES)
PROBES = ("plain", "list", "called", "borrow", "tell", "built_in")
STOPS = {page.name: page.stops for page in PAGES}


def seen(**other):
    """What is seen where everybody does as they say; ``other``: column to changed answers."""
    columns = [*COLUMNS, COLUMNS.minus("tls", "calling_ae")]
    answers = {
        column.name: {
            probe: Answer.NO
            if probe == "built_in" or any(probe in STOPS[name] for name in column.controls)
            else Answer.YES
            for probe in PROBES
        }
        for column in columns
    }
    for column, changed in other.items():
        answers[column.replace("_", " ", 1)] |= changed
    return answers


def court(answers):
    return Court(PAGES, COLUMNS, answers)


def one(answers, control, probe):
    return next(
        claim
        for claim in court(answers).claims(PROBES)
        if (claim.control, claim.probe) == (control, probe)
    )


def test_where_everybody_does_as_they_say_every_claim_holds():
    claims = court(seen()).claims(PROBES)

    assert len(claims) == 6
    assert all(claim.holds and not claim.why for claim in claims)
    assert not list(court(seen()).unclaimed(PROBES))
    assert not court(seen()).left_open(PROBES)


def test_what_stays_shut_names_who_holds_it():
    assert one(seen(), "tls", "list").held_by == ("calling_ae",)
    assert one(seen(), "calling_ae", "list").held_by == ("tls",)
    assert one(seen(), "tls", "plain").held_by == ()


def test_a_holder_is_proven_by_removing_both():
    proofs = court(seen()).proofs(PROBES)

    assert {column.without: probes for column, probes in proofs.items()} == {
        ("tls", "calling_ae"): ("list",)
    }
    unproven = seen()
    del unproven["without tls+calling_ae"]
    assert "by something that no control claims" in one(unproven, "tls", "list").why


NO, YES, UNKNOWN = Answer.NO, Answer.YES, Answer.UNKNOWN


@pytest.mark.parametrize(
    ("control", "probe", "other", "why"),
    [
        ("tls", "plain", {"open": {"plain": NO}}, "nothing is left to stop"),
        ("tls", "plain", {"only_tls": {"plain": YES}}, "only tls: not stopped"),
        ("tls", "plain", {"only_tls": {"plain": UNKNOWN}}, "only tls: not stopped"),
        ("tls", "plain", {"secure": {"plain": YES}}, "secure: not stopped"),
        ("tls", "plain", {"without_tls": {"plain": NO}}, "no control says why"),
        ("identity", "borrow", {"only_tls": {"borrow": NO}}, "only tls: not answered yes"),
        ("tls", "list", {"without_tls+calling_ae": {"list": NO}}, "no control claims"),
    ],
)
def test_what_is_missing_is_said(control, probe, other, why):
    claim = one(seen(**other), control, probe)

    assert not claim.holds
    assert why in claim.why


def test_a_column_whose_friends_were_refused_proves_nothing():
    answers = seen()
    del answers["only tls"]

    assert not one(answers, "tls", "plain").alone
    assert not one(answers, "identity", "borrow").alone


def test_a_control_that_stops_more_than_it_says_is_told():
    answers = seen(only_audit={"called": NO})

    assert list(court(answers).unclaimed(PROBES)) == [("audit", "called")]


def test_what_the_whole_lets_through_is_told():
    assert court(seen(secure={"tell": YES})).left_open(PROBES) == ["tell"]


def test_only_the_probes_that_were_asked_are_claimed():
    assert [claim.probe for claim in court(seen()).claims(["tell"])] == ["tell"]
