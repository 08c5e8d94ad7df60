"""Checksums: every file, no other, and the name of the one that is not as it was."""

import subprocess

import pytest

from lab.bundle import BundleError, sums


def test_what_was_not_touched_is_whole(folder):
    sums.check(folder)


def test_a_changed_byte_is_refused_with_the_files_name(folder):
    (folder / "wheels" / "one.whl").write_bytes(b"onf")

    with pytest.raises(BundleError, match=r"wheels/one\.whl was changed: nothing of .* is used"):
        sums.check(folder)


def test_a_file_that_is_missing_is_named(folder):
    (folder / "wheels" / "one.whl").unlink()

    with pytest.raises(BundleError, match=r"wheels/one\.whl is missing"):
        sums.check(folder)


def test_a_file_that_nobody_wrote_down_is_named_and_its_name_is_harmless(folder):
    (folder / "wheels" / "two\x1b[31m.whl").write_bytes(b"two")

    with pytest.raises(BundleError) as caught:
        sums.check(folder)

    assert str(caught.value).isprintable()
    assert "two\\x1b[31m.whl does not stand in SHA256SUMS" in str(caught.value)


def test_a_link_is_looked_at_as_what_it_leads_to(folder, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"other")
    (folder / "wheels" / "one.whl").unlink()
    (folder / "wheels" / "one.whl").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BundleError, match="was changed"):
        sums.check(folder)


def test_a_link_to_a_folder_brings_nothing_in(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (folder / "more").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BundleError, match="more does not stand in"):
        sums.check(folder)


def test_half_a_bundle_has_no_checksums(folder):
    (folder / sums.NAME).unlink()

    with pytest.raises(BundleError, match="no whole bundle, it has no SHA256SUMS"):
        sums.check(folder)


@pytest.mark.parametrize("content", [b"", b"nonsense\n", b"\xff\xfe", b"  \n\n"])
def test_checksums_that_are_none_admit_nothing(folder, content):
    (folder / sums.NAME).write_bytes(content)

    with pytest.raises(BundleError):
        sums.check(folder)


def test_the_seal_changes_with_any_file(folder):
    before = sums.seal(folder)
    (folder / "wheels" / "one.whl").write_bytes(b"onf")

    assert sums.write(folder) != before


@pytest.mark.program("sha256sum")
def test_everybodys_program_reads_them(folder, program):
    command = [program("sha256sum"), "--check", "--quiet", sums.NAME]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0

    (folder / "wheels" / "one.whl").write_bytes(b"onf")
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 1
