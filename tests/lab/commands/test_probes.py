"""The questions, and the page of one."""


def test_the_questions_are_listed_and_explained(pacslab):
    assert "unknown_called_ae" in pacslab("probes").stdout
    assert "Why it matters" in pacslab("probes", "unknown_called_ae").stdout


def test_an_unknown_probe_is_one_line_with_a_suggestion(pacslab):
    said = pacslab("probes", "list_patient").stderr
    assert (
        said.strip() == "pacslab: there is no probe 'list_patient'; did you mean 'list_patients'?"
    )
