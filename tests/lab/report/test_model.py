import json
from importlib import resources

import pytest
from pydantic import ValidationError

from lab.report.model import (
    Count,
    DemoReport,
    ExposureEntry,
    Report,
    TargetEntry,
    json_schema,
)

TARGET = TargetEntry(name="open", host="127.0.0.1", port=1, tls=False, ae_title="PACS-OPEN")
EXPOSURE = ExposureEntry(
    level="L6",
    writable=True,
    patients=Count(obtained=16, planted=16),
    images=Count(obtained=200, planted=200, identical=200),
    seconds=1.5,
)
REPORT = Report(target=TARGET, started="2019-09-17T00:00:00+00:00", probes=(), exposure=EXPOSURE)


def test_a_report_bears_its_version_and_comes_back_as_it_was():
    written = json.loads(REPORT.to_json())

    assert written["schema"] == "pacslab-report/1"
    assert Report.model_validate(written) == REPORT


def test_the_agreed_fields_are_there():
    written = json.loads(REPORT.to_json())

    assert set(written) >= {
        "schema",
        "target",
        "started",
        "probes",
        "information",
        "exposure",
        "positive_control",
    }
    assert set(written["exposure"]) >= {"level", "writable", "patients", "images", "seconds"}
    assert written["positive_control"] is None


def test_a_demo_holds_both_archives():
    written = json.loads(DemoReport(open=REPORT, secure=REPORT).to_json())

    assert written["schema"] == "pacslab-demo/1"
    assert written["open"]["schema"] == written["secure"]["schema"] == "pacslab-report/1"


def test_a_rung_is_said_with_what_may_be_written():
    assert EXPOSURE.text == "L6+W"
    assert EXPOSURE.model_copy(update={"writable": None}).text == "L6"


def test_another_version_is_not_read_as_this_one():
    with pytest.raises(ValidationError, match="pacslab-report/1"):
        Report.model_validate({**json.loads(REPORT.to_json()), "schema": "pacslab-report/2"})


def test_the_schema_speaks_of_schema_and_can_be_written():
    schemas = json_schema()

    assert set(schemas) == {"pacslab-report/1", "pacslab-demo/1"}
    assert "schema" in schemas["pacslab-report/1"]["properties"]
    json.dumps(schemas)


def _fields(schema):
    """Every field of every part of a schema, with what it refers to or its type."""
    parts = {"": schema, **schema.get("$defs", {})}
    return {
        (part, name): (field.get("$ref"), field.get("type"))
        for part, one in parts.items()
        for name, field in one.get("properties", {}).items()
    }


@pytest.mark.parametrize("kind", ["pacslab-report/1", "pacslab-demo/1"])
def test_no_published_field_was_renamed_removed_or_given_another_type(kind):
    published = json.loads(
        resources.files("lab.report").joinpath("published.json").read_text("utf-8")
    )
    assert _fields(published[kind]).items() <= _fields(json_schema()[kind]).items()
