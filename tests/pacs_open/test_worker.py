"""A worker's life; its process is proven in test_workers."""

import contextlib
import signal
import threading
from multiprocessing import Pipe

import pytest

from pacs_open import bookkeeping, worker
from pacs_open.errors import ArchiveError, ConfigurationError
from pacs_open.reloading import Setup
from pacs_open.wire import listener


@pytest.fixture
def life(configuration, memory_archive, monkeypatch):
    """A worker in a thread of this process, as far as that goes: signals stay ours."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(signal, "set_wakeup_fd", lambda *_: None)
    monkeypatch.setattr("pacs_open.server.open_archive", lambda config: memory_archive)
    with contextlib.ExitStack() as open_pipes:

        def start(*controls):
            questions, ledger = Pipe()
            orders, commands = Pipe(duplex=False)
            for end in (questions, ledger, orders, commands):
                open_pipes.callback(end.close)
            listening = listener.bind("127.0.0.1", 0)
            open_pipes.callback(listening.close)
            address = listening.getsockname()
            statuses = []
            thread = threading.Thread(
                target=lambda: statuses.append(
                    worker.live(Setup(configuration, controls), listening, ledger, orders)
                )
            )
            thread.start()
            open_pipes.callback(thread.join, 10)
            return questions, commands, address, thread, statuses

        yield start


def test_it_reports_serves_reloads_and_stops(life, peer, control):
    doors = []
    questions, commands, address, thread, statuses = life(
        control(secure=lambda self, door: doors.append(door))
    )

    assert questions.recv() == worker.Report(None)
    assert peer(address).associate().release()
    commands.send_bytes(worker.RELOAD)
    commands.send_bytes(worker.STOP)
    thread.join(10)

    assert statuses == [0]
    assert len(doors) == 2


def test_it_ends_when_the_supervisor_is_gone(life, caplog):
    questions, commands, _, thread, statuses = life()
    questions.recv()

    commands.close()

    thread.join(10)
    assert statuses == [0]
    assert "supervisor is gone" in caplog.text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConfigurationError("the key cannot be read"), "the key cannot be read"),
        (ArchiveError("cannot be written"), "cannot be written"),
        (ValueError("PATIENT^NAME"), "ValueError"),
    ],
)
def test_what_keeps_it_from_serving_is_reported(life, control, error, told):
    def secure(self, door):
        raise error

    questions, _, _, thread, statuses = life(control(secure=secure))

    assert str(questions.recv().fault) == told
    thread.join(10)
    assert statuses == [worker.FAILED]


def test_it_ends_when_the_books_are_lost_and_takes_no_connection_more(
    life, peer, control, monkeypatch, caplog
):
    """It could only refuse: the supervisor starts one that can ask."""
    monkeypatch.setattr(bookkeeping, "ANSWER_WITHIN", 0.05)
    monkeypatch.setattr(worker, "_LOOK_AGAIN", 0.05)
    asking = control(connect=lambda self, peer, ledger: ledger.ask("seats", None))
    questions, _, address, thread, statuses = life(asking)
    questions.recv()

    assert peer(address).read_to_end() == b""

    thread.join(10)
    assert statuses == [worker.FAILED]
    assert "books cannot be asked" in caplog.text


def test_it_ends_when_its_index_was_taken_away(life, memory_archive, monkeypatch, caplog):
    """Whoever opens the archive next, alone, makes it anew from the log."""
    monkeypatch.setattr(worker, "_LOOK_AGAIN", 0.05)
    questions, _, _, thread, statuses = life()
    questions.recv()

    memory_archive.index.is_gone = True

    thread.join(10)
    assert statuses == [worker.FAILED]
    assert "the index was taken away" in caplog.text
