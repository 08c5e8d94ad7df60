"""The lab as processes: started, found, stopped one by one, reset, and gone without a trace."""

import socket
import stat
import sys
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from lab.asking import every_study
from lab.conversation import SUCCESS
from lab.engines import EngineError, LabRunsError
from lab.engines.process import ProcessEngine, audit_files
from lab.engines.processes import StartedProcess
from lab.engines.record import Lab
from lab.marked import Marked, is_marked
from lab.probes.malformed_uid import malformed_uid
from lab.probes.store_by_stranger import store_by_stranger
from lab.run import run
from lab.scenes import open_scene, secure_scene
from lab.sop_classes import CT, STUDY_ROOT_FIND

LIFE = timedelta(minutes=5)


@pytest.fixture(scope="module")
def engine():
    return ProcessEngine()


@pytest.fixture(scope="module")
def lab(engine, tmp_path_factory):
    running = engine.up(tmp_path_factory.mktemp("state") / "lab", time_to_live=LIFE)
    yield running
    engine.down(running)


def _scenes(lab):
    return open_scene(lab), secure_scene(lab)


def _echo(scene, name="visitor"):
    with scene.target(scene.peers[name]).converse() as talk:
        return talk.echo()


def _store(scene, instance):
    with scene.target(scene.peers["modality"]).converse(storage=[CT]) as talk:
        return talk.store_bytes(instance.part_10)


def _patients(scene):
    with scene.target(scene.peers["workstation"]).converse(STUDY_ROOT_FIND) as talk:
        return {match.PatientID for match in talk.find(STUDY_ROOT_FIND, every_study())[1]}


def test_both_archives_serve_their_friends(lab):
    assert [_echo(scene) for scene in _scenes(lab)] == [SUCCESS, SUCCESS]


def test_a_stranger_is_served_by_the_open_one_only(lab):
    served = []
    for scene in _scenes(lab):
        with scene.as_stranger().converse() as talk:
            served.append(talk.echo())
    assert served == [SUCCESS, None]


def test_it_is_written_down_and_alive(lab, engine):
    found = Lab.load(lab.folder)
    assert found == lab
    assert engine.is_alive(found)
    assert found.until - found.since == LIFE
    assert found.since <= datetime.now(UTC)


def test_a_second_lab_in_the_same_place_is_refused(lab, engine):
    with pytest.raises(LabRunsError, match="pacslab down"):
        engine.up(lab.folder)
    assert _echo(open_scene(lab)) == SUCCESS


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps its own rules for files")
def test_keys_are_for_their_owner_alone(lab):
    assert stat.S_IMODE(lab.folder.stat().st_mode) == 0o700
    keys = [*lab.folder.rglob("*key.pem"), audit_files(lab)[1]]
    assert len(keys) >= 6
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_reset_brings_back_the_marked_content_on_the_same_ports(lab, engine):
    kept, added = Marked().new(), Marked().new()
    for scene in _scenes(lab):
        assert _store(scene, kept) == SUCCESS
    engine.mark(lab)
    for scene in _scenes(lab):
        assert _store(scene, added) == SUCCESS
        assert _patients(scene) == {kept.patient_id, added.patient_id}
    again = engine.reset(lab)
    assert (again.open.port, again.secure.port) == (lab.open.port, lab.secure.port)
    for scene in _scenes(again):
        assert _patients(scene) == {kept.patient_id}


def test_no_marked_instance_of_a_run_outlives_a_reset(lab, engine):
    engine.mark(lab)
    before = [_patients(scene) for scene in _scenes(lab)]
    scenes = _scenes(lab)
    for scene in scenes:
        run(scene, (store_by_stranger, malformed_uid))
        assert scene.marked.uids
    assert any(map(is_marked, _patients(scenes[0]) - before[0]))
    again = engine.reset(lab)
    assert [_patients(scene) for scene in _scenes(again)] == before


