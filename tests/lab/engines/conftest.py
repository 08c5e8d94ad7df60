"""A container of the lab's image, labelled as a lab's, with nothing of the lab in it."""

import uuid

import pytest

from lab.engines import containers
from lab.engines.daemon import connected
from lab.engines.guard import OF_PROJECT


@pytest.fixture
def daemon():
    """The engine that is there."""
    with connected() as found:
        yield found


@pytest.fixture
def project(daemon):
    """A project of a name of its own; all of it is removed at the end."""
    name = f"pacslab-test-{uuid.uuid4().hex[:8]}"
    yield name
    containers.sweep(daemon, name)


@pytest.fixture
def service(daemon, project):
    """Make (and start) a container that runs a shell script, or as told."""

    def make(name, script="sleep 600", *, start=True, **settings):
        settings.setdefault("network_mode", "none")
        made = daemon.client.containers.create(
            "pacslab",
            ["sh", "-c", script],
            init=True,
            labels={OF_PROJECT: project, containers.OF_SERVICE: name},
            **settings,
        )
        if start:
            made.start()
        made.reload()
        return made

    return make
