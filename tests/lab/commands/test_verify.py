import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from lab.cli import app
from lab.engines.ports import free_port
from lab.evidence_pack.checking import check
from lab.verify.many import DONE
from tests.e2e.conftest import until


def run(*words, **more):
    return CliRunner().invoke(app, ["verify", *map(str, words)], **more)


def where(scene):
    return f"{scene.door.host}:{scene.door.port}"


def test_a_report_is_left_for_people_and_machines(planted, tmp_path):
    done = run(where(planted), "--out", tmp_path, "--count")

    report = json.loads((tmp_path / "report.json").read_text())
    assert done.exit_code == 1, done.output
    assert report["exposure"]["level"] == "L6"
    assert report["exposure"]["patients"]["obtained"] == 3
    assert report["positive_control"] is None
    page = (tmp_path / "report.html").read_text()
    assert "Muster" not in page + done.output
    assert "list_patients" in page


def test_an_identity_by_options_is_the_positive_control(right, identities, tmp_path):
    own = identities["visitor"]
    done = run(
        *(where(right), "--out", tmp_path, "--called-ae", "PACS-SECURE", "--calling-ae", "VISITOR"),
        *("--ca", own.trust, "--cert", own.certificate, "--key", own.key),
    )

    report = json.loads((tmp_path / "report.json").read_text())
    assert report["positive_control"]["ok"], done.output
    assert "VISITOR C-FIND" in report["positive_control"]["did"]
    assert not [one for one in report["probes"] if one["verdict"] == "inconclusive"]


def test_a_closed_port_is_inconclusive(tmp_path):
    assert run(f"127.0.0.1:{free_port()}", "--out", tmp_path).exit_code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.invalid:104"], "cannot be resolved"),
        (["127.0.0.1:x"], "is no port"),
        (["10.1.2.3"], "--i-am-authorised"),
        (["8.8.8.8", "--i-am-authorised", "E. Muster"], "--scope"),
        (["127.0.0.1", "--cert", "c.pem"], "--calling-ae"),
        (["127.0.0.1", "--calling-ae", "SEVENTEEN-LETTERS"], "is no AE title"),
        (["127.0.0.1", "--calling-ae", "US", "--cert", "none.pem"], "none.pem"),
        (["127.0.0.1", "--calling-ae", "US", "--user", "eva"], "PACSLAB_PASSCODE"),
        (["127.0.0.1", "--identity", "none.toml"], "none.toml"),
        (["127.0.0.1", "--bad-certificates", "none"], "none"),
        (["127.0.0.1", "--conformance-statement", "none.pdf"], "none.pdf"),
        (["127.0.0.1", "--claims", "none.toml"], "none.toml"),
        (["127.0.0.1", "--signing-key", "none.pem"], "none.pem"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*words)

    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_key_of_another_certificate_is_told_before_anything_is_asked(identities, tmp_path):
    cert, key = identities["visitor"].certificate, identities["modality"].key
    done = run("127.0.0.1", "--calling-ae", "US", "--cert", cert, "--key", key, "--out", tmp_path)

    assert done.exit_code == 2
    assert "does not belong" in done.stderr


def test_a_signed_pack_with_claims_and_a_transcript_that_names_nobody(planted, tmp_path):
    done = run(
        *(where(planted), "--out", tmp_path / "out", "--claims", "example:paper_tiger"),
        *("--pack", tmp_path / "e.zip", "--sarif", tmp_path / "s.sarif"),
    )

    assert done.exit_code == 1
    assert "contradicted" in done.stdout
    transcript = (tmp_path / "out" / "transcript.txt").read_text()
    assert "[list_patients]" in transcript
    assert "data set on context" in transcript
    assert "Muster" not in transcript
    assert check((tmp_path / "e.zip").read_bytes()).sentence == "intact, not signed"


def test_our_own_statement_is_read_and_confirmed(right, identities, tmp_path):
    statement = tmp_path / "secure.md"
    assert (
        CliRunner().invoke(app, ["conformance", "secure", "--out", str(statement)]).exit_code == 0
    )
    own = identities["visitor"]
    run(
        *(where(right), "--out", tmp_path, "--conformance-statement", statement),
        *("--called-ae", "PACS-SECURE", "--calling-ae", "VISITOR"),
        *("--ca", own.trust, "--cert", own.certificate, "--key", own.key),
    )

    claims = json.loads((tmp_path / "report.json").read_text())["claims"]
    verdicts = {claim["clause"]: claim["verdict"] for claim in claims}
    assert verdicts["PS3.15 B.12"] == "confirmed, as far as asked"
    assert verdicts["PS3.15 A.5"] == "cannot be certified from outside"
    assert not {"contradicted", "retired"} & set(verdicts.values())


def test_forms_of_one_archive_are_not_silently_left_out_for_many(tmp_path):
    (tmp_path / "list.csv").write_text("target\n127.0.0.1:9\n")
    done = run("--targets", tmp_path / "list.csv", "--junit", tmp_path / "j.xml")
    assert done.exit_code == 2
    assert "pacslab report show" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a Ctrl-C is sent as a signal")
def test_stopping_ends_at_once_and_the_same_command_goes_on_from_there(tmp_path):
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
        closed, mute = f"127.0.0.1:{free_port()}", f"127.0.0.1:{silent.getsockname()[1]}"
        (tmp_path / "list.csv").write_text(f"target\n{closed}\n{mute}\n")
        told = ("--targets", str(tmp_path / "list.csv"), "--out", str(tmp_path / "out"))
        command = [sys.executable, "-m", "lab.cli", "verify", *told, "--jobs", "1"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
        ) as running:
            until((tmp_path / "out" / DONE).exists, "the first of two")
            began = time.monotonic()
            os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to everybody
            said, faults = running.communicate(timeout=30)
        assert time.monotonic() - began < 10
        assert (running.returncode, "Traceback" in faults) == (3, False), faults
        assert "stopped: 1 were not asked; the same command goes on from here" in said
        assert json.loads((tmp_path / "out/summary.json").read_text())["finished"] == 1
    finished = (tmp_path / "out" / DONE).read_text()

    again = run(*told, "--jobs", "1")

    assert again.exit_code == 3
    lines = (tmp_path / "out" / DONE).read_text()
    assert lines.startswith(finished)
    assert [json.loads(line)["target"] for line in lines.splitlines()] == [closed, mute]


def test_claims_are_held_against_each_of_many(tmp_path):
    (tmp_path / "list.csv").write_text(f"target\n127.0.0.1:{free_port()}\n")
    claims = ("--claims", "example:retired_tls", "--out", tmp_path / "out", "--jobs", "1")
    done = run("--targets", tmp_path / "list.csv", *claims)
    (report,) = (tmp_path / "out").glob("*/report.json")
    assert done.exit_code == 1
    assert len(json.loads(report.read_text())["claims"]) == 4
