import threading

import pytest

from pacs_open.ledger import Book, Ledger, LedgerUnavailableError, LocalLedger


class Counter:
    """A book that would count wrongly if two asked at once."""

    def __init__(self):
        self.count = 0
        self.events = []

    def ask(self, worker, request):
        count = self.count
        self.events.append(worker)
        self.count = count + request
        return self.count

    def release(self, worker):
        self.events.append(f"released {worker}")

    def close(self):
        self.events.append("closed")


def test_a_book_is_asked_by_name_for_its_worker():
    counter = Counter()
    ledger = LocalLedger({"seats": counter}, worker="one")

    assert ledger.ask("seats", 2) == 2
    assert counter.events == ["one"]
    assert isinstance(counter, Book)


def test_an_unknown_book_is_unavailable():
    with pytest.raises(LedgerUnavailableError, match="nowhere"):
        LocalLedger({}).ask("nowhere", 1)


def test_one_asks_at_a_time():
    counter = Counter()
    ledger: Ledger = LocalLedger({"seats": counter})
    threads = [
        threading.Thread(target=lambda: [ledger.ask("seats", 1) for _ in range(100)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counter.count == 800


def test_closing_releases_first():
    counter = Counter()

    LocalLedger({"seats": counter}, worker="one").close()

    assert counter.events == ["released one", "closed"]
