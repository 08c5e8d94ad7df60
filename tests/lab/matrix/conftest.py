"""Three columns of a matrix, filled once by real archives."""

import pytest

from lab import catalogue
from lab.matrix.run import Plan, fill

CHOSEN = ("calling_ae",)
PROBES = ("list_patients", "unknown_calling_ae", "unknown_called_ae", "store_by_stranger")


@pytest.fixture(scope="session")
def filled():
    """The matrix of one control and four questions, and what was told meanwhile."""
    told = []
    plan = Plan(catalogue.controls(), CHOSEN, PROBES, jobs=2)
    matrix = fill(plan, lambda *progress: told.append(progress))
    return matrix, told


@pytest.fixture
def matrix(filled):
    """The matrix of one control and four questions."""
    return filled[0]
