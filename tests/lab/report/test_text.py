"""The terminal's report: side by side, without colours where there are none, nothing as markup."""

import io

import pytest
from rich.console import Console

from lab.evidence import Layer
from lab.report import text
from lab.report.conclusion import conclude
from lab.report.model import EvidenceEntry


def _said(report, **console):
    written = io.StringIO()
    Console(file=written, width=100, **console).print(text.demo(report, conclude(report)))
    return written.getvalue()


def test_both_answers_stand_beside_the_question(reports):
    said = _said(reports["shown"])
    row = next(line for line in said.splitlines() if "list_patients" in line)
    assert "yes: 16 patients" in row
    assert "no: TLS alert" in row


def test_the_exposure_has_counts_and_a_bar_to_16_million(reports):
    said = _said(reports["shown"])
    assert "L6+W" in said
    assert "16 of 16 patients, 271 of 271 images, 271 identical" in said
    assert "0 of 16 patients, 0 of 271 images" in said
    assert "█" * 32 in said
    assert "16 million" in said


def test_four_patients_are_four_of_16_million(reports):
    said = _said(reports["four patients"])
    assert "█" * 8 + "░" * 24 in said
    assert "█" * 9 not in said


@pytest.mark.parametrize(
    ("demo", "counted"),
    [
        ("shown", "open: 3 fail; secure: 3 pass"),
        ("down", "open: 3 fail; secure: 3 inconclusive"),
        ("not tested", "open: 3 fail; secure: 3 not-tested"),
    ],
)
def test_the_verdicts_are_counted_in_one_line(reports, demo, counted):
    assert text.counts(reports[demo]).plain == counted


def test_what_the_wire_shows_is_one_line_for_each_archive(tapped, reports):
    said = _said(tapped())
    assert "open    on the wire: 16 of 16 names can be read in 1,880,350 bytes\n" in said
    assert "0 of 16 names can be read in 1,880,350 bytes, all in TLS records" in said
    assert "the workstation was not served, so nothing was overheard" in _said(tapped(served=False))
    assert "on the wire" not in _said(reports["shown"])


def test_the_friends_and_their_work_are_told(reports):
    said = _said(reports["shown"])
    assert "  MODALITY C-STORE: 271 of 271 images over TLSv1.3" in said
    assert "  served before the questions: MODALITY C-ECHO" in said


@pytest.mark.parametrize(
    ("demo", "words"), [("down", "inconclusive"), ("broken", "secure but broken")]
)
def test_a_sabotaged_demo_says_so_and_never_pass(reports, demo, words):
    said = _said(reports[demo]).lower()
    assert words in said
    assert "pass" not in said.replace("password", "")


def test_without_a_terminal_there_are_no_escape_sequences(reports):
    assert "\x1b" not in _said(reports["shown"])


def test_no_colour_is_obeyed(reports, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in _said(reports["shown"], force_terminal=True)


def test_evidence_is_no_markup(reports):
    report = reports["shown"]
    seen = EvidenceEntry(layer=Layer.DATA, text="[red]loud[/red]")
    probes = tuple(probe.model_copy(update={"evidence": (seen,)}) for probe in report.open.probes)
    loud = report.model_copy(update={"open": report.open.model_copy(update={"probes": probes})})
    assert "[red]loud[/red]" in _said(loud)


def test_a_console_in_a_pipe_is_wide_enough_to_read():
    assert text.console().width >= 80
