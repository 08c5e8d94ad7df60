"""A station is spoken with over one connection: an order in, lines out, and a clear end."""

import contextlib
import json

import pytest

from lab.crew import StationError
from lab.engines import daemon as daemons
from lab.engines import orders

pytestmark = pytest.mark.engine


@pytest.fixture
def station(daemon, project, service):
    """Put a program in the place of ``lab.stations``; speak with it."""
    service(
        "modality",
        "sleep 600",
        environment={"PYTHONPATH": "/var/lib/pacslab", "PYTHONUNBUFFERED": "1"},
    )

    def talk(program, order=b"{}"):
        lines = ["import sys, os, time", *program.splitlines()]
        script = (
            "mkdir -p /var/lib/pacslab/lab/stations && cd /var/lib/pacslab/lab && : >__init__.py"
        )
        script += f" && : >stations/__init__.py && printf %s {_quoted(lines)} >stations/__main__.py"
        container = orders.containers.need(daemon, project, "modality")
        code, said = container.exec_run(["sh", "-c", script])
        assert code == 0, said
        return orders.speak(daemons.address(), project, "modality", order)

    return talk


def _quoted(lines):
    return "'" + "\n".join(lines).replace("'", "'\\''") + "'"


def test_an_order_goes_in_whole_and_its_input_ends(station):
    order = json.dumps({"text": "x" * 300_000}).encode()
    (length,) = station("print(len(sys.stdin.buffer.read()))", order)
    assert int(length) == len(order)


def test_it_is_told_its_own_configuration(station):
    (said,) = station("print(*sys.argv[1:])")
    assert said == b"obey --config /etc/pacslab/modality.toml"


def test_lines_come_as_they_are_said(station):
    """The second is said only after the first was heard."""
    spoken = station("print('one', flush=True); time.sleep(0.5); print('two')")
    assert next(spoken) == b"one"
    assert list(spoken) == [b"two"]


def test_a_long_line_comes_whole_and_the_last_one_needs_no_end(station):
    first, last = station("sys.stdout.write('x' * 3_000_000 + '\\n' + 'end')")
    assert first == b"x" * 3_000_000
    assert last == b"end"


def test_what_is_complained_of_does_not_get_among_the_lines(station):
    program = "sys.stderr.write('a warning\\n'); sys.stderr.flush(); print('one')"
    assert list(station(program)) == [b"one"]


def test_a_bad_end_is_told_with_the_last_complaint(station):
    spoken = station("print('one'); sys.stderr.write('x\\nno key\\x1b\\n'); sys.exit(2)")
    assert next(spoken) == b"one"
    with pytest.raises(StationError, match=r"^modality: no key\\x1b$"):
        next(spoken)


def test_a_bad_end_without_a_word_is_told_with_its_code(station):
    with pytest.raises(StationError, match="modality: ended with code 3"):
        list(station("sys.exit(3)"))


def test_a_station_that_falls_silent_counts_as_dead(station, monkeypatch):
    monkeypatch.setattr(orders, "SILENCE", 0.5)
    spoken = station("print('one', flush=True); time.sleep(30)")
    assert next(spoken) == b"one"
    with pytest.raises(StationError, match="modality: says nothing for 0 s"):
        next(spoken)


def test_a_line_without_an_end_is_not_collected_for_ever(station, monkeypatch):
    monkeypatch.setattr(orders, "LONGEST_LINE", 100_000)
    with pytest.raises(StationError, match="a line without an end"):
        list(station("sys.stdout.write('x' * 10_000_000)"))


def test_who_has_heard_enough_may_leave(station):
    with contextlib.closing(station("print('one', flush=True); time.sleep(30)")) as spoken:
        assert next(spoken) == b"one"


def test_a_station_that_does_not_run_is_told(daemon, project, service):
    service("stranger", start=False)
    with pytest.raises(StationError, match=r"stranger: does not run \("):
        list(orders.speak(daemons.address(), project, "stranger", b"{}"))


def test_a_station_that_is_gone_is_told(project):
    with pytest.raises(StationError, match="examiner: its container is gone"):
        list(orders.speak(daemons.address(), project, "examiner", b"{}"))
