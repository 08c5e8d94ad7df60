"""A lab is run by the engine that is written down for it, whatever was asked for last."""

from datetime import UTC, datetime, timedelta

import pytest

from lab.engines import known
from lab.engines.docker import DockerEngine
from lab.engines.process import ProcessEngine
from lab.engines.processes import StartedProcess
from lab.engines.record import Lab


def _lab(folder, engine, **more):
    now = datetime.now(UTC)
    return Lab(
        engine=engine,
        folder=folder,
        since=now,
        until=now + timedelta(hours=1),
        raised_by=StartedProcess.this(),
        **more,
    )


@pytest.mark.parametrize(("name", "kind"), [("process", ProcessEngine), ("docker", DockerEngine)])
def test_each_engine_has_its_name(name, kind, tmp_path):
    assert isinstance(known.by_name(name), kind)
    assert known.by_name(name).name == name
    assert isinstance(known.engine_of(_lab(tmp_path, name)), kind)


@pytest.mark.parametrize("name", ["process", "docker"])
def test_a_lab_that_is_being_made_is_as_alive_as_its_maker(name, tmp_path):
    assert known.is_alive(_lab(tmp_path, name))


def test_taking_down_asks_the_labs_own_engine(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(DockerEngine, "down", lambda _engine, lab: asked.append(lab))
    lab = _lab(tmp_path, "docker")
    known.down(lab)
    assert asked == [lab]
