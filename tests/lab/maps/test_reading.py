"""Each map is whole: every control stands in it or in another, every clause is asked or says why not."""

import pytest

from lab import catalogue
from lab.errors import WrongUseError
from lab.maps import BUILT_IN, all_maps, clauses_of, control_map, questions
from lab.probes import PROBES

CONTROLS = {page.name for page in catalogue.controls()} | {BUILT_IN}
PROMISED = {
    "user_identity",
    "refusal_budget",
    "uniform_refusal",
    "query_scope",
    "message_limits",
}
"""Controls that are written now; strike out what has come."""
PROBE_IDS = {probe.id for probe in PROBES}


@pytest.mark.parametrize("one", all_maps(), ids=lambda one: one.name)
def test_a_clause_is_asked_or_says_why_not(one):
    for clause in one.clauses:
        assert clause.is_asked != bool(clause.why_not), clause.id
        assert {name for name in clause.asks if name not in questions()} <= PROBE_IDS, clause.id
        assert set(clause.closed_by) <= CONTROLS | PROMISED, clause.id
    assert len({clause.id for clause in one.clauses}) == len(one.clauses)


@pytest.mark.parametrize("one", all_maps(), ids=lambda one: one.name)
def test_each_map_has_clauses_that_a_look_from_outside_cannot_settle(one):
    assert any(not clause.is_asked for clause in one.clauses)


def test_a_probe_stands_with_the_clauses_of_its_controls():
    assert "HIPAA 164.312(e)(2)(ii)" in clauses_of("plaintext_on_tls_port", ["tls"])
    assert "ISO 27001 A.8.24*" in clauses_of("plaintext_on_tls_port", ["tls"])
    assert "HIPAA 164.312(d)" in clauses_of("revoked_certificate", ["tls"])
    assert "HIPAA 164.312(e)(2)(ii)" not in clauses_of("unknown_called_ae", ["called_ae"])


def test_what_no_control_closes_stands_with_what_is_built_in():
    assert clauses_of("any", []) == clauses_of("any", [BUILT_IN])
    assert clauses_of("any", [])


def test_an_unknown_map_is_told_with_a_suggestion():
    with pytest.raises(WrongUseError, match="did you mean 'hipaa'"):
        control_map("hippa")
    with pytest.raises(WrongUseError, match="there are ps3_15"):
        control_map("zzz")
