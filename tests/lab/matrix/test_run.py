"""A small matrix from real archives; nothing of it is left."""

import contextlib
import os

import psutil
import pytest

from lab import catalogue
from lab.engines import EngineError
from lab.matrix import run
from lab.matrix.asking import Asked
from lab.matrix.columns import Column
from lab.matrix.run import Plan, fill
from lab.probe import Answer, Untold, unknown, yes
from lab.verdict import ExitCode, PositiveControl

YES, NO = Answer.YES, Answer.NO


def test_a_control_stops_what_it_says_and_others_hold_it(matrix):
    assert matrix.columns == ("open", "only calling_ae", "secure", "without calling_ae")
    assert tuple(matrix.cells["list_patients"].values()) == (YES, NO, NO, NO)
    assert tuple(matrix.cells["unknown_called_ae"].values()) == (YES, YES, NO, NO)
    held = {claim.probe: claim.held_by for claim in matrix.claims}
    assert "tls" in held["list_patients"]
    assert "node_identity" in held["unknown_calling_ae"]
    assert (matrix.proven, matrix.total) == (3, 3)
    assert matrix.exit_code is ExitCode.ALL_PASS


def test_who_holds_it_is_proven_by_removing_all_of_them(matrix):
    assert {proof.probe for proof in matrix.proofs} == {claim.probe for claim in matrix.claims}
    assert {proof.answer for proof in matrix.proofs} == {YES}


def test_every_cell_has_its_evidence_and_every_column_its_friends(matrix):
    assert set(matrix.friends.values()) == {True}
    assert all(text for row in matrix.evidence.values() for text in row.values())


def test_progress_counts_every_cell(filled):
    matrix, told = filled
    cells = len(matrix.columns) * len(matrix.rows) + len(matrix.proofs)

    assert sorted(done for done, _, _ in told) == list(range(1, cells + 1))
    assert {column for _, _, column in told} >= set(matrix.columns)


def test_no_archive_and_no_key_is_left(matrix, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    fill(Plan(catalogue.controls(), ("audit",), ("unknown_called_ae",)), lambda *_: None)

    assert not list(tmp_path.iterdir())
    children = psutil.Process(os.getpid()).children(recursive=True)
    commands = []
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended while we looked
            commands.append(" ".join(child.cmdline()))
    assert not [command for command in commands if str(tmp_path) in command]


def test_an_archive_that_does_not_start_ends_it(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "ask", _refuse)

    with pytest.raises(EngineError, match="did not start"):
        fill(Plan(catalogue.controls(), ("audit",), ("unknown_called_ae",)), lambda *_: None)


def test_where_a_friend_was_not_served_the_column_is_asked_again_once(monkeypatch):
    times = []

    def first_refused(ablation, column, probes, told):
        times.append(column.name)
        answers = {probe: yes(()) for probe in probes}
        served = PositiveControl("ALL", (), ok=times.count(column.name) > 1, reached=True)
        return Asked(answers, served if column.is_open else GOOD, {}, 1.0)

    monkeypatch.setattr(run, "ask", first_refused)
    matrix = fill(Plan(catalogue.controls(), ("audit",), ("unknown_called_ae",)), lambda *_: None)

    assert matrix.asked_again == ("open",)
    assert times.count("open") == 2
    assert times.count("secure") == 1
    assert not matrix.refused


def test_a_column_with_a_question_that_found_no_answer_is_asked_again(monkeypatch):
    times = []

    def first_unclear(ablation, column, probes, told):
        times.append(column.name)
        unclear = column.is_open and times.count(column.name) == 1
        answer = unknown(Untold.UNCLEAR) if unclear else yes(())
        return Asked(dict.fromkeys(probes, answer), GOOD, {}, 1.0)

    monkeypatch.setattr(run, "ask", first_unclear)
    matrix = fill(Plan(catalogue.controls(), ("audit",), ("unknown_called_ae",)), lambda *_: None)

    assert matrix.asked_again == ("open",)
    assert matrix.cells["unknown_called_ae"]["open"] is Answer.YES


@pytest.mark.parametrize("untold", [Untold.NOT_TESTED, Untold.NOT_APPLICABLE])
def test_what_cannot_be_asked_is_not_asked_again(monkeypatch, untold):
    def never(ablation, column, probes, told):
        return Asked(dict.fromkeys(probes, unknown(untold)), GOOD, {}, 1.0)

    monkeypatch.setattr(run, "ask", never)
    matrix = fill(Plan(catalogue.controls(), ("audit",), ("unknown_called_ae",)), lambda *_: None)
    assert matrix.asked_again == ()


GOOD = PositiveControl("ALL", (), ok=True, reached=True)


def _refuse(*_):
    raise EngineError("the archive open did not start: no room")


def test_what_can_be_asked_nowhere_is_not_tested_and_no_row():
    lacks = unknown(Untold.NOT_TESTED, text="OpenSSL here has no TLS 1.0")
    asked = {
        Column(name, ()): Asked({"old": lacks, "half": half}, None, {"old": 1.0, "half": 0.5}, 1)
        for name, half in (("open", yes(())), ("secure", lacks))
    }
    assert run._not_tested(["old", "half"], asked) == {"old": "OpenSSL here has no TLS 1.0"}
    assert run._took(list(asked.values())) == {"old": 2.0, "half": 1.0}
    assert run.answers(asked) == {}  # no friend was served
    assert run._refused(next(iter(asked.values()))) == "no friend came"
