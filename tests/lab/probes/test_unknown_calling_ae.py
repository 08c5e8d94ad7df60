from lab.probe import Answer, Untold
from lab.probes.unknown_calling_ae import unknown_calling_ae as probe


def test_an_open_archive_serves_whoever_comes(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_made_up_device_is_rejected(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    # one code for either title (uniform_refusal), or a wait (refusal_budget)
    assert {"rj 1/1/1", "rj 2/3/2"} & {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
