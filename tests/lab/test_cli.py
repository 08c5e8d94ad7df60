"""The command line: help, exit codes of wrong use, and nothing unreadable in a pipe."""

import subprocess
import sys
from importlib.metadata import version

import pytest

COMMANDS = (
    "demo",
    "images",
    "up",
    "down",
    "status",
    "reset",
    "doctor",
    "bundle",
    "probes",
    "controls",
    "schema",
)


def test_help_names_every_command(pacslab):
    said = pacslab("--help").stdout
    for command in COMMANDS:
        assert command in said


@pytest.mark.parametrize("command", [*COMMANDS, "audit check", "bundle", "bundle load"])
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


def test_it_says_its_version(pacslab):
    result = pacslab("--version")
    assert result.exit_code == 0
    assert result.stdout == f"pacslab {version('pacslab')}\n"


def test_nothing_in_a_pipe_is_an_escape_sequence():
    said = subprocess.run(
        [sys.executable, "-m", "lab", "probes"], capture_output=True, check=True, timeout=60
    ).stdout
    assert b"\x1b" not in said


def test_nothing_is_imported_that_a_demo_and_a_keeper_do_without():
    told = _python(
        "import sys, lab.engines.keeper, lab.engines.process; print(*sys.modules)",
        "import lab.cli; print(*sys.modules)",
    )
    keeper, whole = map(set, map(str.split, told.splitlines()))
    assert not keeper & {"pydicom", "sqlalchemy", "docker"}
    assert not whole & {"sqlalchemy", "docker", "pypdf"}


def test_what_is_no_longer_used_is_still_collected_after_the_start():
    assert _python(
        "import sys, gc; from lab.__main__ import main; sys.argv[1:] = ['--version']",
        "try: main()\nexcept SystemExit: print(gc.isenabled())",
    ).endswith("True\n")


def _python(*lines):
    return subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True, check=True, timeout=60, text=True,
    ).stdout  # fmt: skip
