"""SARIF: what its specification demands of the parts we write.

``sarif-2.1.0-rtm.5.json`` is the official schema, unchanged, out of the npm package
@microsoft/jest-sarif 1.0.0-beta.0 (MIT).
"""

import json
from pathlib import Path

import pytest
from jsonschema import Draft4Validator, ValidationError

from lab.report.sarif import KINDS, sarif
from lab.verdict import Verdict

SCHEMA = Draft4Validator(
    json.loads(Path(__file__).with_name("sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")),
    format_checker=Draft4Validator.FORMAT_CHECKER,
)


@pytest.mark.parametrize("demo", ["shown", "leaks", "partly unknown", "not tested", "broken"])
@pytest.mark.parametrize("which", ["open", "secure"])
def test_it_is_valid_by_the_official_schema(reports, demo, which):
    SCHEMA.validate(json.loads(sarif(getattr(reports[demo], which))))


def test_the_schema_is_not_content_with_anything(reports):
    log = json.loads(sarif(reports["leaks"].secure))
    log["runs"][0]["results"][0]["kind"] = "secure"
    with pytest.raises(ValidationError, match="secure"):
        SCHEMA.validate(log)


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


def test_times_are_in_utc_and_end_in_z(reports):
    report = reports["leaks"].secure.model_copy(update={"started": "2026-11-28T20:00:00+02:00"})
    (invocation,) = _run(report)["invocations"]
    assert invocation["startTimeUtc"] == "2026-11-28T18:00:00Z"


def test_an_ipv6_address_is_a_uri(reports):
    report = reports["leaks"].secure
    target = report.target.model_copy(update={"host": "::1"})
    run = _run(report.model_copy(update={"target": target, "exposure": None}))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "dicom://[::1]:11112"
