"""Programs of others: absent ones are named with their package; pynetdicom's do not count."""

import os
import sys
from pathlib import Path

import pytest

from lab.doctor import programs


def test_an_absent_program_lacks_nobody(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    for found in programs.examine():
        assert found.state == "absent"
        assert f"Debian package {found.name}" in found.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="programs have another name there")
def test_a_program_beside_python_is_not_what_we_mean(monkeypatch, tmp_path):
    theirs = tmp_path / "findscu"
    theirs.write_text("#!/bin/sh\n")
    theirs.chmod(0o755)
    own = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{tmp_path}")

    assert programs.find("findscu") == str(theirs)
    monkeypatch.setenv("PATH", str(own))
    assert programs.find("findscu") is None
