"""Wheels: pip fetches by the lock file alone; what it cannot do is one line. e2e/ fetches them all."""

import pytest

from lab.bundle import BundleError, wheels
from lab.bundle.sources import pack, unpacked
from lab.engines.compose import ROOT


def test_pacslabs_own_wheel_is_built_without_a_network(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    pack(ROOT, tmp_path)
    with unpacked(tmp_path) as copy:
        (copy / wheels.LOCK).write_text("")
        wheels.fetch(copy, tmp_path / "wheels")

    (wheel,) = (tmp_path / "wheels").iterdir()
    assert wheel.name.startswith("pacslab-")
    assert wheel.suffix == ".whl"


def test_what_pip_cannot_fetch_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    (tmp_path / wheels.LOCK).write_text(f"no-such-thing==1.0 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(BundleError) as caught:
        wheels.fetch(tmp_path, tmp_path / "wheels")

    assert "a bundle needs a package index" in str(caught.value)
    assert str(caught.value).isprintable()


def test_what_has_no_hash_is_not_fetched(tmp_path):
    (tmp_path / wheels.LOCK).write_text("rich==15.0.0\n")

    with pytest.raises(BundleError):
        wheels.fetch(tmp_path, tmp_path / "wheels")
