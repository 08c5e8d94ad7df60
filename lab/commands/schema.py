"""`pacslab schema`: what a report looks like, for programs."""

import json
import sys

from lab.report.model import json_schema


def schema() -> None:
    """Print the JSON Schema of the reports."""
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
