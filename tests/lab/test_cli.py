"""The command line: exit codes, one clear line for each fault, and nothing unreadable in a pipe."""

import json
import subprocess
import sys
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from lab.cli import app
from lab.engines import places
from sample_images.manifest import Manifest


@pytest.fixture
def pacslab(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "state"))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


COMMANDS = ("demo", "images", "up", "down", "status", "reset", "probes", "controls", "schema")


def test_help_names_every_command(pacslab):
    said = pacslab("--help").stdout
    for command in COMMANDS:
        assert command in said


@pytest.mark.parametrize("command", [*COMMANDS, "audit check"])
def test_every_command_explains_itself(pacslab, command):
    result = pacslab(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["demo", "--sabotage", "x"],
        ["demo", "--engine", "x"],
        ["demo", "--patients", "0"],
        ["images"],
        ["up", "--hours", "0"],
        ["probes", "list_patient"],
        ["controls", "call_ae"],
    ],
)
def test_wrong_use_is_2(pacslab, arguments):
    assert pacslab(*arguments).exit_code == 2


def test_an_unknown_probe_is_one_line_with_a_suggestion(pacslab):
    said = pacslab("probes", "list_patient").stderr
    assert (
        said.strip() == "pacslab: there is no probe 'list_patient'; did you mean 'list_patients'?"
    )


@pytest.mark.parametrize(
    "command", [["status"], ["status", "--json"], ["reset"], ["audit", "check"]]
)
def test_without_a_lab_there_is_nothing_to_reach(pacslab, command):
    result = pacslab(*command)
    assert result.exit_code == 3
    assert "pacslab up" in result.stderr
    assert not result.stdout


def test_taking_down_what_is_not_up_is_no_fault(pacslab):
    assert pacslab("down").exit_code == 0


def test_images_are_written_with_their_answer_key(pacslab, tmp_path):
    result = pacslab("images", tmp_path / "images", "--patients", 1, "--size", "small")
    assert result.exit_code == 0
    manifest = Manifest.load(tmp_path / "images" / "manifest.json")
    count = len(list(manifest.instances()))
    assert f"{count} images of 1 patients" in " ".join(result.stdout.split())


def test_a_directory_that_cannot_be_written_is_one_line(pacslab, tmp_path):
    (tmp_path / "images").write_text("a file in the way")
    result = pacslab("images", tmp_path / "images", "--patients", 1, "--size", "small")
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_it_says_its_version(pacslab):
    result = pacslab("--version")
    assert result.exit_code == 0
    assert result.stdout == f"pacslab {version('pacslab')}\n"


@pytest.mark.parametrize("command", ["demo", "up"])
def test_what_cannot_be_written_is_one_helpful_line(pacslab, monkeypatch, tmp_path, command):
    (tmp_path / "file").write_text("in the way")
    place = tmp_path / "file" / "below"
    monkeypatch.setenv(places.VARIABLE, str(place))
    result = pacslab("demo", "--out", place) if command == "demo" else pacslab("up")
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert said.startswith(f"pacslab: cannot write to {tmp_path / 'file'}")
    assert said.endswith("Not a directory")
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["up", "status", "down", "reset"])
def test_a_folder_that_is_not_a_labs_is_told_and_left_as_it_is(pacslab, command):
    places.lab_folder().mkdir(parents=True)
    mine = places.lab_folder() / "thesis.txt"
    mine.write_text("years of work")
    result = pacslab(command)
    assert result.exit_code == 2
    assert "is not a lab's folder; move it or set PACSLAB_STATE elsewhere" in result.stderr
    assert mine.read_text() == "years of work"


def test_the_catalogues_list_everything(pacslab):
    assert "unknown_called_ae" in pacslab("probes").stdout
    assert "node_identity" in pacslab("controls").stdout
    assert "Why it matters" in pacslab("probes", "unknown_called_ae").stdout
    assert "How to set it" in pacslab("controls", "node_identity").stdout


def test_the_schema_is_json(pacslab):
    assert set(json.loads(pacslab("schema").stdout)) == {"pacslab-report/1", "pacslab-demo/1"}


def test_nothing_in_a_pipe_is_an_escape_sequence():
    said = subprocess.run(
        [sys.executable, "-m", "lab.cli", "probes"], capture_output=True, check=True, timeout=60
    ).stdout
    assert b"\x1b" not in said


def test_ctrl_c_is_one_line(pacslab, monkeypatch):
    def interrupted(*_arguments, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("lab.cli.write", interrupted)
    result = pacslab("images", "nowhere", "--patients", 1)
    assert result.exit_code == 2
    assert result.stderr.strip() == "pacslab: stopped"
