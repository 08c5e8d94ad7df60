import pytest

from lab.verify.fingerprint import fingerprint


@pytest.mark.parametrize(
    ("uid", "version", "words"),
    [
        ("1.2.276.0.7230010.3.0.3.6.7", "OFFIS_DCMTK_367", "probably DCMTK; medium"),
        ("1.2.826.0.1.3680043.9.3811.3.0.4", "", "perhaps pynetdicom; low"),
        ("9.9", "ORTHANC", "perhaps Orthanc; low"),
        ("9.9", "NOBODY", "do not know"),
    ],
)
def test_a_guess_comes_with_its_confidence(uid, version, words):
    assert words in fingerprint((uid, version)).text


def test_silence_is_no_fingerprint():
    assert fingerprint(("", "")) is None
