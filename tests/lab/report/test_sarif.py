"""SARIF: what its specification demands of the parts we write."""

import json

import pytest

from lab.report.sarif import KINDS, sarif
from lab.verdict import Verdict


def _run(report):
    log = json.loads(sarif(report))
    assert log["version"] == "2.1.0"
    return log["runs"][0]


def test_every_verdict_has_a_kind_that_the_specification_knows():
    assert set(KINDS) == set(Verdict)
    assert set(KINDS.values()) <= {
        "notApplicable",
        "pass",
        "fail",
        "review",
        "open",
        "informational",
    }


@pytest.mark.parametrize(
    ("demo", "kind"),
    [
        ("shown", "pass"),
        ("leaks", "fail"),
        ("partly unknown", "open"),
        ("not tested", "review"),
    ],
)
def test_only_a_fail_has_a_level(reports, demo, kind):
    for result in _run(reports[demo].secure)["results"]:
        assert result["kind"] == kind
        assert (result["level"] == "none") == (kind != "fail")


def test_each_result_points_at_its_rule(reports):
    run = _run(reports["leaks"].secure)
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]


def test_an_ipv6_address_is_a_uri(reports):
    report = reports["leaks"].secure
    target = report.target.model_copy(update={"host": "::1"})
    run = _run(report.model_copy(update={"target": target, "exposure": None}))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "dicom://[::1]:11112"
