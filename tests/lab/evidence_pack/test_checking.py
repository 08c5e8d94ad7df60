"""Every changed byte is found and named; who signed is said, and never more than is known."""

import io
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lab.errors import WrongUseError
from lab.evidence_pack.checking import check
from lab.evidence_pack.packing import manifest, pack, seal, zipped
from lab.evidence_pack.signing import fingerprint, sign

FILES = {"report.json": b"{}", "transcript.txt": b"said"}


def _repacked(data, **changes):
    """The pack with other files, put together in the right way."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files |= {name.replace("_", "."): content for name, content in changes.items()}
    return zipped({name: content for name, content in files.items() if content is not None})


def test_an_unsigned_pack_says_so(folder):
    found = check(pack(folder))
    assert found.sentence == "intact, not signed"
    assert found.exit_code == 0


def test_without_a_key_to_expect_the_signer_is_unknown(folder, key):
    found = check(pack(folder, key))
    assert found.sentence.startswith("intact, signer unknown")
    assert found.exit_code == 0


def test_an_expected_signer_is_named(key):
    mark = fingerprint(key.public_key())
    found = check(seal(FILES, key), mark.upper())
    assert found.sentence == f"intact, signed by the expected key {mark}"
    assert found.exit_code == 0


def test_another_signer_or_none_is_a_fail(key):
    assert "another key" in check(seal(FILES, key), "00" * 32).sentence
    assert check(seal(FILES, key), "00" * 32).exit_code == 1
    assert "not signed" in check(seal(FILES), "00" * 32).sentence


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"report_json": b"[]"}, "report.json is not as it was"),
        ({"transcript_txt": None}, "transcript.txt is absent"),
        ({"more_txt": b"x"}, "more.txt was added"),
        ({"MANIFEST_sha256": b"nothing"}, "MANIFEST.sha256 is damaged"),
        ({"MANIFEST_sha256": None}, "MANIFEST.sha256 is absent"),
        ({"MANIFEST_sig": b"x" * 64}, "the signature does not hold"),
        ({"MANIFEST_sig": None}, "the signature does not hold"),
    ],
)
def test_what_was_changed_is_named(key, changes, said):
    found = check(_repacked(seal(FILES, key), **changes))
    assert said in found.sentence
    assert found.sentence.startswith("changed: ")
    assert found.exit_code == 1


def test_whoever_changes_the_manifest_too_cannot_sign_it(key):
    forged = {**FILES, "report.json": b"[]"}
    found = check(_repacked(seal(FILES, key), report_json=b"[]", MANIFEST_sha256=manifest(forged)))
    assert "the signature does not hold" in found.sentence


def test_whoever_signs_it_anew_is_another(key):
    stranger = Ed25519PrivateKey.generate()
    found = check(seal(FILES, stranger), fingerprint(key.public_key()))
    assert "another key" in found.sentence
    assert sign(stranger, b"").public_key != sign(key, b"").public_key


SEALED = seal(FILES)


def _is_found(data):
    try:
        return check(data).exit_code == 1
    except WrongUseError:
        return True


@pytest.mark.parametrize("change", [0x01, 0x08, 0x80, 0xFF])
def test_any_changed_byte_is_found(change):
    assert not _is_found(SEALED)
    for place in range(len(SEALED)):
        data = bytearray(SEALED)
        data[place] ^= change
        assert _is_found(bytes(data)), place


def test_bytes_before_or_behind_are_found():
    assert _is_found(b"x" + SEALED)
    assert _is_found(SEALED + b"x")


def test_a_compressed_file_is_not_unpacked():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("MANIFEST.sha256", b"0" * 1_000_000)
    assert "MANIFEST.sha256 is not as it was" in check(written.getvalue()).sentence


@pytest.mark.parametrize("data", [b"", b"PK", b"no pack", SEALED[:-30]])
def test_what_is_no_pack_is_told(data):
    with pytest.raises(WrongUseError, match="no pack"):
        check(data)


def test_a_pack_that_would_fill_the_memory_is_not_opened():
    with pytest.raises(WrongUseError, match="more than a pack can"):
        check(zipped({f"{number}": b"" for number in range(101)}))
