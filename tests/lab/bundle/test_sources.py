"""The sources: those of the checkout, nothing generated, and enough to build the same images from."""

import tarfile

from lab.bundle import sources
from lab.engines import images
from lab.engines.compose import ROOT


def test_a_copy_has_the_same_digest_as_the_checkout(tmp_path):
    sources.pack(ROOT, tmp_path)

    with sources.unpacked(tmp_path) as copy:
        assert images.digest_of_sources(copy) == images.digest_of_sources(ROOT)
        assert (copy / "compose" / "compose.yaml").is_file()
        assert (copy / "Makefile").is_file()
    assert not copy.exists()


def test_nothing_generated_and_nobodys_name_is_in_it(tmp_path):
    sources.pack(ROOT, tmp_path)

    with tarfile.open(tmp_path / sources.ARCHIVE) as archive:
        members = archive.getmembers()
    names = [member.name for member in members]
    assert not [name for name in names if "__pycache__" in name or ".venv" in name]
    assert {member.uname for member in members} == {""}
    assert {member.uid for member in members} == {0}


def test_the_documentation_has_a_page_for_every_probe_and_control(tmp_path):
    sources.document(ROOT, tmp_path / "docs")

    assert (tmp_path / "docs" / "README.md").is_file()
    assert (tmp_path / "docs" / "probes" / "list_patients.md").is_file()
    assert (tmp_path / "docs" / "controls" / "tls.md").is_file()
