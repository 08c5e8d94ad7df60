import contextlib
import pickle
import threading
from multiprocessing import Pipe

import pytest

from pacs_open import bookkeeping
from pacs_open.bookkeeping import Keeper, PipeLedger
from pacs_open.ledger import LedgerUnavailableError
from pacs_open.refusals import DimseRefused, local_limit_exceeded


class Seats:
    """A book that remembers who holds what."""

    def __init__(self):
        self.held = []
        self.closed = False

    def ask(self, worker, request):
        if isinstance(request, Exception):
            raise request
        if request == "lambda":
            return lambda: None
        if request == "keywords":
            raise DimseRefused(why="x", status=0x0124)  # pickles, and cannot be unpickled
        self.held.append((worker, request))
        return len(self.held)

    def release(self, worker):
        self.held = [entry for entry in self.held if entry[0] != worker]

    def close(self):
        self.closed = True


@pytest.fixture
def kept():
    """A worker's ledger, and a thread that keeps the books behind it."""
    seats = Seats()
    keeper = Keeper({"seats": seats})
    theirs, ours = Pipe()

    def keep():
        with contextlib.suppress(EOFError, OSError):
            while True:
                question = keeper.receive(theirs)
                if question is not None:
                    keeper.answer("worker 1", question, theirs)

    thread = threading.Thread(target=keep)
    thread.start()
    yield PipeLedger(ours), seats, keeper, theirs
    ours.close()
    thread.join(10)
    theirs.close()


def test_a_question_goes_to_its_book_and_names_the_worker(kept):
    ledger, seats, _, _ = kept

    assert ledger.ask("seats", "one") == 1
    assert ledger.ask("seats", "two") == 2
    assert seats.held == [("worker 1", "one"), ("worker 1", "two")]


@pytest.mark.parametrize(
    "error", [ValueError("no"), local_limit_exceeded("full"), LedgerUnavailableError("x")]
)
def test_what_a_book_raises_is_raised_at_the_control(kept, error):
    ledger, _, _, _ = kept

    with pytest.raises(type(error)):
        ledger.ask("seats", error)
    assert ledger.ask("seats", "still in step") == 1


def test_an_error_that_does_not_survive_the_journey_is_an_error_all_the_same(kept):
    ledger, _, _, _ = kept

    with pytest.raises(LedgerUnavailableError):
        ledger.ask("seats", "keywords")
    with pytest.raises(LedgerUnavailableError):
        ledger.ask("seats", DimseRefused(why="x", status=0x0124))
    assert ledger.ask("seats", "still in step") == 1


def test_an_answer_that_cannot_be_sent_is_an_error(kept):
    ledger, _, _, _ = kept

    with pytest.raises(LedgerUnavailableError):
        ledger.ask("seats", "lambda")
    assert ledger.ask("seats", "still in step") == 1


def test_an_unknown_book_is_an_error(kept):
    with pytest.raises(LedgerUnavailableError, match="elsewhere"):
        kept[0].ask("elsewhere", 1)


def test_many_threads_may_ask(kept):
    ledger, seats, _, _ = kept
    threads = [threading.Thread(target=ledger.ask, args=("seats", n)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(request for _, request in seats.held) == list(range(20))


def test_a_worker_that_died_holds_nothing(kept):
    ledger, seats, keeper, _ = kept
    ledger.ask("seats", "one")

    keeper.release("worker 2")
    assert seats.held
    keeper.release("worker 1")
    assert not seats.held
    keeper.close()
    assert seats.closed


def test_a_book_that_fails_to_release_does_not_hold_up_the_others(caplog):
    class Broken(Seats):
        def release(self, worker):
            raise ValueError("x")

    seats = Seats()
    seats.ask("worker 1", "one")

    Keeper({"broken": Broken(), "seats": seats}).release("worker 1")

    assert not seats.held
    assert "broken" in caplog.text


def test_a_keeper_that_is_gone_is_unavailable_for_good():
    theirs, ours = Pipe()
    ledger = PipeLedger(ours)
    theirs.close()

    for _ in range(2):
        with pytest.raises(LedgerUnavailableError):
            ledger.ask("seats", 1)
    ours.close()


def test_a_late_answer_is_never_taken_for_another_questions(monkeypatch):
    monkeypatch.setattr(bookkeeping, "ANSWER_WITHIN", 0.05)
    theirs, ours = Pipe()
    ledger = PipeLedger(ours)
    with pytest.raises(LedgerUnavailableError, match="took over"):
        ledger.ask("seats", "first")
    theirs.send("the late answer")

    with pytest.raises(LedgerUnavailableError, match="gone"):
        ledger.ask("seats", "second")
    theirs.close()
    ours.close()


def test_a_question_that_cannot_be_packed_spoils_nothing(kept):
    ledger, *_ = kept
    with pytest.raises((AttributeError, pickle.PicklingError)):
        ledger.ask("seats", lambda: None)

    assert ledger.ask("seats", "one") == 1
