import pytest

from pacs_open.door import Door
from pacs_secure.controls.handshake_deadline import HandshakeDeadline


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [({}, 300.0, 10.0), ({"seconds": 2.5}, 300.0, 2.5), ({"seconds": 60}, 30.0, 30.0)],
)
def test_a_deadline_is_only_ever_tightened(settings, before, after):
    door = Door(handshake_deadline=before)

    HandshakeDeadline(**settings).secure(door)

    assert door.handshake_deadline == after


def test_nothing_else_at_the_door_changes():
    door = Door()

    HandshakeDeadline().secure(door)

    assert door == Door(handshake_deadline=10.0)


@pytest.mark.parametrize("seconds", [0, -1, 301, "soon"])
def test_a_deadline_that_is_none_is_an_error_in_the_settings(seconds):
    with pytest.raises(ValueError):
        HandshakeDeadline(seconds=seconds)