def test_what_an_archive_said_before_a_reset_is_kept(lab, engine):
    engine.mark(lab)
    said = (lab.folder / "open" / "log").read_text()
    engine.reset(lab)
    assert (lab.folder / "open" / "log.1").read_text().startswith(said)
    assert "listening" in (lab.folder / "open" / "log").read_text()


def test_somebody_elses_folder_is_refused_and_left_as_it_is(engine, tmp_path):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "cli.py").write_text("mine")
    with pytest.raises(EngineError, match="not a lab's folder"):
        engine.up(tmp_path / "lab", time_to_live=LIFE)
    assert [path.name for path in tmp_path.iterdir()] == ["lab"]
    assert (tmp_path / "lab" / "cli.py").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps its own rules for files")
def test_the_mode_of_a_folder_that_was_there_is_left_as_it_is(engine, tmp_path):
    tmp_path.chmod(0o755)
    engine.down(engine.up(tmp_path / "lab", time_to_live=LIFE))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_down_with_an_earlier_record_stops_what_a_reset_has_started(engine, tmp_path):
    before = engine.up(tmp_path / "lab", time_to_live=LIFE)
    engine.mark(before)
    after = engine.reset(before)
    engine.down(before)
    assert not after.open.process.runs
    assert not after.secure.process.runs
    assert not after.keeper.runs


def test_one_archive_can_be_stopped_and_the_other_goes_on(engine, tmp_path):
    lab = engine.up(tmp_path / "lab", time_to_live=LIFE)
    try:
        engine.stop(lab, "secure")
        assert [engine.runs(lab, which) for which in ("open", "secure")] == [True, False]
        assert _echo(open_scene(lab)) == SUCCESS
        assert _echo(secure_scene(lab)) is None
        assert engine.is_alive(lab)
    finally:
        engine.down(lab)


def test_an_archive_that_admits_nobody_refuses_its_friends(engine, tmp_path):
    lab = engine.up(tmp_path / "lab", time_to_live=LIFE, admit=False)
    try:
        with secure_scene(lab).target(secure_scene(lab).peers["visitor"]).converse() as talk:
            assert talk.echo() is None
        assert "rj 1/1/1" in {seen.code for seen in talk.evidence}
        assert _echo(open_scene(lab)) == SUCCESS
    finally:
        engine.down(lab)


def test_down_leaves_nothing(engine, tmp_path):
    lab = engine.up(tmp_path / "lab", time_to_live=LIFE)
    processes = [lab.open.process, lab.secure.process, lab.keeper]
    children = [
        StartedProcess.of(child.pid)
        for process in processes
        for child in psutil.Process(process.pid).children(recursive=True)
    ]
    engine.down(lab)
    assert not any(process.runs for process in [*processes, *children])
    assert not lab.folder.exists()
    with socket.socket() as trial:
        assert trial.connect_ex((lab.open.host, lab.open.port)) != 0
    engine.down(lab)  # a second time is no fault


def test_a_lab_that_died_is_tidied_up_by_the_next(engine, tmp_path):
    dead = engine.up(tmp_path / "lab", time_to_live=LIFE)
    for process in (dead.keeper, dead.open.process, dead.secure.process):
        process.stop(within=10)
    assert not engine.is_alive(dead)
    lab = engine.up(tmp_path / "lab", time_to_live=LIFE)
    try:
        assert lab.since > dead.since
        assert _echo(open_scene(lab)) == SUCCESS
    finally:
        engine.down(lab)


def test_an_archive_that_does_not_start_is_told_in_one_line(engine, tmp_path, monkeypatch):
    monkeypatch.setattr("lab.engines.settings.OPEN_TITLE", "x" * 17)
    with pytest.raises(EngineError, match=r"pacs-open did not start: .*ae_title"):
        engine.up(tmp_path / "lab", time_to_live=LIFE)
    assert not (tmp_path / "lab").exists()
