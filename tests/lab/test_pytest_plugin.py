"""The plugin in a pytest of its own: wrong use is told once, and no question is asked."""

import subprocess
import sys

import pytest


@pytest.fixture
def suite(tmp_path):
    def run(*arguments):
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "--pyargs",
            "lab.suite",
        ]
        return subprocess.run(
            [*command, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_without_a_target_it_says_what_is_missing(suite):
    ended = suite()
    assert ended.returncode == 4
    assert "--dicom-target HOST:PORT" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--dicom-target", "192.0.2.1"], "i-am-authorised"),
        (["--dicom-target", "127.0.0.1", "--dicom-identity", "absent.toml"], "absent.toml"),
    ],
)
def test_wrong_use_ends_it_at_once(suite, arguments, said):
    ended = suite(*arguments)
    assert ended.returncode == 4
    assert said in ended.stdout + ended.stderr
    assert "passed" not in ended.stdout


@pytest.mark.slow
def test_a_pytest_that_has_nothing_to_do_with_it_is_left_alone(tmp_path):
    (tmp_path / "test_one.py").write_text("def test_one():\n    pass\n")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_one.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0
    assert "1 passed" in ended.stdout
