"""Programs of the lab: found by id and start time, stopped whole, heard when they fail."""

import time

import psutil
import pytest

from lab.engines.processes import ProgramError, StartedProcess, await_line, start

SAYS_AND_STAYS = """
import json, sys, time
print(json.dumps({"event": "listening", "port": 7}), flush=True)
time.sleep(600)
"""
IGNORES_TERM_WITH_A_CHILD = """
import json, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(json.dumps({"event": "listening", "child": child.pid}), flush=True)
time.sleep(600)
"""


@pytest.fixture
def run(tmp_path):
    started = []

    def begin(program):
        process = start(["-c", program], tmp_path, tmp_path / "log")
        started.append(process)
        return process, tmp_path / "log"

    yield begin
    for process in started:
        process.stop(within=5)


def test_a_program_is_awaited_until_it_says_that_it_listens_and_then_stopped(run):
    process, log = run(SAYS_AND_STAYS)
    assert await_line(process, log, "listening", within=30)["port"] == 7
    assert process.runs
    process.stop(within=10)
    assert not process.runs


def test_a_program_that_fails_is_heard(run):
    process, log = run("import sys; sys.exit('port 104: permission denied')")
    with pytest.raises(ProgramError, match="port 104: permission denied"):
        await_line(process, log, "listening", within=30)


def test_a_program_that_dies_without_a_word_is_told(run):
    process, log = run("pass")
    with pytest.raises(ProgramError, match="it ended"):
        await_line(process, log, "listening", within=30)


def test_a_silent_program_is_not_awaited_for_ever(run):
    process, log = run("import time; time.sleep(600)")
    with pytest.raises(ProgramError, match="it says nothing"):
        await_line(process, log, "listening", within=0.1)


def test_last_words_are_escaped(run):
    process, log = run(r"print('\x1b[31mred')")
    with pytest.raises(ProgramError, match=r"\\x1b\[31mred"):
        await_line(process, log, "listening", within=30)


def test_a_program_that_does_not_obey_is_ended_with_its_children(run):
    process, log = run(IGNORES_TERM_WITH_A_CHILD)
    child = await_line(process, log, "listening", within=30)["child"]
    process.stop(within=0.2)
    assert not process.runs
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie"


def test_another_program_under_the_same_id_is_left_alone():
    this = StartedProcess.this()
    earlier = StartedProcess(pid=this.pid, started=this.started - 100)
    assert this.runs
    assert not earlier.runs
    earlier.stop(within=1)  # would end the tests if it took this process for the earlier one
    assert psutil.Process(this.pid).is_running()


def test_a_process_is_written_down_and_read_back():
    this = StartedProcess.this()
    assert StartedProcess.model_validate_json(this.model_dump_json()) == this
    assert this.started <= time.time()
    assert this.started == pytest.approx(psutil.Process().create_time())
