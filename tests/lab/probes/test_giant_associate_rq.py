from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.giant_associate_rq import giant_associate_rq as probe
from lab.target import Door
from tests.lab.weak_servers import serving


def test_neither_archive_does(wrong, right):
    for scene in (wrong, right):
        answered = probe.ask(scene)
        assert answered.answer is Answer.NO, answered


def test_a_faulty_listener_does(insatiable):
    answered = probe.ask(insatiable)

    assert answered.answer is Answer.YES, answered


def test_only_the_labs_own_archive_is_asked(wrong):
    assert probe.ask(replace(wrong, own=False)).untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}


def test_who_hangs_up_in_the_middle_has_refused(wrong):
    def reset(sock):
        sock.recv(1)  # what is left unread makes the end a reset

    with serving(reset) as address:
        assert probe.ask(replace(wrong, doors=(Door(*address),))).answer is Answer.NO
