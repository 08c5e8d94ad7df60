"""What a lab in containers is told before anything of it is started."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from lab.engines import EngineError, claim, compose, places, raising, settings
from lab.engines.compose import Compose
from lab.engines.guard import OF_PROJECT

HOST = "unix:///nowhere"


@pytest.fixture
def lab(tmp_path):
    planned = raising.plan(HOST, tmp_path / "lab", timedelta(minutes=90), bound=False)
    assert claim.put(planned)
    return planned


def test_the_usual_lab_has_the_name_of_the_definition(monkeypatch):
    monkeypatch.delenv(places.VARIABLE, raising=False)
    assert raising.project_of(places.lab_folder(), bound=False) == "pacslab"


def test_another_folder_is_another_project_and_the_same_one_the_same():
    one, two = (raising.project_of(Path(name), bound=False) for name in ("/a/lab", "/b/lab"))
    assert one != two
    assert one == raising.project_of(Path("/a/lab"), bound=False)
    assert one.startswith("pacslab-")


def test_every_demo_has_a_project_of_its_own():
    names = {raising.project_of(Path("/a/lab"), bound=True) for _ in range(10)}
    assert len(names) == 10
    assert all(name.startswith("pacslab-demo-") for name in names)


def test_the_definition_is_told_ports_and_hours(lab):
    composed = raising.compose_of(lab)
    assert (composed.project, composed.host) == (lab.project, HOST)
    assert composed.settings == {
        "PACSLAB_OPEN_PORT": str(lab.open.port),
        "PACSLAB_SECURE_PORT": str(lab.secure.port),
        "PACSLAB_HOURS": "1.5000",
    }
    assert lab.open.port != lab.secure.port
    assert (lab.open.host, lab.secure.host) == ("127.0.0.1", "127.0.0.1")


def test_an_archive_that_is_closed_to_all_has_a_configuration_of_its_own(lab):
    raising.write_closed(lab)
    told = raising.compose_of(lab).settings["PACSLAB_SECURE_TOML"]
    tables = settings.read(Path(told))
    assert tables["controls"]["calling_ae"] == {"titles": ["PACS-SECURE"]}
    assert Path(told).stat().st_mode & 0o444 == 0o444  # the container's user has to read it


@pytest.mark.engine
@pytest.mark.parametrize("closed", [False, True])
def test_the_configuration_that_the_definition_mounts_is_the_one_that_was_told(lab, closed):
    if closed:
        raising.write_closed(lab)
    heard = []
    composed = raising.compose_of(lab)
    Compose(lab.project, os.environ.get("DOCKER_HOST", ""), composed.settings).run(
        "config", heard=heard.append
    )
    wanted = (
        lab.folder / raising.CLOSED_TOML if closed else compose.file().parent / "pacs-secure.toml"
    )
    assert any(str(wanted) in line for line in heard)
    assert any(f'published: "{lab.secure.port}"' in line for line in heard)


@pytest.mark.engine
def test_a_name_that_others_have_is_not_taken_and_theirs_is_left(daemon, lab):
    volume = daemon.client.volumes.create(labels={OF_PROJECT: lab.project})
    try:
        with pytest.raises(EngineError) as caught:
            raising.check_name(daemon, lab)
        assert f"docker compose -p {lab.project} --profile '*' down --volumes" in str(caught.value)
        assert not lab.folder.exists()
        assert daemon.client.volumes.get(volume.name)
    finally:
        volume.remove()


@pytest.mark.engine
def test_a_name_that_nobody_has_is_free(daemon, lab):
    raising.check_name(daemon, lab)
    assert lab.folder.exists()
