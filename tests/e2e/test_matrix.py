"""The one idea: each control stops exactly the probes it says it stops. Proven both ways.

Then the proof is put to the proof: a control whose decision is switched off stops nothing of
what it claims, and everything else is as it was.
"""

import ast
import functools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab import catalogue
from lab.engines.ablation import Ablation, processes
from lab.matrix.asking import ask
from lab.matrix.columns import OPEN, SECURE, Columns
from lab.matrix.run import PRELOAD, Plan, fill
from lab.probe import Answer
from lab.probes import PROBES
from lab.scenes import make_stranger
from pacs_open.control import Control
from pacs_secure.controls import CONTROLS

ROOT = Path(__file__).parents[2]
AT_LEAST = 40
"""Yes/no questions."""
CLAIMING = [control.name for control in CONTROLS if control.stops]
YES = Answer.YES
MOMENTS = [
    name
    for name, value in vars(Control).items()
    if callable(value) and not name.startswith("_") and name != "books"
]


@pytest.fixture(scope="module")
def matrix():
    """The whole matrix, from a real archive for each column."""
    return fill(Plan(catalogue.controls()), lambda *_: None)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_claim_holds(matrix):
    assert not [claim for claim in matrix.claims if not claim.holds]
    assert matrix.proven == matrix.total >= len(CLAIMING)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_control_stops_more_than_it_says(matrix):
    assert not matrix.unclaimed


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_cell_is_unknown_and_every_column_serves_its_friends(matrix):
    unknown = {cell: matrix.evidence[cell[0]][cell[1]] for cell in matrix.unknown}

    assert not unknown
    assert not matrix.refused
    assert set(matrix.friends.values()) == {True}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_there_are_enough_questions_and_every_one_is_a_row_or_has_its_reason(matrix):
    built_in = {probe.id for probe in PROBES if probe.built_in}
    assert len(set(matrix.rows) - built_in) >= AT_LEAST
    assert {*matrix.rows, *matrix.not_tested} == {probe.id for probe in PROBES}
    assert all(matrix.not_tested.values())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_secure_stops_all_and_open_only_what_is_built_in(matrix):
    claimed = {probe for control in CONTROLS for probe in control.stops}

    assert {matrix.cells[probe][SECURE] for probe in matrix.rows} == {Answer.NO}
    for probe in matrix.rows:
        answers = set(matrix.cells[probe].values())
        assert answers == ({Answer.YES, Answer.NO} if probe in claimed else {Answer.NO}), probe
        assert (matrix.cells[probe][OPEN] is Answer.YES) is (probe in claimed), probe


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_readmes_table_says_what_the_matrix_saw(matrix):
    columns = Columns(catalogue.controls())
    told = {row[0]: row[2] for row in catalogue.probe_rows()}

    for probe in matrix.rows:
        cells = matrix.cells[probe]
        seen = [
            name
            for name in columns.chosen
            if cells[columns.base(name).name] is YES
            and cells[columns.alone(name).name] is Answer.NO
        ]
        assert told[probe] == (", ".join(seen) or "built in")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_both_ae_titles_together_leave_the_wire_and_the_borrowed_title_open(matrix):
    titles = "only called_ae+calling_ae"

    for probe in ("read_names_off_the_wire", "borrowed_ae_title", "no_client_certificate"):
        assert matrix.cells[probe][titles] is Answer.YES
    assert matrix.cells["borrowed_ae_title"]["only tls"] is Answer.YES
    assert matrix.cells["borrowed_ae_title"]["only node_identity"] is Answer.NO


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_our_own_devices_refuse_every_rogue_and_each_check_is_what_refuses_some(matrix):
    rogue = matrix.rogue

    assert rogue.served
    assert not rogue.fooled_by
    assert len(rogue.rows) > len(rogue.columns) > 4
    for column in rogue.columns[1:]:
        assert [row for row in rogue.rows if row != rogue.good and rogue.cells[row][column] == YES]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_a_stranger_learns_is_information_and_no_cell(matrix):
    assert any("B.12" in line for line in matrix.information)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """Put every question to a control alone, its decisions switched off; answers by probe."""
    ablation = Ablation(tmp_path_factory.mktemp("broken"), processes(PRELOAD))
    make_stranger(ablation.lab)
    columns = Columns(catalogue.controls())

    def ask_broken(name, probes):
        change = functools.partial(switch_off, name)
        asked = ask(ablation, columns.alone(name), probes, lambda _: None, change=change)
        assert asked.served, asked.friend
        return {probe: told.answer for probe, told in asked.answers.items()}

    return ask_broken


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", CLAIMING)
def test_a_control_switched_off_in_its_code_turns_exactly_its_claims_red(name, matrix, broken):
    alone = f"only {name}"
    answers = broken(name, matrix.rows)
    stops = next(control.stops for control in CONTROLS if control.name == name)

    turned = {probe for probe in matrix.rows if answers[probe] is not matrix.cells[probe][alone]}
    assert turned == {probe for probe in stops if probe in matrix.rows}
    assert {answers[probe] for probe in turned} == {Answer.YES}


def switch_off(name, controls):
    """The same controls, one of which does at every moment what an open archive does: nothing."""
    return tuple(_without_decisions(one) if one.name == name else one for one in controls)


def _without_decisions(control):
    """The control as it would be if the body of each of its moments were removed."""
    moments = {name: getattr(Control, name) for name in MOMENTS if name in vars(type(control))}
    assert moments
    blunt = type(type(control).__name__, (type(control),), moments)
    return blunt.model_construct(**dict(control))


def test_switching_off_leaves_settings_and_other_controls_alone():
    page = next(control for control in CONTROLS if control.name == "called_ae")
    control = page(titles=("PACS",))
    (off,) = switch_off("called_ae", (control,))

    assert isinstance(off, page)
    assert off.titles == control.titles
    assert switch_off("another", (control,)) == (control,)
    assert type(off).admit is Control.admit


@pytest.mark.parametrize("name", [control.name for control in CONTROLS])
def test_without_decisions_in_its_source_a_controls_own_tests_turn_red(name, tmp_path):
    """For ``audit``, which claims nothing on the wire, this is what shows that it matters."""
    package = tmp_path / "pacs_secure"
    shutil.copytree(ROOT / "pacs_secure", package, ignore=shutil.ignore_patterns("__pycache__"))
    source = package / "controls" / f"{name}.py"
    source.write_text(emptied(source.read_text(encoding="utf-8")), encoding="utf-8")
    command = ["-q", "-x", "-p", "no:cacheprovider", "-o", f"pythonpath={tmp_path} {ROOT}"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *command, f"tests/pacs_secure/controls/test_{name}.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == pytest.ExitCode.TESTS_FAILED, ended.stdout + ended.stderr
    assert " failed" in ended.stdout.splitlines()[-1], ended.stdout


def emptied(source):
    """A control's source with the body of each of its moments removed."""
    tree = ast.parse(source)
    moments = [
        node
        for one in tree.body
        if isinstance(one, ast.ClassDef)
        for node in one.body
        if isinstance(node, ast.FunctionDef) and node.name in MOMENTS
    ]
    assert moments
    for moment in moments:
        moment.body = [ast.Pass()]
        if moment.name in {"narrow", "dial", "voice"}:
            moment.body = [ast.Return(ast.Name(moment.args.args[1].arg, ast.Load()))]
    return ast.unparse(ast.fix_missing_locations(tree))


def test_every_probe_is_claimed_by_a_control_or_built_in_and_never_both():
    claimed = {probe for control in CONTROLS for probe in control.stops}

    assert claimed == {probe.id for probe in PROBES if not probe.built_in}
