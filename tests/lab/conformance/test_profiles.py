"""Profiles are found by their names, denials are not claims."""

from lab.conformance.facts import facts
from lab.conformance.profiles import profiles_in
from lab.conformance.statement import statement


def _found(text):
    return {claim.clause for claim in profiles_in(text, "a statement")}


def test_our_own_statement_is_read_back():
    assert _found(statement(facts("secure"))) >= {"B.12", "A.5"}
    assert not _found(statement(facts("open")))


def test_retired_profiles_are_told_apart():
    assert _found("Basic TLS Secure Transport Connection Profile") == {"B.1"}
    assert _found("Non-Downgrading BCP 195 TLS Secure Transport Connection Profile") == {"B.10"}
    assert _found("BCP195 TLS Secure Transport Connection Profile") == {"B.9"}
    assert _found("Modified BCP 195 RFC 8996, 9325 TLS") == {"B.13"}
    assert _found("User Identity plus Passcode Association Profile") == {"B.5"}


def test_a_denial_is_no_claim():
    assert not _found("The Basic TLS Secure Transport Connection Profile is not supported.")


def test_it_says_where_it_was_read():
    (claim,) = profiles_in("| x |  AES TLS Secure Transport  | yes |", "statement.txt")
    assert claim.source == "statement.txt"
    assert claim.says == "| x | AES TLS Secure Transport | yes |"
