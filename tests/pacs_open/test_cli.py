import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys

import pytest

from pacs_open import cli, logs
from pacs_open.config import ArchiveTable, Config
from pacs_open.control import Control

PROGRAM = "import sys; from pacs_open.cli import main; sys.exit(main())"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"


@pytest.fixture(autouse=True)
def log_as_before():
    """The command line sets the log up; put it back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in logs._FOREIGN}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def toml(tmp_path):
    """Write a configuration; its path."""

    def write(text="", port=0, host="127.0.0.1"):
        path = tmp_path / "pacs.toml"
        path.write_text(
            f"[network_connection]\nhost = '{host}'\nport = {port}\n"
            f"[archive]\ndirectory = 'archive'\n[workers]\ncount = 1\n{text}"
        )
        return path

    return write


@contextlib.contextmanager
def _running(path, *options):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--config", path, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_says_where_it_listens_serves_and_ends_at_term(toml, peer):
    with _running(toml()) as process:
        line = process.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:")
        assert line.endswith(" as PACS-OPEN\n")
        port = int(line.split(":")[1].split()[0])
        assert peer(("127.0.0.1", port)).associate(calling="MODALITY").release()

        process.terminate()
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 0
    assert "association accepted" in errors
    assert "calling_ae_title=MODALITY" in errors


def test_with_json_every_line_is_an_object(toml, peer):
    with _running(toml(), "--log-format", "json") as process:
        said = json.loads(process.stdout.readline())
        assert said["event"] == "listening"
        assert said["ae_title"] == "PACS-OPEN"
        assert peer((said["host"], said["port"])).associate().release()

        process.terminate()
        _, errors = process.communicate(timeout=20)

    events = [json.loads(line)["event"] for line in errors.splitlines()]
    assert "association accepted" in events
    assert "association ended" in events


def _one_line_of(path, *options):
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--config", path, *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == cli.WRONG_USE
    (line,) = ran.stderr.splitlines()
    return line


def test_a_port_in_use_is_one_line(toml):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        line = _one_line_of(toml(port=taken.getsockname()[1]))

    assert line.startswith("pacs-open: cannot listen on 127.0.0.1:")


def test_an_archive_that_cannot_be_written_is_one_line(toml, tmp_path):
    path = toml()
    (tmp_path / "archive").write_text("a file where the folder should be")

    assert str(tmp_path / "archive") in _one_line_of(path)


def test_a_missing_configuration_is_one_line(tmp_path):
    assert "no such file" in _one_line_of(tmp_path / "nowhere.toml")


def test_an_unknown_key_is_one_line_with_a_suggestion(toml):
    assert "did you mean 'stop_within'?" in _one_line_of(toml("stop_withn = 1\n"))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_it_leaks_beyond_this_machine_only_if_told_in_plain_words(toml, host, capsys):
    assert cli.main(["--config", str(toml(host=host))]) == cli.WRONG_USE

    line = capsys.readouterr().err
    assert "leak_beyond_this_machine = true" in line
    assert line.count("\n") == 1


def test_told_so_it_does_not_object(tmp_path, monkeypatch):
    path = tmp_path / "pacs.toml"
    path.write_text(
        "[network_connection]\nhost = '0.0.0.0'\nleak_beyond_this_machine = true\n"
        "[archive]\ndirectory = 'archive'\n"
    )
    started = []
    monkeypatch.setattr("pacs_open.workers.run", lambda config, *_: started.append(config))

    assert cli.main(["--config", str(path)]) == 0
    assert started[0].network_connection.host == "0.0.0.0"


def test_check_rebuild_and_export_work_on_the_archive(toml, tmp_path, capsys):
    path = str(toml())

    assert cli.main(["check", "--config", path]) == 0
    assert capsys.readouterr().out.startswith("0 problems, content ")
    assert cli.main(["rebuild", "--config", path]) == 0
    assert capsys.readouterr().out == "0 instances in the new index\n"
    assert cli.main(["export", "--config", path, "--to", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.startswith("0 files in ")
    assert cli.main(["export", "--config", path]) == cli.WRONG_USE


def test_reset_goes_back_to_the_mark(toml, capsys):
    path = str(toml())

    assert cli.main(["reset", "--config", path]) == cli.WRONG_USE
    assert "there is no mark to go back to" in capsys.readouterr().err
    assert cli.main(["mark", "--config", path]) == 0
    assert cli.main(["reset", "--config", path]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "marked; reset comes back to this",
        "as it was when it was marked",
    ]


def test_health_is_0_while_it_serves_and_1_with_one_line_when_it_does_not(toml, capsys):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    path = toml(port=port)
    with _running(path) as process:
        process.stdout.readline()
        assert cli.main(["health", "--config", str(path)]) == 0
        assert capsys.readouterr().out == "PACS-OPEN answers C-ECHO\n"
        process.terminate()
        process.communicate(timeout=20)

    assert cli.main(["health", "--config", str(path)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("PACS-OPEN does not answer C-ECHO: ")
    assert said.count("\n") == 1


def test_what_check_finds_is_told_and_counts(toml, monkeypatch, capsys):
    class Damaged:
        kind, where, detail = "damaged record", "segment 1", "name\nwith a line"

    class Archive:
        def check(self):
            return [Damaged()]

        def state_hash(self):
            return "0"

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

    monkeypatch.setattr(cli, "open_archive", lambda settings: Archive())

    assert cli.main(["check", "--config", str(toml())]) == 1
    damage, problems, state = capsys.readouterr().out.splitlines()
    assert damage == "damaged record: segment 1: name\\nwith a line"
    assert problems == "1 problems, content 0"
    assert state.startswith("state ")


def test_the_state_is_what_is_held_and_how_it_is_configured(tmp_path):
    class Bare(Control):
        name = "bare"
        limit: int = 1

    settings = Config(archive=ArchiveTable(directory=tmp_path))
    other = settings.model_copy(update={"callback_port": None})
    states = {
        cli.state("0", settings, ()),
        cli.state("1", settings, ()),
        cli.state("0", other, ()),
        cli.state("0", settings, (Bare(),)),
        cli.state("0", settings, (Bare(limit=2),)),
    }

    assert len(states) == 5
    assert cli.state("0", settings, (Bare(),)) in states


def test_the_state_is_the_same_in_each_process():
    """Python gives a set another order in each process."""
    program = """
from pathlib import Path
from pacs_open import cli
from pacs_open.config import ArchiveTable, Config
from pacs_open.control import Control

class Rights(Control):
    name = "rights"
    may: dict[str, frozenset[str]]

settings = Config(archive=ArchiveTable(directory=Path("archive")))
print(cli.state("0", settings, (Rights(may={"VISITOR": {"echo", "find", "get", "move"}}),)))
"""
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in range(1, 5)
    }

    assert len(said) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no workers of their own where nothing forks")
def test_interrupt_is_a_clean_end_too(toml):
    with _running(toml()) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 0
    assert "Traceback" not in errors
