"""What a demo may be read as: a truth table."""

import pytest

from lab.report.conclusion import Shown, conclude


@pytest.mark.parametrize(
    ("demo", "shown", "exit_code"),
    [
        ("shown", Shown.THE_CLOSING, 0),
        ("broken", Shown.BROKEN, 1),
        ("leaks", Shown.LEAK, 1),
        ("writes", Shown.LEAK, 1),
        ("closed", Shown.NO_LEAK, 1),
        ("down", Shown.INCONCLUSIVE, 3),
        ("friendless", Shown.INCONCLUSIVE, 3),
        ("partly unknown", Shown.INCONCLUSIVE, 3),
        ("not tested", Shown.INCONCLUSIVE, 3),
    ],
)
def test_what_a_demo_has_shown(reports, demo, shown, exit_code):
    conclusion = conclude(reports[demo])
    assert conclusion.shown is shown
    assert conclusion.exit_code == exit_code


def test_an_open_question_is_not_told_as_a_friend_who_was_not_served(reports):
    assert "no friend was served" in conclude(reports["down"]).headline
    assert "not every question" in conclude(reports["partly unknown"]).headline


def test_the_words_of_a_sabotaged_demo_are_the_agreed_ones(reports):
    assert "inconclusive" in conclude(reports["down"]).headline.lower()
    assert "secure but broken" in conclude(reports["broken"]).headline.lower()
