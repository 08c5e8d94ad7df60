"""A claim is confirmed, contradicted or left open; never more than was seen."""

import pytest

from lab.claims.judging import Held, exit_code, judge, with_claims
from lab.claims.reading import Claim, Claims
from lab.report.page import page
from lab.verdict import Verdict
from tests.lab.reports_by_hand import open_report, secure_report

LABEL = "MDS2 NAUT-3"
P, F, U, N = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_TESTED


def _judged(*verdicts, clause="NAUT-3", answer="yes", label=LABEL):
    report = secure_report()
    probes = tuple(
        report.probes[0].model_copy(update={"id": f"p{n}", "verdict": v, "clauses": (label,)})
        for n, v in enumerate(verdicts)
    )
    claims = Claims(product="x", claims=(Claim(clause=clause, answer=answer),))
    return judge(claims, report.model_copy(update={"probes": probes}))


@pytest.mark.parametrize(
    ("verdicts", "answer", "held", "code"),
    [
        ((P, P, N), "yes", Held.CONFIRMED, 0),
        ((P, F), "yes", Held.CONTRADICTED, 1),
        ((P, U), "yes", Held.UNCONFIRMED, 3),
        ((N,), "yes", Held.UNCONFIRMED, 3),
        ((), "yes", Held.UNCONFIRMED, 3),
        ((P,), "no", Held.BETTER, 0),
        ((F,), "no", Held.CLAIMED_NO, 0),
        ((F,), "n/a", Held.CLAIMED_NO, 0),
    ],
)
def test_each_way_a_claim_may_go(verdicts, answer, held, code):
    entries = _judged(*verdicts, answer=answer)
    assert entries[0].verdict == held
    assert exit_code(entries) == code


def test_a_retired_profile_is_named_whatever_was_observed():
    entries = _judged(P, clause="B.1", label="PS3.15 B.1")
    assert entries[0].verdict == Held.RETIRED
    assert "B.12" in entries[0].why
    assert exit_code(entries) == 1


def test_what_does_not_show_from_outside_is_never_confirmed():
    entries = _judged(P, clause="AUDT-2.8", label="MDS2 AUDT-2.8")
    assert entries[0].verdict == Held.OUTSIDE
    assert exit_code(entries) == 0


def test_evidence_is_of_what_failed():
    assert _judged(P, F)[0].evidence == (
        "p1: TLS alert certificate_required (116) from the archive",
    )


def test_a_claims_own_words_cannot_harm_a_reader():
    claims = Claims(
        product="x", claims=(Claim(clause="NAUT-3", says="\x1b[31m<script>", source="\n"),)
    )
    report = with_claims(open_report(), claims)
    assert "\x1b" not in report.claims[0].says
    assert "<script>" not in page(report)
    assert "Claimed and observed" in page(report)
