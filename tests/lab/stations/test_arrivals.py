import hashlib
import sys
from pathlib import Path

import pytest

from lab.delivery import Delivered
from lab.inbox import Arrival
from lab.stations.arrivals import FILE, NO_ROOM, Notebook, Standing


@pytest.fixture
def notebook(tmp_path):
    made = Notebook(tmp_path)
    yield made
    made.close()


def delivered(uid, data=b"pixels"):
    return Delivered("1.2", uid, "1.2.840.10008.1.2.1", data, "10.0.0.2")


def test_an_order_reads_what_arrived_since_it_began_and_whether_over_tls(tmp_path, notebook):
    plain, tls = notebook.receiver(tls=False), notebook.receiver(tls=True)
    assert plain(delivered("2.25.1")) == 0x0000
    noted = []
    with Standing(tmp_path, lambda *one: noted.append(one)) as standing:
        assert tls(delivered("2.25.2")) == 0x0000
        assert plain(delivered("2.25.3", b"other")) == 0x0000
        assert standing.arrivals == (Arrival("10.0.0.2", True), Arrival("10.0.0.2", False))
    assert noted == [
        ("2.25.2", hashlib.sha256(b"pixels").hexdigest()),
        ("2.25.3", hashlib.sha256(b"other").hexdigest()),
    ]


def test_what_was_answered_before_the_end_is_noted_at_the_end(tmp_path, notebook):
    noted = []
    with Standing(tmp_path, lambda *one: noted.append(one)):
        notebook.receiver(tls=True)(delivered("2.25.2"))
    assert [uid for uid, _ in noted] == ["2.25.2"]


def test_half_a_line_waits_for_its_other_half(tmp_path, notebook):
    noted = []
    with Standing(tmp_path, lambda *one: noted.append(one)) as standing:
        notebook.receiver(tls=True)(delivered("2.25.2"))
        whole = (tmp_path / FILE).read_bytes()
        notebook._file.write(whole[:20])
        assert len(standing.arrivals) == 1
        notebook._file.write(whole[20:])
        assert len(standing.arrivals) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a device that is always full")
def test_without_room_to_note_it_nothing_is_acknowledged(tmp_path, notebook):
    take = notebook.receiver(tls=True)
    notebook._file.close()
    notebook._file = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 - closed by the fixture
    assert take(delivered("2.25.2")) == NO_ROOM
