import threading

import pytest

from pacs_open.errors import IndexAwayError
from pacs_open.index import database as module
from pacs_open.index.index import _database


@pytest.fixture
def databases(tmp_path, index_url):
    """Two processes' ends of one database, as far as one process can have them."""
    both = [_database(tmp_path, index_url) for _ in range(2)]
    both[0].make()
    yield both
    for one in both:
        one.close()


def told(database, do):
    """The fault of something that fails, in our words."""
    try:
        do()
    except Exception as error:
        return database.fault(error)
    return None


def test_one_writes_at_a_time_and_nobody_waits_for_ever(databases, monkeypatch):
    """What the index asks of every database that it may live in."""
    one, other = databases
    one.begin()
    monkeypatch.setattr(module, "PATIENCE", 0.2)

    assert isinstance(told(other, other.begin), IndexAwayError)
    other.let_go()
    one.let_go()
    assert told(other, other.begin) is None
    other.let_go()


def test_whoever_waits_gets_the_turn_when_it_is_given_back(databases):
    one, other = databases
    other.begin()
    other.let_go()
    one.begin()
    got = threading.Event()

    def wait():
        other.begin()
        got.set()
        other.let_go()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not got.wait(0.05)
    one.let_go()
    waiting.join(10)
    assert got.is_set()


def test_a_closed_one_can_be_closed_again(databases):
    databases[0].begin()
    databases[0].close()
    databases[0].close()
    databases[0].let_go()
