import json

import pytest

from lab.matrix.model import Rogue
from lab.probe import Answer
from lab.verdict import ExitCode


def test_the_json_has_the_promised_shape(matrix):
    read = json.loads(matrix.to_json())

    assert read["schema"] == "pacslab-matrix/1"
    assert set(read) >= {"columns", "rows", "cells", "not_tested", "information", "rogue"}
    assert set(read["rogue"]) >= {"columns", "rows", "cells"}
    for probe in read["rows"]:
        assert set(read["cells"][probe]) == set(read["columns"])
        assert set(read["cells"][probe].values()) <= {"yes", "no", "unknown"}
    assert set(read["claims"][0]) >= {"control", "probe", "alone", "removed", "holds"}
    assert (read["proven"], read["total"]) == (3, 3)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ExitCode.ALL_PASS),
        ({"proven": 2}, ExitCode.SOME_FAIL),
        ({"unclaimed": ({"control": "audit", "probe": "x"},)}, ExitCode.SOME_FAIL),
        ({"left_open": ("x",)}, ExitCode.SOME_FAIL),
        ({"rogue": Rogue(fooled_by=("expired",))}, ExitCode.SOME_FAIL),
        ({"rogue": Rogue(served=False)}, ExitCode.SOME_FAIL),
        ({"cells": {"x": {"open": Answer.UNKNOWN}}}, ExitCode.INCONCLUSIVE),
        ({"proven": 0, "total": 0}, ExitCode.INCONCLUSIVE),
    ],
)
def test_the_exit_code_is_1_if_anything_claimed_is_unproven(matrix, changes, code):
    assert matrix.model_copy(update=changes).exit_code is code


def test_unknown_cells_are_named(matrix):
    cells = {**matrix.cells, "list_patients": {"open": Answer.UNKNOWN, "secure": Answer.NO}}

    assert matrix.model_copy(update={"cells": cells}).unknown == (("list_patients", "open"),)
