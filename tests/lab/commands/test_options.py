"""A number outside its bounds is wrong use, whichever command takes it."""

import pytest


@pytest.mark.parametrize("patients", ["0", "100001", "many"])
def test_patients_have_bounds(pacslab, patients, tmp_path):
    assert pacslab("images", tmp_path, "--patients", patients).exit_code == 2
