"""The keeper ends a lab when its time is over, and one whose maker died; no other."""

from datetime import UTC, datetime, timedelta

import pytest

from lab.engines import claim
from lab.engines.keeper import is_over, keep
from lab.engines.processes import StartedProcess
from lab.engines.record import Lab

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DEAD = StartedProcess(pid=StartedProcess.this().pid, started=0.0)


def _lab(folder, *, until, raised_by=None, ready=True, bound=False):
    return Lab(
        engine="process",
        folder=folder,
        since=NOW,
        until=until,
        raised_by=raised_by or StartedProcess.this(),
        ready=ready,
        bound=bound,
    )


RAISING = {"ready": False}
BOUND = {"bound": True}


@pytest.mark.parametrize(
    ("left", "kind", "maker", "over"),
    [
        (timedelta(seconds=1), {}, None, False),
        (timedelta(0), {}, None, True),
        (timedelta(hours=-1), {}, None, True),
        (timedelta(hours=1), {}, DEAD, False),
        (timedelta(hours=1), BOUND, DEAD, True),
        (timedelta(hours=1), BOUND, None, False),
        (timedelta(hours=1), RAISING, DEAD, True),
        (timedelta(hours=1), RAISING, None, False),
    ],
)
def test_when_a_lab_is_over(left, kind, maker, over, tmp_path):
    lab = _lab(tmp_path, until=NOW + left, raised_by=maker, **kind)
    assert is_over(lab, NOW) is over


def test_a_lab_whose_time_is_over_is_removed_with_its_keys(tmp_path):
    folder = tmp_path / "lab"
    assert claim.put(_lab(folder, until=NOW - timedelta(hours=1)))
    (folder / "key.pem").write_text("a key")
    keep(folder)
    assert not folder.exists()


def test_without_a_lab_there_is_nothing_to_keep(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    keep(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
