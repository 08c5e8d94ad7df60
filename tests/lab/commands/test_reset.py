"""Without a lab there is nothing to reset."""


def test_without_a_lab_there_is_nothing_to_reset(pacslab):
    result = pacslab("reset")
    assert result.exit_code == 3
    assert "pacslab up" in result.stderr
