"""What is put into a page is escaped; a name that nobody gave is an error."""

import pytest
from jinja2 import UndefinedError

from lab.report import templates


def test_a_value_that_was_forgotten_is_an_error():
    with pytest.raises(UndefinedError):
        templates.render("report.html.jinja")
