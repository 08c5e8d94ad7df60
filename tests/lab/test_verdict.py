import pytest

from lab.evidence import Evidence, Layer
from lab.probe import Untold, no, unknown, yes
from lab.verdict import (
    IDENTITY_REFUSED,
    SECURE_BUT_BROKEN,
    ExitCode,
    PositiveControl,
    Verdict,
    exit_code,
    judge,
)

SEEN = Evidence(Layer.TCP, "closed", "closed")
CAUSE = Evidence(Layer.ASSOCIATION, "rejected", "rj 1/1/3")
SERVED = PositiveControl("VISITOR", ("VISITOR C-ECHO",), ok=True, reached=True)
REFUSED = PositiveControl("VISITOR", (), ok=False, reached=True)
UNREACHED = PositiveControl("VISITOR", (), ok=False, reached=False)


@pytest.mark.parametrize(
    ("answered", "friend", "own", "verdict"),
    [
        (yes([SEEN]), SERVED, True, Verdict.FAIL),
        (yes([SEEN]), UNREACHED, True, Verdict.FAIL),
        (yes([SEEN]), None, False, Verdict.FAIL),
        (no([SEEN]), SERVED, True, Verdict.PASS),
        (no([SEEN]), SERVED, False, Verdict.PASS),
        (no([CAUSE]), REFUSED, True, Verdict.FAIL),
        (no([CAUSE]), REFUSED, False, Verdict.INCONCLUSIVE),
        (no([CAUSE]), UNREACHED, True, Verdict.INCONCLUSIVE),
        (no([CAUSE]), UNREACHED, False, Verdict.INCONCLUSIVE),
        (no([CAUSE]), None, False, Verdict.PASS),
        (no([SEEN]), None, False, Verdict.INCONCLUSIVE),
        (no([]), None, True, Verdict.INCONCLUSIVE),
        (unknown(Untold.NOT_REACHED), SERVED, True, Verdict.INCONCLUSIVE),
        (unknown(Untold.UNCLEAR), SERVED, True, Verdict.INCONCLUSIVE),
        (unknown(Untold.FAULT), SERVED, True, Verdict.INCONCLUSIVE),
        (unknown(Untold.NOT_TESTED), SERVED, True, Verdict.NOT_TESTED),
        (unknown(Untold.NOT_APPLICABLE), SERVED, True, Verdict.NOT_APPLICABLE),
    ],
)
def test_an_answer_is_judged_beside_its_friend(answered, friend, own, verdict):
    assert judge(answered, friend, own=own).verdict is verdict


def test_a_refused_friend_of_ours_reads_secure_but_broken():
    assert judge(no([SEEN]), REFUSED, own=True).why == SECURE_BUT_BROKEN


def test_a_refused_identity_elsewhere_proves_nothing():
    assert judge(no([SEEN]), REFUSED, own=False).why == IDENTITY_REFUSED


def test_a_fault_of_the_lab_says_so():
    fault = unknown(Untold.FAULT, text="fault of the lab: KeyError: 'x'")

    assert judge(fault, SERVED, own=True).why.startswith("fault of the lab")


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        (["pass"], ExitCode.ALL_PASS),
        (["pass", "not-tested", "not-applicable"], ExitCode.ALL_PASS),
        (["pass", "fail", "inconclusive"], ExitCode.SOME_FAIL),
        (["pass", "inconclusive"], ExitCode.INCONCLUSIVE),
        (["not-tested", "not-applicable"], ExitCode.INCONCLUSIVE),
        ([], ExitCode.INCONCLUSIVE),
    ],
)
def test_a_fail_counts_before_doubt_and_nothing_proves_nothing(verdicts, code):
    assert exit_code([Verdict(one) for one in verdicts]) is code
