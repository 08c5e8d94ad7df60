"""A standing lab: filled, found again, shown with commands that work, reset, gone."""

import io
import json
import os
import shlex
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydicom import dcmread
from rich.console import Console
from typer.testing import CliRunner

from lab import standing
from lab.cli import app
from lab.engines import EngineError, LabRunsError, claim, places
from lab.engines.process import ProcessEngine
from lab.engines.record import Lab
from lab.peers.workstation import Workstation
from lab.progress import Progress
from lab.scenes import open_scene, secure_scene
from sample_images.manifest import Manifest
from sample_images.size import Size

BOTH = {"open": True, "secure": True}
SMALL = {"time_to_live": timedelta(minutes=5), "patients": 1, "seed": 2019, "size": Size.SMALL}


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(places.VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="module")
def lab(state):
    engine = ProcessEngine()
    running = standing.raise_lab(engine, Progress(Console(file=io.StringIO())), **SMALL)
    yield running
    engine.down(running)


def test_it_is_found_again(lab):
    assert standing.find() == Lab.load(lab.folder)


def test_without_containers_no_address_is_ours_but_this_machines(lab, tmp_path, monkeypatch):
    assert lab.engine == "process"
    assert standing.addresses() == set()
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    assert standing.addresses() == set()


def test_an_engine_that_does_not_answer_leaves_no_address_ours(lab, tmp_path, monkeypatch):
    nowhere = f"unix://{tmp_path}/none.sock"
    told = {"engine": "docker", "engine_host": nowhere, "project": "none"}
    made = lab.model_copy(update={**told, "folder": tmp_path / "lab"})
    assert claim.put(made)
    monkeypatch.setattr(standing, "lab_folder", lambda: made.folder)

    assert standing.addresses() == set()


def test_a_second_one_is_refused(lab):
    with pytest.raises(LabRunsError):
        standing.raise_lab(ProcessEngine(), Progress(Console(file=io.StringIO())), **SMALL)


def test_both_archives_hold_every_image_and_only_the_answer_key_lies_outside(lab):
    key = Manifest.load(lab.folder / "manifest.json")
    planted = {patient.patient_id for patient in key.patients}
    assert not (lab.folder / "images").exists()
    for scene in (open_scene(lab, key), secure_scene(lab, key)):
        peer = scene.peers["workstation"]
        workstation = Workstation(scene.target(peer), peer, key)
        assert workstation.find()[0] == len(planted)
        assert workstation.get().ok


def test_the_status_for_machines_is_the_agreed_one(lab):
    shown = json.loads(standing.as_json(lab, BOTH))
    assert set(shown) == {"engine", "since", "until", "open", "secure"}
    assert set(shown["open"]) == {"host", "port", "ae_title", "running"}
    assert set(shown["secure"]) == {"host", "port", "ae_title", "running", "ca", "peers"}
    visitor = shown["secure"]["peers"]["visitor"]
    assert visitor["may"] == ["echo", "store", "find", "get"]
    assert all(Path(visitor[name]).is_file() for name in ("certificate", "key"))
    assert Path(shown["secure"]["ca"]).is_file()


def test_an_archive_that_died_is_shown_as_such_until_a_reset(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    engine = ProcessEngine()
    lab = engine.up(places.lab_folder(), time_to_live=timedelta(minutes=5))
    try:
        engine.mark(lab)
        lab.secure.process.stop(within=10)
        running = standing.which_run(standing.find())
        assert running == {"open": True, "secure": False}
        opened, secure, *_ = standing.describe(lab, running)
        assert opened.endswith("leaks on purpose")
        assert secure.endswith("not running; `pacslab reset` starts it again")
        shown = json.loads(standing.as_json(lab, running))
        assert (shown["open"]["running"], shown["secure"]["running"]) == (True, False)
        assert CliRunner().invoke(app, ["status"]).exit_code == 3
        assert CliRunner().invoke(app, ["reset"]).exit_code == 0
        assert CliRunner().invoke(app, ["status", "--json"]).exit_code == 0
    finally:
        engine.down(lab)


def test_a_lab_of_which_both_archives_died_is_not_thrown_away(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    engine = ProcessEngine()
    lab = engine.up(places.lab_folder(), time_to_live=timedelta(minutes=5))
    try:
        for process in (lab.open.process, lab.secure.process):
            process.stop(within=10)
        assert standing.which_run(standing.find()) == dict.fromkeys(BOTH, False)
    finally:
        engine.down(lab)


def test_it_names_no_key_but_the_visitors(lab):
    shown = standing.as_json(lab, BOTH) + "\n".join(standing.describe(lab, BOTH))
    assert "modality" not in shown
    assert "workstation" not in shown
    assert "/secure/" not in shown


@pytest.mark.program("echoscu", "findscu", "getscu")
def test_the_printed_commands_work_as_they_stand(lab, program, tmp_path):
    program("echoscu")
    path = f"/usr/bin{os.pathsep}{os.environ['PATH']}"
    results = [
        subprocess.run(
            shlex.split(command),
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PATH": path},
            cwd=tmp_path,
            check=False,
        )
        for _, command in standing.commands(lab)
    ]
    assert [result.returncode == 0 for result in results] == [True, True, True, False, True, True]
    assert "PatientName" in results[1].stdout + results[1].stderr
    assert "PatientName" in results[5].stdout + results[5].stderr
    planted = {
        entry.sop_instance_uid for entry in Manifest.load(lab.folder / "manifest.json").instances()
    }
    taken = {dcmread(path).SOPInstanceUID for path in tmp_path.iterdir()}
    assert taken
    assert taken <= planted


def test_pynetdicoms_programs_of_the_same_names_are_not_meant(lab, monkeypatch, tmp_path):
    own = Path(sys.executable).parent
    (tmp_path / "echoscu").write_text("#!/bin/sh\n")
    (tmp_path / "echoscu").chmod(0o755)
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{tmp_path}")
    command = standing.commands(lab)[0][1]
    assert shlex.split(command)[0] == str(tmp_path / "echoscu")


def test_without_a_lab_there_is_none_to_find(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    with pytest.raises(standing.NoLabError, match="pacslab up"):
        standing.find()


def test_what_a_dead_lab_left_behind_is_removed(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    engine = ProcessEngine()
    dead = engine.up(places.lab_folder(), time_to_live=timedelta(minutes=5))
    for process in (dead.keeper, dead.open.process, dead.secure.process):
        process.stop(within=10)
    with pytest.raises(standing.NoLabError):
        standing.find()
    assert not dead.folder.exists()


def test_a_lab_that_does_not_serve_its_friends_is_not_left_standing(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))

    class Closed(ProcessEngine):
        def up(self, folder, **settings):
            return super().up(folder, **settings, admit=False)

    with pytest.raises(EngineError, match="pacs-secure did not take the modality's images"):
        standing.raise_lab(Closed(), Progress(Console(file=io.StringIO())), **SMALL)
    assert not places.lab_folder().exists()
