"""What is stated is what the archive does: asked on the wire."""

import pytest

from lab.conformance.facts import facts
from lab.errors import WrongUseError

MOST_CONTEXTS = 60


@pytest.mark.parametrize("start", [0, 60, 120])
def test_every_stated_sop_class_is_accepted_by_the_running_archive(wrong, start):
    classes = [one.uid for one in facts("open").capabilities][start : start + MOST_CONTEXTS]
    with wrong.as_stranger(called=wrong.ae_title).converse(*classes) as talk:
        assert set(classes) <= talk.accepted


def test_the_hardened_archive_as_delivered_has_every_control():
    said = facts("secure")
    assert {"tls", "node_identity", "audit"} <= set(said.controls)
    assert said.ae_title == "PACS-SECURE"
    assert all("GCM" in suite for suite in said.tls_suites)


def test_the_open_one_has_none():
    said = facts("open")
    assert not said.controls
    assert not said.tls_suites
    assert said.host == "127.0.0.1"


def test_a_configuration_changes_what_is_stated(tmp_path):
    path = tmp_path / "pacs.toml"
    path.write_text(
        '[network_ae]\nae_title = "ARCHIVE7"\n[network_connection]\nport = 104\n'
        '[archive]\ndirectory = "a"\n'
    )
    said = facts("open", path)
    assert (said.ae_title, said.port) == ("ARCHIVE7", 104)


def test_a_configuration_that_cannot_be_read_is_told(tmp_path):
    path = tmp_path / "pacs.toml"
    path.write_text("[nothing]\n")
    with pytest.raises(WrongUseError, match="nothing"):
        facts("open", path)
