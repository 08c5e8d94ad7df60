from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.common_calling_titles import COMMON_TITLES
from lab.probes.common_calling_titles import common_calling_titles as probe
from lab.target import Door
from pacs_secure.config import select
from tests.lab.weak_servers import serving


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_does_not(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_a_list_of_titles_is_no_lock(all_controls, hardened_with):
    scene = hardened_with("titles", select(all_controls, only=["called_ae", "calling_ae"]))

    assert probe.ask(scene).answer is Answer.YES


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}


def test_every_title_of_the_list_is_tried_where_titles_are_read(wrong):
    def reject(sock):
        sock.recv(4096)
        sock.sendall(bytes.fromhex("03000000000400010103"))  # calling AE title not recognized

    with serving(reject) as address:
        answered = probe.ask(replace(wrong, doors=(Door(*address),)))

    assert answered.answer is Answer.NO, answered
    assert answered.evidence[-1].text == f"none of {len(COMMON_TITLES)} common titles was served"
