import os

from lab.inbox import Inbox
from lab.stations.config import Station
from lab.stations.health import ail
from lab.stations.serve import PID_FILE


def station(tmp_path, port=None):
    device = {"role": "workstation", "ae_title": "W"}
    if port is not None:
        device |= {"listens": {"open": port}, "stands": True}
    return Station.model_validate(
        {
            "archives": [{"name": "open", "host": "o", "port": 104, "ae_title": "OPEN"}],
            "devices": [device],
            "listens_at": "0.0.0.0",
            "run": tmp_path,
        }
    )


def runs(tmp_path, pid=None):
    (tmp_path / PID_FILE).write_text(f"{os.getpid() if pid is None else pid}\n")


def inbox():
    return Inbox(("127.0.0.1", 0), "W", receive=lambda delivered: 0)


def test_whose_main_process_is_not_there_is_not_well(tmp_path):
    assert "does not run" in ail(station(tmp_path))
    runs(tmp_path, pid="half a numb")
    assert "does not run" in ail(station(tmp_path))
    runs(tmp_path, pid=2**22 + 7)  # beyond what Linux gives
    assert "does not run" in ail(station(tmp_path))


def test_what_does_not_listen_is_well_if_it_runs(tmp_path):
    runs(tmp_path)
    assert ail(station(tmp_path)) is None


def test_what_listens_is_well_if_it_answers_c_echo(tmp_path):
    runs(tmp_path)
    with inbox() as listening:
        assert ail(station(tmp_path, listening.address[1])) is None
        port = listening.address[1]
    said = ail(station(tmp_path, port))
    assert said.startswith("W does not answer C-ECHO for open: ")
