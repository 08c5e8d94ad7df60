from lab.probe import Answer, Untold
from lab.probes.inconsistent_instance import inconsistent_instance as probe


def test_the_open_archive_files_one_study_under_two_patients(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_second_patient_in_a_study_is_answered_c000h(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "C000H" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
