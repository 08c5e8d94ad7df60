"""Names, dates and numbers as people write them."""

import pytest

from lab.report import words
from lab.report.model import Count


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


def test_a_demo_of_fewer_patients_is_a_smaller_part_of_2019():
    shares = [words.share_of_2019(patients) for patients in (None, 0, 4, 16, 32)]
    assert shares == [0, 0, 0.25, 1, 1]


def test_deeds_are_told_with_all_of_the_work_first():
    did = ("A C-ECHO", "B C-FIND", "A C-ECHO after the probes", "A C-STORE: 6 of 6 images")
    assert words.deeds(did) == [
        "A C-STORE: 6 of 6 images",
        "served before the questions: A C-ECHO, B C-FIND",
        "served after them: A C-ECHO",
    ]
    assert words.deeds(()) == []


def test_counts_say_what_was_not_counted():
    assert words.of(16, 16) == "16 of 16"
    assert words.of(1234, None) == "1,234"
    assert words.of(None, 16) == "not counted"
    assert words.in_2019(16) == "16 million"
    assert words.in_2019(None) == "0 million"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (Count(obtained=12, planted=16, at_least=True), "at least 12 of 16"),
        (Count(obtained=12), "12"),
        (Count(obtained=None, at_least=True), "not counted"),
    ],
)
def test_a_lower_bound_says_so_where_anything_was_counted(count, said):
    assert words.count(count) == said
