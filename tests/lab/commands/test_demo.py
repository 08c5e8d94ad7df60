"""The demo's options; the demo itself is shown in tests/e2e."""


def test_an_unknown_sabotage_is_wrong_use(pacslab):
    result = pacslab("demo", "--sabotage", "x")
    assert result.exit_code == 2
    assert "sabotage" in result.stderr
