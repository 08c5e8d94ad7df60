from lab.probe import Answer, Untold
from lab.probes.read_names_off_the_wire import read_names_off_the_wire as probe


def test_names_of_a_plaintext_query_can_be_read(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_no_name_of_a_tls_query_can_be_read(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    # A700H with matches: other tests have stored more than one query is given.
    assert {"0000H", "A700H"} & {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
