"""The record says what was observed; what nobody counted is "not counted"."""

from datetime import UTC, datetime

import pytest

from lab.report.breach import IMPACTS, Told, breach, categories, estimate, persons


def _exposed(report, level, *, writable=False, obtained=16, at_least=False):
    exposure = report.exposure
    count = exposure.patients.model_copy(update={"obtained": obtained, "at_least": at_least})
    return report.model_copy(
        update={
            "exposure": exposure.model_copy(
                update={"level": level, "writable": writable, "patients": count}
            )
        }
    )


@pytest.mark.parametrize(
    ("level", "writable", "impact", "kinds"),
    [
        ("L6", True, 4, 3),
        ("L6", False, 4, 3),
        ("L5", True, 4, 2),
        ("L5", False, 3, 2),
        ("L4", True, 3, 0),
        ("L4", False, None, 0),
        ("L0", None, None, 0),
    ],
)
def test_impact_follows_what_was_obtained(reports, level, writable, impact, kinds):
    report = _exposed(reports["shown"].open, level, writable=writable)
    found = estimate(report)
    assert (found.level if found else None) == impact
    assert len(categories(report)) == kinds


@pytest.mark.parametrize(
    ("obtained", "at_least", "said"),
    [
        (16, False, "16"),
        (1200, True, "at least 1,200"),
        (None, False, "not counted"),
        (0, False, "0"),
    ],
)
def test_persons_are_counted_or_not_counted(reports, obtained, at_least, said):
    report = _exposed(reports["shown"].open, "L5", obtained=obtained, at_least=at_least)
    assert persons(report) == said
    assert f"| Persons affected | {said} |" in breach(report, Told())
    assert persons(report.model_copy(update={"exposure": None})) == "not counted"


def test_the_record_has_every_entry_and_the_deadline(reports):
    told = Told("Clinic | Ltd", "health", "DE", datetime(2019, 9, 17, 8, 0, tzinfo=UTC))
    record = breach(reports["shown"].open, told)
    for entry in ("Date found", "Responsible", "Sector", "Country", "Impact", "Data categories"):
        assert f"| {entry}" in record
    assert "2019-09-17 08:00 +0000" in record
    assert "not later than 2019-09-20 08:00 +0000" in record
    assert "Clinic \\| Ltd" in record
    assert f"4, {IMPACTS[4]}" in record
    assert "Lesson learned" in record


def test_people_may_judge_otherwise(reports):
    record = breach(reports["shown"].open, Told(impact=2, because="test data only"))
    assert f"2, {IMPACTS[2]}. Reason: test data only" in record
    assert "this test alone does not show one" in record


def test_where_nothing_was_obtained_it_says_so(reports):
    record = breach(reports["shown"].secure.model_copy(update={"exposure": None}), Told())
    assert "none: no personal data were obtained" in record
    assert "not measured" in record
