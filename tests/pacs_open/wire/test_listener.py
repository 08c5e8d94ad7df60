import contextlib
import socket
import threading
import time

import pytest

from pacs_open.errors import ConfigurationError
from pacs_open.wire import listener


@pytest.fixture
def accepted():
    """A running listener that puts what it accepts into a list."""
    found, arrived = [], threading.Semaphore(0)

    def handle(sock, address):
        found.append((sock, address))
        arrived.release()

    running = listener.Listener(listener.bind("127.0.0.1", 0), handle)
    address = running._listening.getsockname()
    running.start()
    yield found, arrived, address, running
    running.stop()
    for sock, _ in found:
        sock.close()


def test_each_connection_has_its_own_thread(accepted):
    found, arrived, address, _ = accepted
    with contextlib.ExitStack() as peers:
        made = [peers.enter_context(socket.create_connection(address)) for _ in range(5)]
        assert all(arrived.acquire(timeout=10) for _ in made)
        assert {address for _, address in found} == {peer.getsockname() for peer in made}


def test_after_the_stop_the_port_is_closed(accepted):
    _, _, address, running = accepted
    running.stop()

    with pytest.raises(OSError):
        socket.create_connection(address, timeout=5)


def test_it_can_be_stopped_before_it_was_started():
    listening = listener.bind("127.0.0.1", 0)
    listener.Listener(listening, lambda sock, address: None).stop()

    assert listening.fileno() == -1


def test_a_port_in_use_is_one_clear_line():
    with listener.bind("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}.*another archive"):
            listener.bind("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_one_clear_line():
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1"):
        listener.bind("192.0.2.1", 0)


def test_ipv6_loopback_is_loopback():
    try:
        listening = listener.bind("::1", 0)
    except ConfigurationError:
        return  # a machine without IPv6
    with listening, socket.create_connection(listening.getsockname()[:2]):
        pass


def test_who_has_less_to_do_accepts_the_next_connection():
    """Two processes' listeners, one of which has three connections: the other takes most others."""
    accepted, over = threading.Semaphore(0), threading.Event()
    taken = []

    def keep(sock, _):
        accepted.release()
        over.wait(20)
        sock.close()

    def take(sock, _):
        taken.append(sock)
        sock.close()
        accepted.release()

    listening = listener.bind("127.0.0.1", 0)
    address = listening.getsockname()
    busy = listener.Listener(listening, keep, shared=True)
    idle = listener.Listener(listening.dup(), take, shared=True)
    with contextlib.ExitStack() as peers:
        busy.start()
        for number in range(3 + 20):
            if number == 3:
                idle.start()
            peers.enter_context(socket.create_connection(address, timeout=10))
            assert accepted.acquire(timeout=10)
        over.set()
    for side in (busy, idle):
        side.stop()

    assert len(taken) > 12


def test_a_thread_serves_one_connection_after_the_other(accepted):
    """None is started for a connection that comes when another is over."""
    served = set()

    def handle(sock, address):
        served.add(threading.current_thread())
        sock.close()

    running = listener.Listener(listener.bind("127.0.0.1", 0), handle)
    running.start()
    for _ in range(20):
        with socket.create_connection(running._listening.getsockname(), timeout=10) as peer:
            assert peer.recv(1) == b""
    running.stop()

    assert len(served) <= 2 * listener._FREE  # more only while others are about to stand in line


def test_threads_that_are_not_needed_any_more_end_and_so_do_all_at_the_stop():
    over, arrived, mine = threading.Event(), threading.Semaphore(0), set()

    def handle(sock, address):
        mine.add(threading.current_thread())
        arrived.release()
        over.wait(20)
        sock.close()

    running = listener.Listener(listener.bind("127.0.0.1", 0), handle)
    running.start()
    with contextlib.ExitStack() as peers:
        for _ in range(12):
            peers.enter_context(socket.create_connection(running._listening.getsockname()))
            assert arrived.acquire(timeout=10)
        over.set()
        deadline = time.monotonic() + 20
        while sum(thread.is_alive() for thread in mine) > listener._FREE:
            assert time.monotonic() < deadline
    assert len(mine) == 12
    running.stop()

    for thread in mine:
        thread.join(10)
    assert not any(thread.is_alive() for thread in mine)


def test_a_connection_that_would_leave_nobody_to_accept_is_dropped(accepted, monkeypatch):
    found, arrived, address, running = accepted

    def no_thread():
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(running, "_add_thread", no_thread)
        patched.setattr(running, "_free", 1)
        with socket.create_connection(address, timeout=10) as dropped:
            assert dropped.recv(1) == b""
    with socket.create_connection(address, timeout=10):
        assert arrived.acquire(timeout=10)
    assert len(found) == 1


def test_a_stop_waits_for_no_thread_that_a_fault_has_ended(monkeypatch):
    one = listener.Listener(listener.bind("127.0.0.1", 0), lambda sock, _: sock.close())
    ended = threading.Semaphore(0)

    def fault():
        raise MemoryError

    monkeypatch.setattr(threading, "excepthook", lambda _fault: ended.release())
    monkeypatch.setattr(one, "_accept", fault)
    one.start()
    with socket.create_connection(one._listening.getsockname(), timeout=10):
        for _ in range(listener._FREE):
            assert ended.acquire(timeout=10)
        stopping = threading.Thread(target=one.stop, daemon=True)
        stopping.start()
        stopping.join(10)
    assert not stopping.is_alive()
