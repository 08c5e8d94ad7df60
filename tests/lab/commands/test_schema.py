"""The schema is JSON, one for each kind of report."""

import json


def test_the_schema_is_json(pacslab):
    assert set(json.loads(pacslab("schema").stdout)) == {"pacslab-report/1", "pacslab-demo/1"}
