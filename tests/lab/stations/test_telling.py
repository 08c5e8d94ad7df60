import io
import threading

import pytest

from lab.stations import telling
from lab.stations.lines import read
from lab.stations.telling import Teller, Watch


@pytest.fixture
def stream():
    return io.BytesIO()


@pytest.fixture
def teller(stream):
    return Teller(stream, gone=lambda: pytest.fail("somebody reads"))


def said(stream):
    return [read(line) for line in stream.getvalue().splitlines()]


def test_every_line_says_one_thing(teller, stream):
    teller.alive(1.23)
    teller.progress("drawing", 1, 3, "CT")
    teller.result({"a": [1, None]})

    assert [line.model_fields_set for line in said(stream)] == [
        {"alive"},
        {"progress"},
        {"result"},
    ]
    assert said(stream)[2].result == {"a": [1, None]}


def test_progress_is_not_said_too_often_but_the_last_is_always_said(teller, stream):
    for done in range(1, 1001):
        teller.progress("sending", done)
    teller.result(None)

    told = [line.progress.done for line in said(stream) if line.progress]
    assert told[-1] == 1000
    assert told == sorted(told)
    assert len(told) < 500


def test_what_goes_back_is_not_said(teller, stream):
    teller.progress("sending", 7)
    teller.progress("sending", 6)
    teller.result(None)
    assert [line.progress.done for line in said(stream) if line.progress] == [7]


def test_a_fault_is_one_line_in_which_nothing_moves_a_cursor(teller, stream):
    teller.fault("no\nroom\x1b[2J" + "x" * 1000)
    (line,) = said(stream)
    assert line.fault.startswith(r"no\nroom\x1b[2Jx")
    assert len(line.fault) <= 200


def test_where_nobody_reads_on_it_is_over():
    class Closed(io.BytesIO):
        def write(self, data):
            raise BrokenPipeError

    gone = []
    Teller(Closed(), gone=lambda: gone.append(True)).alive(1)
    assert gone == [True]


def test_a_watch_gives_signs_of_life_until_the_work_is_over(teller, stream, monkeypatch):
    monkeypatch.setattr(telling, "ALIVE_EVERY", 0.01)
    three = threading.Event()

    class Counting(Teller):
        def alive(self, seconds):
            super().alive(seconds)
            if len(said(stream)) == 3:
                three.set()

    counting = Counting(stream, gone=lambda: None)
    with Watch(counting, 60, lambda: pytest.fail("there is time")):
        assert three.wait(20)
    count = len(said(stream))
    assert count >= 3
    assert all(line.alive is not None for line in said(stream))


def test_a_deadline_that_is_not_kept_is_called_out(teller):
    late = threading.Event()
    with Watch(teller, 0.05, late.set):
        assert late.wait(20)
