"""The doctor as a whole: who lacks what."""

from lab import doctor
from lab.doctor.finding import Finding, Need


def test_what_any_lab_needs_is_missing_for_each_engine():
    findings = [
        Finding("disk", Need.LAB, "none", "make room"),
        Finding("compose", Need.DOCKER, "none", "install it"),
        Finding("dcmtk", Need.NOBODY, "none", "install it"),
        Finding("python", Need.LAB, "3.12"),
    ]

    assert doctor.lacking(findings, Need.LAB) == ["disk"]
    assert doctor.lacking(findings, Need.DOCKER) == ["disk", "compose"]


def test_who_has_no_engine_is_not_told_of_one():
    assert Need.DOCKER not in {found.need for found in doctor.examine([Need.LAB])}


def test_every_finding_is_one_line_and_its_name_its_own():
    found = list(doctor.examine([Need.LAB, Need.DOCKER]))

    assert all("\n" not in one.line() for one in found)
    names = [one.name for one in found]
    assert len(names) == len(set(names))
