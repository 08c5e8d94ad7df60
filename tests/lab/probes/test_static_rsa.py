from lab.probe import Answer
from lab.probes.static_rsa import static_rsa as probe


def test_the_hardened_archive_refuses_it_with_an_alert(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert {"alert 40", "alert 70"} & {seen.code for seen in answered.evidence}


def test_a_server_that_takes_it_is_found(weak_server):
    answered = probe.ask(weak_server(ciphers="kRSA", rsa=True))

    assert answered.answer is Answer.YES, answered
