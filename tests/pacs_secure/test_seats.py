import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_secure.seats import (
    ADDRESSES_OF_ONE,
    REMEMBERED_ADDRESSES,
    Knock,
    Leave,
    Limits,
    Prove,
    Seats,
    Sit,
)

ROOMY = Limits(in_all=10, per_peer=4, reserved=2, knocking=6)


def test_a_connection_is_counted_in_one_place_at_a_time():
    seats = Seats(ROOMY)

    assert seats.ask("w", Knock(1, "a")) == ""
    assert (seats._knocking.total(), seats._waiting.total(), seats._seated.total()) == (1, 0, 0)
    assert seats.ask("w", Prove(1, "certificate x")) == ""
    assert (seats._knocking.total(), seats._waiting.total(), seats._seated.total()) == (0, 1, 0)
    assert seats.ask("w", Sit(1, "certificate x", True)) == ""
    assert (seats._knocking.total(), seats._waiting.total(), seats._seated.total()) == (0, 0, 1)
    assert seats.ask("w", Leave(1)) == ""
    assert (seats._knocking, seats._waiting, seats._seated) == ({}, {}, {})


@pytest.mark.parametrize("request_", [Prove(1, "x"), Sit(1, "x", True)])
def test_who_never_knocked_gets_nothing(request_):
    assert Seats(ROOMY).ask("w", request_) == "never knocked"


def test_a_serial_that_comes_again_is_a_new_connection():
    seats = Seats(ROOMY)
    for _ in range(20):
        assert seats.ask("w", Knock(1, "a")) == ""

    assert seats._knocking["a"] == 1


def test_the_books_stay_small_whoever_comes_and_goes():
    seats = Seats(ROOMY)
    for number in range(REMEMBERED_ADDRESSES + 100):
        address = f"10.0.{number // 256}.{number % 256}"
        seats.ask("w", Knock(1, address))
        seats.ask("w", Prove(1, f"certificate {number}"))
        seats.ask("w", Leave(1))

    assert len(seats._proven_at) == REMEMBERED_ADDRESSES
    assert not seats._connections
    assert not seats._waiting


def test_a_certificate_that_is_shown_everywhere_is_at_home_at_few_addresses():
    """A device that was taken over must not turn every address into one with reserved room."""
    seats = Seats(Limits(in_all=10, per_peer=4, reserved=2, knocking=6))
    come_and_go(seats, "workstation", "w")
    for number in range(50):
        come_and_go(seats, f"10.0.0.{number}", "taken over")
    come_and_go(seats, "10.0.0.49", "taken over")

    assert len(seats._proven_at) == ADDRESSES_OF_ONE + 1
    for number in range(4):  # all places but the reserved
        assert seats.ask("w", Knock(10 + number, f"10.0.0.{number}")) == ""
    assert "reserved" in seats.ask("w", Knock(20, "10.0.0.5"))
    assert seats.ask("w", Knock(21, "workstation")) == ""


def come_and_go(seats, address, certificate):
    for step in (Knock(1, address), Prove(1, certificate), Leave(1)):
        assert seats.ask("w", step) == ""


def test_unproven_seats_are_given_back_as_unproven():
    seats = Seats(Limits(in_all=2, per_peer=2, reserved=1, knocking=2))
    for _ in range(3):
        assert seats.ask("w", Knock(1, "a")) == ""
        assert seats.ask("w", Sit(1, "address a", False)) == ""
        assert seats.ask("w", Knock(2, "b")) == ""
        assert "reserved" in seats.ask("w", Sit(2, "address b", False))
        seats.release("w")

    assert seats._unproven_seats == 0


STEPS = st.lists(
    st.one_of(
        st.builds(Knock, st.integers(1, 6), st.sampled_from("ab")),
        st.builds(Prove, st.integers(1, 6), st.sampled_from("xy")),
        st.builds(Sit, st.integers(1, 6), st.sampled_from("abxy"), st.booleans()),
        st.builds(Leave, st.integers(1, 6)),
    ),
    max_size=40,
)


@given(STEPS)
def test_in_whatever_order_they_come_no_more_are_let_in_and_nothing_is_lost(steps):
    limits = Limits(in_all=4, per_peer=2, reserved=1, knocking=3)
    seats = Seats(limits)
    for step in steps:
        seats.ask("w", step)
        assert seats._seated.total() <= limits.in_all
        assert seats._knocking.total() <= limits.knocking
        assert max([*seats._seated.values(), *seats._waiting.values()], default=0) <= 2
        assert seats._unproven_seats <= limits.in_all - limits.reserved

    seats.release("w")
    assert (seats._knocking, seats._waiting, seats._seated) == ({}, {}, {})
    assert seats._unproven_seats == 0
