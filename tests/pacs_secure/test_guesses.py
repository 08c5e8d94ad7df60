import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_secure.guesses import (
    REMEMBERED_NAMES,
    REMEMBERED_PEERS,
    Budget,
    Guesses,
    May,
    Refused,
    Served,
)

GUESS, OWN = ("STRANGER", "PACS"), ("MODALITY", "PACS-SECURE")
BUDGET = Budget(refusals=3, within=60.0, wait=30.0)


@pytest.fixture
def book():
    class Clock:
        now = 1000.0

        def __call__(self):
            return self.now

    class Book:
        def __init__(self):
            self.clock = Clock()
            self.guesses = Guesses(BUDGET, self.clock)

        def refuse(self, times=1, key="a"):
            for _ in range(times):
                assert self.guesses.ask("w", Refused(key)) == ""

        def may(self, names=GUESS, key="a"):
            return self.guesses.ask("w", May(key, names)) == ""

    return Book()


def test_a_budget_is_used_up_and_comes_back_after_the_wait(book):
    book.refuse(2)
    assert book.may()
    book.refuse()
    assert not book.may()
    book.clock.now += 29.9
    assert not book.may()
    book.clock.now += 0.1
    assert book.may()
    book.refuse(2)
    assert book.may()  # the count began anew


def test_refusals_of_long_ago_do_not_count(book):
    book.refuse(2)
    book.clock.now += 60
    book.refuse(2)
    assert book.may()
    book.refuse()
    assert not book.may()


def test_one_peer_does_not_wait_for_another(book):
    book.refuse(10, key="a")
    assert not book.may(key="a")
    assert book.may(key="b")


def test_names_one_was_served_under_are_no_guess(book):
    book.guesses.ask("w", Served("a", OWN))
    book.refuse(3)
    assert book.may(OWN)
    assert not book.may(GUESS)
    assert not book.may((OWN[0], GUESS[1]))
    book.refuse(3, key="b")
    assert not book.may(OWN, key="b")  # another peer's names are a guess


def test_while_held_it_says_how_long(book):
    book.refuse(3)
    assert book.guesses.ask("w", May("a", GUESS)) == "3 refusals; has to wait 30 s more"


def test_a_dead_worker_takes_nothing_back(book):
    book.refuse(3)
    book.guesses.release("w")
    book.guesses.close()
    assert not book.may()


def test_memory_is_bounded(book):
    book.guesses.ask("w", Served("a", OWN))
    for number in range(REMEMBERED_NAMES):
        book.guesses.ask("w", Served("a", (str(number), "")))
    book.refuse(3)
    assert not book.may(OWN)  # forgotten
    assert book.may(("0", ""))
    for number in range(REMEMBERED_PEERS):
        book.refuse(key=f"other {number}")
    assert book.may()  # forgotten, too: so many addresses have no budget worth the name


@given(st.lists(st.sampled_from([0.0, 1.0, 20.0, 61.0]), max_size=40))
def test_nobody_is_held_with_fewer_refusals_than_the_budget_in_any_window(pauses):
    now, refused, held_until = 0.0, [], 0.0
    book = Guesses(BUDGET, lambda: now)
    for pause in pauses:
        now += pause
        book.ask("w", Refused("a"))
        refused.append(now)
        recent = [moment for moment in refused if moment > now - BUDGET.within]
        if book.ask("w", May("a", GUESS)):
            assert len(recent) >= BUDGET.refusals
            held_until = max(held_until, now)
            assert now <= held_until + BUDGET.wait
