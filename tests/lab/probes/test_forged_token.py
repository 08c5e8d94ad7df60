from lab.probe import Answer, Untold
from lab.probes.forged_token import forged_token as probe
from pacs_secure.config import select


def test_the_open_archive_asks_for_no_user(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_rejects_it_for_good(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert {"rj 1/2/1", "rj 2/3/2"} & {seen.code for seen in answered.evidence}


def test_only_who_must_name_a_user_is_asked(all_controls, hardened_with):
    without = select(all_controls, without=["user_identity"])

    assert probe.ask(hardened_with("without", without)).answer is Answer.YES


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}
