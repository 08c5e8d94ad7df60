"""Each form is made of each kind of report."""

import pytest

from lab.report.forms import FORMS


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("demo", ["shown", "friendless", "down"])
def test_each_form_is_made(reports, form, demo):
    assert "list_patients" in FORMS[form](reports[demo].secure)
