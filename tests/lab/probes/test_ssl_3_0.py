from lab.probe import Answer
from lab.probes.ssl_3_0 import ssl_3_0 as probe


def test_the_hardened_archive_refuses_it_with_an_alert(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert {"alert 40", "alert 70"} & {seen.code for seen in answered.evidence}


def test_a_server_that_takes_it_is_found(answering_server):
    # OpenSSL has it no more, so that a recorded ServerHello stands for a server of then.
    answered = probe.ask(answering_server("0300", "0005"))

    assert answered.answer is Answer.YES, answered
