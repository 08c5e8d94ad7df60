"""Where everything is; without a lab there is nothing to reach."""

import pytest


@pytest.mark.parametrize(
    "command", [["status"], ["status", "--json"], ["reset"], ["audit", "check"]]
)
def test_without_a_lab_there_is_nothing_to_reach(pacslab, command):
    result = pacslab(*command)
    assert result.exit_code == 3
    assert "pacslab up" in result.stderr
    assert not result.stdout
