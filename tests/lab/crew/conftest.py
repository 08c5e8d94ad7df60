"""The crew in this process, at a pair of archives of its own."""

import io
from datetime import timedelta

import pytest
from rich.console import Console

from lab.crew import Load
from lab.engines.process import ProcessEngine
from lab.progress import Progress
from sample_images.size import Size


@pytest.fixture(scope="session")
def load():
    return Load(patients=2, seed=2019, size=Size.SMALL)


@pytest.fixture(scope="session")
def quiet():
    return Progress(Console(file=io.StringIO()))


@pytest.fixture(scope="session")
def lab_here(tmp_path_factory):
    engine = ProcessEngine()
    running = engine.up(tmp_path_factory.mktemp("lab") / "lab", time_to_live=timedelta(minutes=10))
    yield running
    engine.down(running)


@pytest.fixture(scope="session")
def here(lab_here):
    return ProcessEngine().crew(lab_here)


@pytest.fixture(scope="session")
def filled_here(here, load, quiet):
    return here.fill(load, quiet)
