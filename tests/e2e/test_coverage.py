"""Nothing in a control or a probe goes unasked by the tests of its own folder.

These run once more here, watched: what another test reaches by the way is no test of it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WATCHED = {"pacs_secure/controls": "tests/pacs_secure/controls", "lab/probes": "tests/lab/probes"}
"""Code, and the tests that are its own."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_branch_of_controls_and_probes_is_taken_by_their_own_tests(tmp_path):
    watch = ["-q", "-p", "no:cacheprovider", "--cov-branch", *(f"--cov={code}" for code in WATCHED)]
    report = ["--cov-report=term-missing:skip-covered", "--cov-fail-under=100"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *watch, *report, *WATCHED.values()],
        cwd=ROOT,
        env={**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == pytest.ExitCode.OK, ended.stdout + ended.stderr
    assert "Required test coverage of 100% reached" in ended.stdout
