"""The picture in compose/README.md is that of compose.yaml: services, networks and who mounts what."""

import json
import os
import re
from pathlib import Path

import pytest

from lab.engines.compose import Compose

README = Path(__file__).parents[2] / "compose" / "README.md"
SCALE = "clinic-scale"


@pytest.fixture(scope="module")
def definition():
    heard = []
    Compose("pacslab", os.environ.get("DOCKER_HOST", ""), {}).run(
        "--profile", "*", "config", "--format", "json", heard=heard.append
    )
    return json.loads("\n".join(heard))


def rows(columns):
    """The table of so many columns that comes first: names in code, then the cells."""
    text = README.read_text(encoding="utf-8").partition(f"## {SCALE}")[0]
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line] for line in lines if len(line) == columns]


@pytest.mark.engine
def test_every_service_stands_there_with_its_networks(definition):
    told = {
        name.strip("`"): set(networks.split(", ")) - {"none"}
        for name, _, networks in rows(3)
        if name.strip("`") in definition["services"]
    }
    found = {
        name: set(service.get("networks") or {})
        for name, service in definition["services"].items()
        if SCALE not in service.get("profiles", [])
    }

    assert told == found


@pytest.mark.engine
def test_every_volume_stands_there_and_no_key_has_two_readers(definition):
    named = {name for row in rows(3) for name in re.findall(r"`([a-z-]+)`", row[0])}
    for name, service in definition["services"].items():
        if SCALE in service.get("profiles", []):
            continue
        for volume in service.get("volumes", []):
            if volume["type"] == "volume":
                source = volume["source"]
                assert source in named or source == "postgresql-keys", source
                assert source != "authority" or name == "pki"
