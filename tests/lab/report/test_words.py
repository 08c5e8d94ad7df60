"""Names, dates and numbers as people write them."""

import pytest

from lab.report import words


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Öztürk^Ayşe", "Ayşe Öztürk"),
        ("Weiß^Anna^Maria^Dr.^MD", "Dr. Anna Maria Weiß MD"),
        ("Sato^Hana=佐藤^花=さとう^はな", "Hana Sato (佐藤 花)"),
        ("=佐藤^花", "佐藤 花"),
        ("Müller", "Müller"),
        ("", "(no name)"),
        ("^^^^", "(no name)"),
    ],
)
def test_person_names(name, written):
    assert words.person(name) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("19700102", "2 January 1970"),
        ("19701302", "19701302"),
        ("1970", "1970"),
        ("", "unknown"),
        ("<b>", "<b>"),
    ],
)
def test_dates(text, written):
    assert words.date(text) == written


def test_counts_say_what_was_not_counted():
    assert words.of(16, 16) == "16 of 16"
    assert words.of(1234, None) == "1,234"
    assert words.of(None, 16) == "not counted of 16"
    assert words.in_2019(16) == "16 million"
    assert words.in_2019(None) == "0 million"
