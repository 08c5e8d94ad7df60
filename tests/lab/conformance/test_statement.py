"""The statement says what PS3.2 asks for, and nothing of a control that is off."""

from dataclasses import replace

from lab.conformance.facts import facts
from lab.conformance.statement import ALL_CONTROLS, statement
from pacs_secure.controls import CONTROLS


def test_it_has_sop_classes_syntaxes_parameters_ports_and_profiles():
    said = statement(facts("secure"))
    for part in (
        "CT Image Storage",
        "1.2.840.10008.1.2.1)",
        "PACSLAB_01",
        "port 11112",
        "| B.12 |",
        "Key management",
        "1/1/7",
        "A801",
    ):
        assert part in said


def test_the_open_archive_claims_nothing():
    said = statement(facts("open"))
    assert "None. That is what this archive is for." in said
    assert "B.12" not in said
    assert "whoever asks is let in" in said
    assert "0124" not in said


def test_what_is_off_is_not_stated():
    said = statement(replace(facts("secure"), controls=("called_ae",), tls_suites=()))
    assert "1/1/7" in said
    assert "1/1/3" not in said
    assert "B.12" not in said
    assert "None." in said


def test_every_control_with_a_word_of_its_own_is_one():
    assert set(ALL_CONTROLS) <= {control.name for control in CONTROLS}
