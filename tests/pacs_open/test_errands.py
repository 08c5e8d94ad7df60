import threading

from pacs_open.errands import AT_MOST, Errands
from pacs_open.errors import PacsError

LONG = 10.0


def test_errands_are_done_in_order():
    errands, done, over = Errands(), [], threading.Event()
    for number in range(3):
        assert errands.take(lambda number=number: done.append(number))
    assert errands.take(over.set)
    assert over.wait(LONG)
    assert done == [0, 1, 2]
    errands.stop()


def test_one_that_fails_is_tried_again_and_given_up_in_the_end(caplog):
    errands, tried, over = Errands(pauses=(0.0, 0.0)), [], threading.Event()

    def fail():
        tried.append(1)
        raise PacsError("nobody listens")

    errands.take(fail)
    errands.take(over.set)
    assert over.wait(LONG)
    assert len(tried) == 3
    assert "given up: nobody listens" in caplog.text
    errands.stop()


def test_a_fault_of_ours_ends_one_errand_only_and_says_no_more_than_its_type(caplog):
    errands, over = Errands(), threading.Event()

    def broken():
        raise ValueError("Muster^Anna")

    errands.take(broken)
    errands.take(over.set)
    assert over.wait(LONG)
    assert "ValueError" in caplog.text
    assert "Muster" not in caplog.text
    errands.stop()


def test_more_than_can_wait_are_not_taken():
    errands, go, begun = Errands(), threading.Event(), threading.Event()

    def wait():
        begun.set()
        go.wait(LONG)

    assert errands.take(wait)
    assert begun.wait(LONG)
    taken = [errands.take(lambda: None) for _ in range(AT_MOST)]
    assert taken == [True] * (AT_MOST - 1) + [False]
    go.set()
    errands.stop()


def test_after_a_stop_nothing_is_taken_and_nothing_is_tried_again():
    errands, tried = Errands(pauses=(LONG, LONG)), threading.Event()

    def fail():
        tried.set()
        raise PacsError("nobody listens")

    errands.take(fail)
    assert tried.wait(LONG)
    errands.stop()
    assert not errands.take(lambda: None)
    errands._thread.join(LONG / 2)
    assert not errands._thread.is_alive()
