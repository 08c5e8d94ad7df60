"""The forms a report of one archive comes in, by name."""

from collections.abc import Callable, Mapping

from lab.report.junit import junit
from lab.report.model import Report
from lab.report.page import page
from lab.report.sarif import sarif

FORMS: Mapping[str, Callable[[Report], str]] = {
    "json": Report.to_json,
    "html": page,
    "junit": junit,
    "sarif": sarif,
}
"""``text`` is apart: it goes to a terminal (:mod:`lab.report.single`)."""
