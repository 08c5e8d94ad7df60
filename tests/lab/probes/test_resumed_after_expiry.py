from dataclasses import replace
from datetime import timedelta

from lab.probe import Answer, Untold
from lab.probes.resumed_after_expiry import resumed_after_expiry as probe
from lab.target import Door
from tests.lab.weak_servers import context, serving


def test_in_plaintext_there_is_no_certificate_to_end(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_looks_again(tls_alone):
    answered = probe.ask(tls_alone)

    assert answered.answer is Answer.NO, answered
    said = " ".join(seen.text for seen in answered.evidence)
    assert "the session was a new one; the answer begins with 02" in said  # it was served in time


def test_a_server_that_resumes_whatever_there_was_is_found(right, identities, tmp_path):
    made = context(tmp_path, identities["pacs-secure"], ciphers="DEFAULT")
    made.load_verify_locations(right.trust)
    made.verify_mode = 2

    def serve(sock):
        with made.wrap_socket(sock, server_side=True) as tls:
            tls.recv(4096)
            tls.sendall(b"\x02")

    with serving(serve) as address:
        answered = probe.ask(replace(right, doors=(Door(*address, tls=True),)))

    assert answered.answer is Answer.YES, answered
    assert "the session was resumed" in answered.evidence[-1].text


def test_a_certificate_that_had_ended_before_tells_nothing(right):
    """Refused it is, and for another reason than the one that the question is about."""
    answered = probe.ask(replace(right, issue=lambda _lasts: right.issue(-timedelta(seconds=2))))

    assert (answered.answer, answered.untold) == (Answer.UNKNOWN, Untold.UNCLEAR)
    assert "had ended before we were served once" in answered.evidence[-1].text


def test_an_archive_that_knows_its_devices_certificates_serves_no_new_one(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO
    assert "nothing to go on with" in answered.evidence[-1].text


def test_without_an_authority_the_question_is_not_asked(right):
    assert probe.ask(replace(right, issue=None)).untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    assert probe.ask(down).answer is Answer.UNKNOWN


def test_a_server_that_hangs_up_on_the_old_session_refuses_it(right, identities, tmp_path):
    made = context(tmp_path, identities["pacs-secure"], ciphers="DEFAULT")
    served = []

    def serve(sock):
        if served:
            return  # no word of TLS
        with made.wrap_socket(sock, server_side=True) as tls:
            served.append(tls.recv(4096))
            tls.sendall(b"\x02")

    with serving(serve) as address:
        answered = probe.ask(replace(right, doors=(Door(*address, tls=True),)))

    assert answered.answer is Answer.NO, answered
