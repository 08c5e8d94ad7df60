from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.universal_query import _ask
from lab.probes.universal_query import universal_query as probe


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_does_not(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_an_archive_that_is_too_empty_to_tell_is_not_asked(wrong):
    assert probe.ask(replace(wrong, matches=100_000)).untold is Untold.NOT_TESTED


def test_who_may_not_query_is_refused(right):
    peers = {"visitor": right.peers["visitor"], "m": replace(right.peers["modality"], may=FIND)}
    answered = probe.ask(replace(right, peers=dict(reversed(peers.items()))))

    assert answered.answer is Answer.NO, answered


FIND = frozenset({"find"})


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}


def test_an_archive_that_holds_just_as_much_as_the_limit_is_filled_first(wrong):
    _, found = _ask(wrong.target(wrong.peers["workstation"]), 100_000)

    assert probe.ask(replace(wrong, matches=found)).answer is Answer.YES


def test_what_is_missing_is_stored_once_each_on_several_associations(wrong):
    target = wrong.target(wrong.peers["workstation"])
    _, before = _ask(target, 100_000)

    assert probe.ask(replace(wrong, matches=before + 6)).answer is Answer.YES
    assert _ask(target, 100_000)[1] == before + 7
