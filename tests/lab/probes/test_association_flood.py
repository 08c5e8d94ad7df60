from lab.probe import Answer, Untold
from lab.probes.association_flood import association_flood as probe


def test_one_peer_takes_all_seats_of_the_open_archive(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_one_peer_beyond_its_limit_is_rejected_for_now(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "rj 2/3/2" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
