from lab.probe import Answer, Untold
from lab.probes.list_beyond_rights import list_beyond_rights as probe


def test_a_modality_lists_the_open_archive(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_modality_that_may_not_query_lists_nothing(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "context 1" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
