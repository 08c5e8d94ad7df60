"""Taking down what is not up is no fault."""


def test_taking_down_what_is_not_up_is_no_fault(pacslab):
    assert pacslab("down").exit_code == 0
