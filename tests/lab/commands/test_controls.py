"""The safeguards, and the page of one."""


def test_the_safeguards_are_listed_and_explained(pacslab):
    assert "node_identity" in pacslab("controls").stdout
    assert "How to set it" in pacslab("controls", "node_identity").stdout


def test_an_unknown_control_is_wrong_use(pacslab):
    assert "did you mean" in pacslab("controls", "call_ae").stderr
