"""Without a lab there is no audit trail to look at."""


def test_without_a_lab_there_is_no_trail(pacslab):
    result = pacslab("audit", "check")
    assert result.exit_code == 3
    assert "pacslab up" in result.stderr
