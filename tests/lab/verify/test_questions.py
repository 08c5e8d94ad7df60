from dataclasses import replace

import pytest

from lab.evidence import Evidence, Layer
from lab.probe import no, probe, yes
from lab.run import Asked, judge_all
from lab.target import Door
from lab.verdict import PositiveControl, Verdict
from lab.verify.questions import STOPPED, TOO_LATE, Interview, merge

SEEN = Evidence(Layer.TCP, "closed", "closed")
DOORS = (Door("127.0.0.1", 104), Door("127.0.0.1", 2762, tls=True))
SERVED = PositiveControl("US", ("US C-ECHO",), ok=True, reached=True)


def question(body):
    return probe(asks="?", holds=(), lacks=(), severity="low", standard=(), fix="")(body)


@question
def leaks(_scene):
    return yes([SEEN])


@question
def refuses(_scene):
    return no([SEEN])


@question
def interrupts(_scene):
    raise KeyboardInterrupt


def judged(one, friend):
    return judge_all([Asked(one, one.body(None), 0)], friend, own=False)


def test_of_the_verdicts_at_two_doors_the_worst_counts():
    (merged,) = merge(DOORS, [judged(refuses, SERVED), judged(leaks, None)])

    assert merged.judgement.verdict is Verdict.FAIL
    assert merged.judgement.why.startswith("at port 2762 in TLS: ")
    assert merged.answered.evidence[0].text == "at port 2762 in TLS: closed"
    assert merged.answered.evidence[0].code == "closed"


def test_a_pass_at_one_door_hides_no_doubt_at_the_other():
    (merged,) = merge(DOORS, [judged(refuses, SERVED), judged(refuses, None)])

    assert merged.judgement.verdict is Verdict.INCONCLUSIVE


@pytest.fixture
def scene(wrong):
    return replace(wrong, own=False)


def test_whoever_stops_us_gets_what_was_found(scene):
    told = []
    interview = Interview(scene, [leaks, interrupts, refuses], told.append, 60)
    outcome = interview.hold()

    assert interview.stopped
    assert [one.judgement.verdict for one in outcome.findings] == [
        "fail",
        "not-tested",
        "not-tested",
    ]
    assert outcome.findings[2].judgement.why == STOPPED
    assert told == ["leaks", "interrupts"]


def test_no_new_question_is_put_when_time_is_over(scene):
    outcome = Interview(scene, [leaks], lambda _id: None, -1).hold()

    assert outcome.findings[0].judgement.why == TOO_LATE


def test_a_friend_who_is_served_at_one_door_counts_for_that_door_only(right, wrong):
    """At the second door nobody is served, which is no proof and no fault of the friend."""
    scene = replace(right, own=False, doors=(right.door, replace(right.door, tls=False)))
    outcome = Interview(scene, [refuses], lambda _id: None, 60).hold()

    assert outcome.positive_control.ok
    assert outcome.findings[0].judgement.verdict is Verdict.INCONCLUSIVE
    assert "plaintext" in outcome.findings[0].judgement.why
