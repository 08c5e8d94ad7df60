"""A lab's folder: nothing but a lab's own is ever taken over or removed."""

import shutil
import stat
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from lab.engines import EngineError, LabRunsError, claim
from lab.engines.processes import StartedProcess
from lab.engines.record import FILE, Lab

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _lab(folder, since=NOW):
    return Lab(
        engine="process",
        folder=folder,
        since=since,
        until=since + timedelta(hours=1),
        raised_by=StartedProcess.this(),
    )


@pytest.fixture
def lab(tmp_path):
    return _lab(tmp_path / "state" / "lab")


def test_a_folder_appears_whole_and_private(lab):
    assert claim.look(lab.folder) is None
    assert claim.put(lab)
    assert claim.look(lab.folder) == lab
    assert {path.name for path in lab.folder.iterdir()} == {claim.MARK, FILE}
    assert [path.name for path in lab.folder.parent.iterdir()] == ["lab"]
    if sys.platform != "win32":
        assert stat.S_IMODE(lab.folder.stat().st_mode) == 0o700


def test_a_second_one_does_not_disturb_the_first(lab):
    assert claim.put(lab)
    assert not claim.put(_lab(lab.folder, NOW + timedelta(seconds=1)))
    assert claim.look(lab.folder) == lab
    assert [path.name for path in lab.folder.parent.iterdir()] == ["lab"]


def test_of_many_at_once_one_gets_the_folder(lab):
    labs = [_lab(lab.folder, NOW + timedelta(seconds=second)) for second in range(8)]
    got, barrier = [], threading.Barrier(len(labs))

    def compete(one):
        barrier.wait()
        if claim.put(one):
            got.append(one)

    threads = [threading.Thread(target=compete, args=(one,)) for one in labs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [claim.look(lab.folder)]


@pytest.mark.parametrize("names", [["__init__.py"], ["__init__.py", FILE]])
def test_what_is_somebody_elses_is_neither_taken_nor_removed(lab, names):
    lab.folder.mkdir(parents=True)
    for name in names:
        (lab.folder / name).write_text("mine")
    assert not claim.put(lab)
    with pytest.raises(EngineError, match=r"is not a lab's folder; move it or set PACSLAB_STATE"):
        claim.look(lab.folder)
    claim.remove(lab)
    assert [(lab.folder / name).read_text() for name in names] == ["mine"] * len(names)


def test_a_file_in_the_way_is_left_alone(lab):
    lab.folder.parent.mkdir()
    lab.folder.write_text("mine")
    assert not claim.put(lab)
    with pytest.raises(EngineError, match="not a lab's folder"):
        claim.look(lab.folder)
    claim.remove(lab)
    assert lab.folder.read_text() == "mine"


def test_a_link_to_a_lab_is_none(lab, tmp_path):
    assert claim.put(lab)
    link = tmp_path / "link"
    link.symlink_to(lab.folder)
    claim.remove(lab.model_copy(update={"folder": link}))
    assert claim.look(lab.folder) == lab


def test_an_empty_folder_is_nobodys(lab):
    lab.folder.mkdir(parents=True)
    assert claim.look(lab.folder) is None
    assert claim.put(lab)


def test_it_is_removed_with_all_that_is_in_it(lab):
    assert claim.put(lab)
    (lab.folder / "open").mkdir()
    (lab.folder / "open" / "log").write_text("said")
    claim.remove(lab)
    assert not lab.folder.exists()
    claim.remove(lab)  # a second time is no fault


def test_a_link_in_it_is_removed_and_not_followed(lab, tmp_path):
    assert claim.put(lab)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    (lab.folder / "link").symlink_to(tmp_path / "mine")
    claim.remove(lab)
    assert not lab.folder.exists()
    assert (tmp_path / "mine" / "file").read_text() == "mine"


def test_a_later_lab_in_the_same_place_is_not_removed_for_an_earlier_one(lab):
    later = _lab(lab.folder, NOW + timedelta(seconds=1))
    assert claim.put(later)
    claim.remove(lab)
    assert claim.look(lab.folder) == later


def test_the_remains_of_a_removal_are_still_known_as_ours(lab):
    assert claim.put(lab)
    (lab.folder / FILE).unlink()
    assert claim.look(lab.folder) is None
    claim.remove(lab)
    assert not lab.folder.exists()


def test_the_record_of_another_version_is_one_clear_fault(lab):
    assert claim.put(lab)
    (lab.folder / FILE).write_text("{}")
    with pytest.raises(EngineError, match="another version of pacslab"):
        claim.look(lab.folder)


def test_a_place_is_taken_where_nothing_is(lab):
    claim.take(lab, pytest.fail, pytest.fail)
    assert claim.look(lab.folder) == lab


def test_a_place_is_not_taken_from_a_lab_that_is_alive(lab):
    assert claim.put(lab)
    with pytest.raises(LabRunsError, match="a lab runs already"):
        claim.take(_lab(lab.folder, lab.since), lambda _there: True, pytest.fail)
    assert claim.look(lab.folder) == lab


def test_a_place_is_taken_from_a_dead_lab_once_it_is_taken_down(lab):
    assert claim.put(lab)
    later = _lab(lab.folder, lab.since + timedelta(seconds=1))
    downed = []

    def down(there):
        downed.append(there)
        claim.remove(there)

    claim.take(later, lambda _there: False, down)
    assert downed == [lab]
    assert claim.look(lab.folder) == later


def test_a_place_that_does_not_get_free_is_told(lab):
    assert claim.put(lab)
    later = _lab(lab.folder, lab.since + timedelta(seconds=1))
    with pytest.raises(EngineError, match="cannot be removed; remove it by hand"):
        claim.take(later, lambda _there: False, lambda _there: None)


def test_the_latest_of_a_lab_is_what_is_written_down_of_this_very_one(lab):
    assert claim.latest(lab) == lab
    assert claim.put(lab)
    changed = lab.but(ready=True)
    assert claim.latest(lab) == changed
    another = _lab(lab.folder, lab.since + timedelta(seconds=1))
    assert claim.latest(another) == another


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_who_waited_to_remove_a_lab_does_not_remove_its_successor(lab):
    assert claim.put(lab)
    later = _lab(lab.folder, lab.since)  # not even told apart by its time
    begun = threading.Event()

    def remove():
        begun.set()
        claim.remove(lab)

    with claim._held(lab.folder):
        waiting = threading.Thread(target=remove)
        waiting.start()
        begun.wait()
        waiting.join(0.2)
        assert waiting.is_alive()
        shutil.rmtree(lab.folder)
        assert claim.put(later)
    waiting.join()
    assert claim.look(lab.folder) == later
