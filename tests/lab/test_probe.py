from dataclasses import replace

import pytest

from lab.evidence import Evidence, Layer
from lab.probe import (
    Answer,
    Answered,
    NotApplicableError,
    NotTestedError,
    Severity,
    Untold,
    no,
    probe,
    unknown,
    yes,
)
from lab.probes import PROBES
from lab.scene import Scene
from lab.target import Door

SCENE = Scene("nowhere", (Door("127.0.0.1", 1),), "PACS")
SEEN = Evidence(Layer.TCP, "seen")


def make(body):
    return probe(
        asks="Is it?",
        holds=(),
        lacks=(),
        severity=Severity.LOW,
        standard=("PS3.8",),
        fix="Mend.",
        closing="Here: so.",
    )(body)


def test_the_id_is_the_name_of_the_function():
    @make
    def some_question(scene):
        return yes([SEEN])

    assert some_question.id == "some_question"
    assert some_question.ask(SCENE) == Answered(Answer.YES, (SEEN,))


def test_an_exception_of_ours_is_never_a_no():
    @make
    def broken(scene):
        raise KeyError("gone")

    answered = broken.ask(SCENE)

    assert answered.answer is Answer.UNKNOWN
    assert answered.untold is Untold.FAULT
    assert "fault of the lab" in answered.evidence[-1].text


@pytest.mark.parametrize(
    ("error", "untold"),
    [
        (NotTestedError("no certificate"), Untold.NOT_TESTED),
        (NotApplicableError("no move service"), Untold.NOT_APPLICABLE),
    ],
)
def test_what_cannot_be_asked_says_why(error, untold):
    @make
    def hindered(scene):
        raise error

    answered = hindered.ask(SCENE)

    assert answered.untold is untold
    assert answered.evidence[-1].text == str(error)


def test_an_unknown_answer_has_a_reason_and_a_known_one_has_none():
    with pytest.raises(ValueError, match="unknown"):
        Answered(Answer.UNKNOWN)
    with pytest.raises(ValueError, match="unknown"):
        Answered(Answer.NO, untold=Untold.FAULT)
    assert unknown(Untold.UNCLEAR).answer is Answer.UNKNOWN
    assert no([]).untold is None


@pytest.mark.parametrize("one", PROBES, ids=lambda one: one.id)
def test_every_probe_has_its_page_and_its_particulars(one):
    for heading in ("Why it matters:", "What it does:", "What it cannot tell:"):
        assert heading in one.page
    assert one.question.endswith("?")
    assert one.holds
    assert one.lacks
    assert one.standard
    assert one.fix.endswith(".")


def test_ids_are_unique_and_the_name_of_their_module():
    ids = [one.id for one in PROBES]

    assert len(set(ids)) == len(ids)
    assert all(one.body.__module__ == f"lab.probes.{one.id}" for one in PROBES)


@pytest.mark.parametrize("one", PROBES, ids=lambda one: one.id)
def test_what_was_issued_is_named_among_what_a_probe_holds(one):
    issued = ("client certificate", "the right to", "a place on the wire")
    assert one.issued == any(words in held for held in one.holds for words in issued)


@pytest.mark.parametrize("one", [one for one in PROBES if not one.issued], ids=lambda one: one.id)
def test_what_holds_nothing_issued_is_answered_alike_without_any_key_of_the_clinic(
    wrong, right, one
):
    unguarded = Answer.NO if one.built_in else Answer.YES
    for scene, answer in [(wrong, unguarded), (right, Answer.NO)]:
        names = {
            name: replace(peer, certificate=None, key=None) for name, peer in scene.peers.items()
        }
        stranger = replace(scene, peers=names, trust=None)
        assert one.ask(stranger).answer is answer


@pytest.mark.parametrize(
    "one", [one for one in PROBES if one.exhausts or one.malforms], ids=lambda one: one.id
)
def test_what_exhausts_or_is_malformed_is_for_the_labs_own_archives_only(wrong, one):
    answered = one.ask(replace(wrong, own=False))

    assert answered.untold is Untold.NOT_TESTED
    assert "may be somebody's" in answered.evidence[-1].text
