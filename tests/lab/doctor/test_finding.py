"""A finding is one line, and lacks nothing where nobody needs it."""

import pytest

from lab.doctor.finding import Finding, Need


@pytest.mark.parametrize(
    ("need", "remedy", "state"),
    [
        (Need.LAB, None, "ok"),
        (Need.LAB, "make room", "missing"),
        (Need.DOCKER, "make room", "missing"),
        (Need.NOBODY, "make room", "absent"),
    ],
)
def test_its_state_is_one_word(need, remedy, state):
    found = Finding("disk", need, "none free", remedy)

    assert found.state == state
    assert found.as_json()["state"] == state
    assert found.line().startswith(state)


def test_the_remedy_ends_the_line():
    assert Finding("disk", Need.LAB, "0 free", "make room").line().endswith("0 free; make room")
    assert Finding("disk", Need.LAB, "9 free").line().endswith("9 free")
