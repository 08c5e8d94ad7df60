"""One sentence a report; what proves nothing never reads as secure."""

import pytest

from lab.report.summary import summarise
from lab.verdict import Verdict


@pytest.mark.parametrize(
    ("demo", "tone", "word"),
    [
        ("shown", "good", "refused"),
        ("broken", "bad", "broken"),
        ("down", "doubt", "Inconclusive"),
        ("leaks", "bad", "3 of 3 attempts succeeded"),
        ("partly unknown", "doubt", "3 questions are open"),
        ("not tested", "doubt", "nothing is settled"),
    ],
)
def test_the_headline_says_what_was_found(reports, demo, tone, word):
    said = summarise(reports[demo].secure)
    assert said.tone == tone
    assert word in said.headline


def test_without_an_identity_it_says_what_was_not_asked(reports):
    said = summarise(reports["friendless"].secure)
    assert said.tone == "good"
    assert "No identity was given" in said.words


def test_doubt_without_an_identity_asks_for_one(reports):
    report = reports["partly unknown"].secure.model_copy(update={"positive_control": None})
    assert "Ask again with an identity" in summarise(report).words


def test_nothing_reached_proves_nothing(reports):
    report = reports["down"].secure
    away = report.model_copy(
        update={"exposure": report.exposure.model_copy(update={"level": "L0"})}
    )
    assert "nothing was reached" in summarise(away).headline
    assert not away.count(Verdict.FAIL)
