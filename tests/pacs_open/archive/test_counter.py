import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pacs_open.archive import counter
from pacs_open.archive.counter import Counter
from pacs_open.errors import IndexAwayError


def test_no_number_is_given_twice_even_after_a_restart(tmp_path):
    first = Counter(tmp_path / "commits")
    given = [first.next(), first.next()]
    first.close()
    second = Counter(tmp_path / "commits")
    given.append(second.next())
    second.close()

    assert given == [1, 2, 3]


def test_numbers_in_use_are_passed_over_and_never_gone_back_to(tmp_path):
    made = Counter(tmp_path / "commits")
    made.at_least(41)
    made.at_least(3)

    assert made.next() == 42
    made.close()


def test_two_processes_share_one_counter(tmp_path):
    one, other = Counter(tmp_path / "commits"), Counter(tmp_path / "commits")

    assert [one.next(), other.next(), one.next()] == [1, 2, 3]
    one.close()
    other.close()


def test_who_sleeps_between_reading_and_writing_neither_goes_back_nor_gives_a_number_twice(
    tmp_path,
):
    sleeper, other = Counter(tmp_path / "commits"), Counter(tmp_path / "commits")
    asleep, go_on = threading.Event(), threading.Event()
    write = sleeper._write

    def sleep_and_write(number):
        asleep.set()
        go_on.wait(10)
        write(number)

    sleeper._write = sleep_and_write
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(sleeper.next)
        asleep.wait(10)
        second = pool.submit(other.next)
        go_on.set()
    assert (first.result(), second.result()) == (1, 2)
    assert other.next() == 3
    sleeper.close()
    other.close()


def test_who_sleeps_for_long_while_it_counts_stops_nobody_for_good(tmp_path, monkeypatch):
    monkeypatch.setattr(counter, "PATIENCE", 0.01)
    sleeper, other = Counter(tmp_path / "commits"), Counter(tmp_path / "commits")
    with sleeper._locked(), pytest.raises(IndexAwayError, match="held it for long"):
        other.next()
    assert other.next() == 1
    sleeper.close()
    other.close()
