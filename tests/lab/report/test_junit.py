"""JUnit XML: well-formed whatever a peer said, and green only for a pass."""

from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from lab.evidence import Layer
from lab.report.junit import junit
from lab.report.model import EvidenceEntry


def _suite(report):
    return ET.fromstring(junit(report)).find("testsuite")  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("demo", "kind", "count"),
    [
        ("leaks", "failure", "failures"),
        ("partly unknown", "error", "errors"),
        ("not tested", "skipped", "skipped"),
    ],
)
def test_what_is_no_pass_is_not_green(reports, demo, kind, count):
    suite = _suite(reports[demo].secure)
    assert suite.get(count) == "3"
    assert len(suite.findall(f"testcase/{kind}")) == 3


@pytest.mark.parametrize(
    ("demo", "kind"), [("leaks", Failure), ("partly unknown", Error), ("not tested", Skipped)]
)
def test_a_reader_that_no_one_here_wrote_sees_the_same(reports, demo, kind):
    report = reports[demo].secure
    (suite,) = JUnitXml.fromstring(junit(report).encode())
    counted = (suite.tests, suite.failures, suite.errors, suite.skipped)
    suite.update_statistics()

    assert counted == (suite.tests, suite.failures, suite.errors, suite.skipped)
    assert [case.name for case in suite] == [probe.id for probe in report.probes]
    assert [type(one) for case in suite for one in case.result] == [kind] * 3


def test_a_pass_is_green_with_its_evidence(reports):
    suite = _suite(reports["shown"].secure)
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "0", "0")
    assert {len(case) for case in suite} == {1}
    assert "TLS alert" in suite.find("testcase/system-out").text


def test_hostile_text_stays_text(reports):
    report = reports["leaks"].secure
    evil = EvidenceEntry(layer=Layer.LAB, text="\x1b[31m]]><x/>\x00\ufffe")
    probe = report.probes[0].model_copy(update={"evidence": (evil,), "why": "</testsuite>\x07"})
    suite = _suite(report.model_copy(update={"probes": (probe,)}))
    assert suite.find("testcase/failure").text.startswith("?[31m]]><x/>??")
    assert suite.find("testcase/failure").get("message").endswith("</testsuite>?")
