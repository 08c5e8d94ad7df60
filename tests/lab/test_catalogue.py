"""The catalogue: every name has its page, a wrong one a suggestion, and the README is fresh."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from lab import catalogue
from lab.probes import PROBES

README = Path(__file__).parents[2] / "README.md"


def test_the_readmes_tables_are_fresh():
    text = README.read_text(encoding="utf-8")
    assert catalogue.with_tables(text) == text, "run `make readme`"


def test_a_readme_without_its_marks_is_told():
    with pytest.raises(ValueError, match="table of probes"):
        catalogue.with_tables("# nothing here")


def test_every_probe_that_a_control_stops_exists():
    known = {probe.id for probe in PROBES}
    for page in catalogue.controls():
        assert set(page.stops) <= known, page.name


@pytest.mark.parametrize("name", [probe.id for probe in PROBES])
def test_every_probe_has_a_page(name):
    page = catalogue.probe_page(name)
    for words in ("Why it matters", "What it does", "What it cannot tell", "- closed by:"):
        assert words in page


@pytest.mark.parametrize("name", [page.name for page in catalogue.controls()])
def test_every_control_has_a_page(name):
    page = catalogue.control_page(name)
    for words in ("Why it matters", "What it demands", "What it cannot do", "How to set it"):
        assert words in page


@pytest.mark.parametrize(
    ("look", "message"),
    [
        (lambda: catalogue.probe("list_patient"), "did you mean 'list_patients'"),
        (lambda: catalogue.control("call_ae"), "did you mean"),
        (lambda: catalogue.probe("zzzzzz"), "`pacslab probes` lists them"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(look, message):
    with pytest.raises(catalogue.UnknownNameError) as caught:
        look()
    assert message in str(caught.value)


def test_what_is_closed_by_nothing_is_built_in():
    rows = {row[0]: row[2] for row in catalogue.probe_rows()}
    for name, controls in catalogue.closed_by().items():
        assert rows[name] == (", ".join(controls) or "built in")


def test_a_trail_that_is_not_there_is_told(tmp_path):
    with pytest.raises(catalogue.AuditTrailError, match="key"):
        catalogue.check_audit(SimpleNamespace(engine="process", folder=tmp_path))
