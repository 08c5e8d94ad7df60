"""Our own SCU refuses every bad archive, and each of its checks keeps out what it is for."""

import pytest

from lab.bad_certificates import BY_ID
from lab.rogue import table
from lab.rogue.faces import GOOD, PLAINTEXT, WEAKNESSES


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    said = []
    made = table.run(
        tmp_path_factory.mktemp("t") / "rogue", progress=lambda *step: said.append(step)
    )
    assert len(said) == len(made.rows)
    return made


def test_the_good_archive_is_taken_whatever_is_left_out(found):
    assert found.is_served
    assert len(found.columns) == 8


def test_with_all_its_checks_our_scu_refuses_every_other(found):
    assert found.fooled_by == []
    assert {row.id for row in found.rows} == {
        GOOD,
        *BY_ID,
        *(one.id for one in WEAKNESSES),
        PLAINTEXT,
        "stale_crl",
        "revoked_since",
    }


@pytest.mark.parametrize(
    ("column", "let_in"),
    [
        (
            "without chain",
            {
                "self_signed",
                "unknown_ca",
                "missing_intermediate",
                "without_crl",
                "revoked",
                "revoked_since",
                "stale_crl",
            },
        ),
        ("without name", {"wrong_name"}),
        ("without dates", {"expired", "not_yet_valid", "stale_crl"}),
        ("without key usage", {"wrong_key_usage"}),
        ("without revocation", {"revoked", "revoked_since", "without_crl", "stale_crl"}),
        (
            "without strength",
            {"weak_rsa", "sha1", "tls_1_0", "tls_1_1", "null_cipher", "anonymous_suite"},
        ),
        ("without freshness", {"revoked_since"}),
    ],
)
def test_without_one_check_comes_in_what_it_keeps_out(found, column, let_in):
    went_on = {row for row, cells in found.cells.items() if cells[column]} - {GOOD}

    assert went_on == let_in
