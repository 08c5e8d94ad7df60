import signal
import socket
import threading

import pytest

from lab.inbox import AddressTakenError
from lab.stations import serve
from lab.stations.config import Station

NEVER = 30.0
"""Seconds within which a station that was told to end has ended."""


def station(tmp_path, port, *, stands=True):
    (tmp_path / "images").mkdir(exist_ok=True)
    return Station.model_validate(
        {
            "archives": [
                {"name": "open", "host": "pacs-open", "port": 104, "ae_title": "OPEN"},
                {"name": "secure", "host": "s", "port": 2762, "ae_title": "SECURE", "tls": True},
            ],
            "devices": [
                {"role": "modality", "ae_title": "M", "listens": {"open": 1}},
                {"role": "workstation", "ae_title": "W", "listens": {"open": port}, "stands": stands},
            ],
            "listens_at": "127.0.0.1",
            "run": tmp_path,
            "images": tmp_path / "images",
        }
    )  # fmt: skip


@pytest.fixture
def told_to_end(monkeypatch):
    """The signal handlers that a station sets; threads cannot set them."""
    handlers = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    return handlers


def test_only_what_stands_listens_once_for_each_archive(tmp_path):
    (one,) = serve.standing(station(tmp_path, 4242))
    peer, archive = one
    assert (peer.ae_title, peer.listens_on, archive.name) == ("W", ("127.0.0.1", 4242), "open")
    assert serve.standing(station(tmp_path, 4242, stands=False)) == []


def test_it_listens_says_so_and_ends_in_good_order_when_told(tmp_path, told_to_end, capsys):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = station(tmp_path, port)
    (tmp_path / "images" / "order-half").mkdir()
    thread = threading.Thread(target=serve.serve, args=(told,))
    thread.start()
    try:
        wait_for((tmp_path / serve.PID_FILE).exists)
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
    finally:
        told_to_end[signal.SIGTERM]()
        thread.join(NEVER)
    assert not thread.is_alive()
    assert list((tmp_path / "images").iterdir()) == []  # what a cut-off order left
    assert not (tmp_path / serve.PID_FILE).exists()
    said = capsys.readouterr().out
    assert [event in said for event in ("listening", "ready", "stopped")] == [True] * 3
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_where_somebody_else_listens_it_does_not_start(tmp_path, told_to_end):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AddressTakenError):
        serve.serve(station(tmp_path, taken.getsockname()[1]))
    assert not (tmp_path / serve.PID_FILE).exists()


def wait_for(condition):
    pause = threading.Event()
    for _ in range(300):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come to pass")
