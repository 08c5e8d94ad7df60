"""Each fault is one line on the error channel, and its exit code."""

import pytest
import typer

from lab.commands.faults import faults
from lab.engines import EngineError
from lab.errors import WrongUseError
from lab.standing import NoLabError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NoLabError(), 3),
        (EngineError("no engine"), 2),
        (WrongUseError("no such file"), 2),
        (OSError("something"), 2),
        (KeyboardInterrupt(), 2),
    ],
)
def test_a_fault_is_one_line_and_a_code(error, code, capsys):
    with pytest.raises(typer.Exit) as ended, faults():
        raise error
    assert ended.value.exit_code == code
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith("pacslab: ")
    assert len(said.err.strip().splitlines()) == 1


def test_what_the_system_denies_is_told_with_its_place(capsys):
    with pytest.raises(typer.Exit), faults("read"):
        raise PermissionError(13, "Permission denied", "/secret")
    assert capsys.readouterr().err == "pacslab: cannot read /secret: Permission denied\n"
