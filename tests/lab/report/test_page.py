"""One archive's page is whole with and without friends, and no text of a peer becomes markup."""

import pytest

from lab.evidence import Layer
from lab.report.model import EvidenceEntry
from lab.report.page import page

EVIL = EvidenceEntry(layer=Layer.LAB, text="<script>alert(1)</script>")


@pytest.mark.parametrize("demo", ["shown", "down", "broken", "leaks", "friendless", "not tested"])
def test_every_kind_of_report_makes_a_page(reports, demo):
    said = page(reports[demo].secure)
    assert "Can a stranger list every patient?" in said
    assert "<script" not in said
    assert "http" not in said.replace("http-equiv", "")


def test_without_friends_and_exposure_it_says_so(reports):
    report = reports["friendless"].secure.model_copy(update={"exposure": None})
    said = page(report)
    assert "No identity was given" in said
    assert "How far a stranger came" not in said


def test_what_failed_comes_with_its_remedies(reports):
    report = reports["leaks"].secure
    probe = report.probes[0].model_copy(update={"fixes": {"Orthanc": "DicomCheckCalledAet"}})
    said = page(report.model_copy(update={"probes": (probe,)}))
    assert "<b>Orthanc</b>: DicomCheckCalledAet" in said


def test_text_of_a_peer_is_escaped(reports):
    report = reports["leaks"].secure
    probe = report.probes[0].model_copy(update={"why": EVIL.text, "evidence": (EVIL,)})
    target = report.target.model_copy(update={"name": EVIL.text})
    said = page(
        report.model_copy(update={"probes": (probe,), "information": (EVIL,), "target": target})
    )
    assert "<script>" not in said
    assert "&lt;script&gt;" in said


def test_a_remedys_keys_are_set_as_code_and_nothing_else_of_it_is_markup(reports):
    report = reports["leaks"].secure
    probe = report.probes[0].model_copy(update={"fixes": {"Orthanc": "`Key` <b>x</b> `<i>`"}})
    said = page(report.model_copy(update={"probes": (probe,)}))
    assert "<code>Key</code> &lt;b&gt;x&lt;/b&gt; <code>&lt;i&gt;</code>" in said


@pytest.mark.parametrize(("clause", "star"), [("HIPAA 164.312(d)", False), ("KBV 4.2*", True)])
def test_what_a_star_at_a_clause_means_stands_beside_it(reports, clause, star):
    report = reports["leaks"].secure
    probe = report.probes[0].model_copy(update={"clauses": (clause,)})
    shown = page(report.model_copy(update={"probes": (probe,)}))

    assert f"{clause}{' (* wording not checked at its source)' if star else ''}</details>" in shown
