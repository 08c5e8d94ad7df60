import pytest

from lab.matrix.model import Rogue, Unclaimed
from lab.report import grid
from lab.report.grid import Kind
from tests.lab.report.matrices import COLUMNS, UNKNOWN, claim, made


@pytest.mark.parametrize(
    ("probe", "kinds"),
    [
        ("list_patients", "through stopped stopped stopped held held"),
        ("read_names", "through stopped through stopped back closed"),
        ("unknown_title", "through through stopped stopped closed back"),
        ("built_in", "closed closed closed closed closed closed"),
    ],
)
def test_what_each_cell_says(probe, kinds):
    assert " ".join(cell.kind for cell in grid.row(made(), probe)) == kinds


def test_a_held_cell_names_who_holds_it_and_every_cell_what_was_seen():
    cells = {cell.column: cell for cell in grid.row(made(), "list_patients")}

    assert cells["without tls"].held_by == ("calling_ae",)
    assert cells["only tls"].held_by == ()
    assert {cell.evidence for cell in cells.values()} == {"A-ASSOCIATE-RJ 1/1/3"}


def test_nobody_could_tell_is_no_colour_of_yes_or_no():
    matrix = made(cells={"x": dict.fromkeys(COLUMNS, UNKNOWN)}, evidence={"x": {}}, claims=())

    assert {cell.kind for cell in grid.row(matrix, "x")} == {Kind.UNKNOWN}


def test_columns_stand_in_groups_and_an_empty_group_is_left_out():
    assert [len(group.columns) for group in grid.groups(made())] == [1, 2, 1, 2]
    few = made(columns=("open", "secure"))
    assert [group.labels() for group in grid.groups(few)] == [["open"], ["secure"]]


def test_the_lesson_counts_what_still_gets_through():
    lessons = {lesson.column: lesson.through for lesson in grid.lessons(made())}

    assert lessons["open"] == ("list_patients", "read_names", "unknown_title")
    assert lessons["only tls"] == ("unknown_title",)
    assert lessons["secure"] == ()
    assert "only called_ae+calling_ae" not in lessons  # no such column was asked


def test_one_number_and_how_much_was_asked_for_it():
    assert grid.headline(made()) == "4 of 4 claims proven"
    assert grid.size(made()) == "4 questions to 6 archives: 25 answers in 12 s"


def test_where_all_is_as_claimed_there_is_no_fault():
    assert not grid.faults(made())


def test_each_fault_is_one_line():
    cells = {**made().cells, "built_in": {**made().cells["built_in"], "open": UNKNOWN}}
    matrix = made(
        claims=(claim("tls", "read_names", why="only tls: not stopped"),),
        unclaimed=(Unclaimed(control="tls", probe="built_in"),),
        left_open=("unknown_title",),
        cells=cells,
        rogue=Rogue(served=False, fooled_by=("old",), words={"old": "that has expired"}),
        friends={"secure": False},
        refused={"secure": "VISITOR C-ECHO: silence"},
    )

    assert list(grid.faults(matrix)) == [
        "tls says that it stops read_names: only tls: not stopped",
        "tls stops built_in, and does not say so",
        "unknown_title gets through all controls",
        "built_in in open: nobody could tell",
        "secure: a friend was not served, so that nothing there is proven: VISITOR C-ECHO: silence",
        "our own devices took an archive that has expired",
        "our own devices refused a good archive",
    ]
