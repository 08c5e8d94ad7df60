from lab.probe import Answer
from lab.probes.no_user_identity import no_user_identity as probe


def test_the_hardened_archive_rejects_it_for_good(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert {"rj 1/2/1", "rj 2/3/2"} & {seen.code for seen in answered.evidence}
