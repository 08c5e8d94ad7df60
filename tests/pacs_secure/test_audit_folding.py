import pytest

from pacs_secure.audit_folding import KINDS, ONE_BY_ONE, OTHERS, WINDOW, Folding


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_the_first_are_written_and_the_rest_is_counted(clock):
    folding = Folding(clock)

    assert [folding.takes("a") for _ in range(ONE_BY_ONE + 3)] == [False] * ONE_BY_ONE + [True] * 3
    assert not folding.takes("b")  # another kind
    assert folding.over() == []
    clock.now += WINDOW
    assert folding.over() == [("a", 3)]
    assert folding.over() == []
    assert not folding.takes("a")  # a new window


def test_at_the_end_all_is_told(clock):
    folding = Folding(clock)
    for _ in range(ONE_BY_ONE + 1):
        folding.takes("a")

    assert folding.over(all_of_them=True) == [("a", 1)]


def test_what_could_not_be_told_is_owed(clock):
    folding = Folding(clock)
    for _ in range(ONE_BY_ONE + 3):
        folding.takes("a")
    clock.now += WINDOW
    folding.owe(folding.over())
    for _ in range(ONE_BY_ONE + 2):
        folding.takes("a")

    assert folding.over() == []
    clock.now += WINDOW
    assert folding.over() == [("a", 5)]
    assert folding.over() == []


def test_who_comes_under_ever_new_names_is_counted_under_one(clock):
    folding = Folding(clock)
    for number in range(KINDS + ONE_BY_ONE + 5):
        folding.takes(f"address {number}")

    assert len(folding._windows) <= KINDS + 1
    clock.now += WINDOW
    assert folding.over() == [(OTHERS, 5)]
