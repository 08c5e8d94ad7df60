"""A lab in containers as its user meets it: shown with commands that work, used, and reset."""

import json
import shlex
import stat
import subprocess
from pathlib import Path

import pytest
from pydicom import dcmread
from typer.testing import CliRunner

from lab import standing
from lab.cli import app
from lab.conversation import SUCCESS
from lab.scenes import visitor
from sample_images.manifest import Manifest

pytestmark = pytest.mark.engine

WORDS = [
    "# anybody is answered by the open archive",
    "# anybody lists its patients",
    "# and gets the images of a study (into this folder)",
    "# nobody is answered by the hardened one",
    "# but the visitor is",
    "# and may list patients",
]


def pacslab(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_it_is_found_whatever_was_asked_for_last(lab):
    assert standing.find() == lab
    shown = json.loads(pacslab("status", "--json").stdout)
    assert shown["engine"] == "docker"
    assert shown["open"]["running"] is shown["secure"]["running"] is True
    assert "notes" not in shown


def test_its_containers_are_asked_without_a_word_on_whose_authority(lab, service, tmp_path):
    networks = service("pacs-open").attrs["NetworkSettings"]["Networks"].values()
    own = {network["IPAddress"] for network in networks}
    reached = own & standing.addresses()
    assert reached  # some engines tell no gateway of an internal network: that one is in doubt
    at = f"{min(reached)}:11112"
    asked = pacslab("verify", at, "--budget", "10", "--out", str(tmp_path))
    assert asked.exit_code in {1, 3}, asked.stderr


@pytest.mark.parametrize("name", ["docker", "process"])
def test_a_second_one_is_refused(lab, name):
    result = pacslab("up", "--engine", name)
    assert result.exit_code == 2
    assert "a lab runs already" in result.stderr
    assert standing.which_run(lab) == {"open": True, "secure": True}


@pytest.mark.program("echoscu", "findscu", "getscu")
def test_the_commands_that_up_prints_work_as_they_are_printed(lab, said, tmp_path):
    lines = said.splitlines()
    shown = lines[lines.index(WORDS[0]) :]
    assert shown[::2] == WORDS
    assert all(Path(shlex.split(command)[0]).is_absolute() for command in shown[1::2])
    results = [
        subprocess.run(
            shlex.split(command),
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            check=False,
        )
        for command in shown[1::2]
    ]
    assert [result.returncode == 0 for result in results] == [True, True, True, False, True, True]

    key = Manifest.load(lab.folder / "manifest.json")
    for listing in (results[1], results[5]):
        said = listing.stdout + listing.stderr
        assert all(patient.patient_name in said for patient in key.patients)
    planted = {entry.sop_instance_uid for entry in key.instances()}
    taken = {dcmread(file).SOPInstanceUID for file in tmp_path.iterdir()}
    assert taken
    assert taken <= planted


def test_no_key_but_the_visitors_comes_out(lab):
    keys = [path for path in lab.folder.rglob("*") if b"PRIVATE KEY" in _content(path)]
    assert keys == [lab.folder / "identities" / "visitor" / "key.pem"]
    assert stat.S_IMODE(keys[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(lab.folder.stat().st_mode) == 0o700


def _content(path):
    return path.read_bytes() if path.is_file() else b""


def test_the_visitor_is_served_by_both(lab):
    for which in ("open", "secure"):
        with visitor(lab, which).converse() as talk:
            assert talk.echo() == SUCCESS


def test_reset_gives_the_state_of_up(lab, engine, images, store):
    before = {which: engine.state(lab, which) for which in ("open", "secure")}
    for which, state in before.items():
        assert store(which, images[:3]) == [SUCCESS] * 3
        assert engine.state(lab, which) != state

    assert pacslab("reset").exit_code == 0

    assert {which: engine.state(lab, which) for which in before} == before
    for which in before:
        with visitor(lab, which).converse() as talk:
            assert talk.echo() == SUCCESS


def test_the_audit_trail_is_looked_at_where_its_key_lies(lab, service):
    result = pacslab("audit", "check")
    assert (result.exit_code, result.stdout) == (0, "the audit trail is as it was written\n")

    trail = "/var/lib/pacslab/audit/trail.log"
    code, _ = service("pacs-secure").exec_run(["sh", "-c", f"cp {trail} /tmp/trail"])
    assert code == 0
    try:
        code, _ = service("pacs-secure").exec_run(["sh", "-c", f"tail -n +2 /tmp/trail > {trail}"])
        assert code == 0
        result = pacslab("audit", "check")
        assert result.exit_code == 1
        assert "removed" in result.stdout
    finally:
        code, _ = service("pacs-secure").exec_run(["sh", "-c", f"cat /tmp/trail > {trail}"])
        assert code == 0


def test_an_archive_that_was_killed_is_shown_as_such_until_a_reset(mended, service):
    service("pacs-secure").kill()
    result = pacslab("status")
    assert result.exit_code == 3
    opened, secure, *_ = result.stdout.splitlines()
    assert opened.endswith("leaks on purpose")
    assert secure.endswith("not running; `pacslab reset` starts it again")

    assert pacslab("reset").exit_code == 0
    assert pacslab("status").exit_code == 0


def test_containers_that_were_removed_by_hand_are_made_anew_by_a_reset(mended, engine, service):
    before = engine.state(mended, "secure")
    for name in ("pacs-open", "pacs-secure"):
        service(name).remove(force=True)
    assert pacslab("status").exit_code == 3

    assert pacslab("reset").exit_code == 0

    assert pacslab("status").exit_code == 0
    assert engine.state(mended, "secure") == before


def test_every_container_says_what_it_logged(lab, engine):
    lines = list(engine.logs(lab))
    assert any("pacs-open" in line and '"event": "listening"' in line for line in lines)
    assert any("pki" in line and "made anew" in line for line in lines)
