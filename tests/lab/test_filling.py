"""Images are sent while they are drawn, to every archive, and the end of drawing is the end."""

import pytest

from lab.filling import fill
from lab.peers.modality import Sent
from sample_images.size import Size
from sample_images.writing import WritingError


class _Device:
    def __init__(self):
        self.sent = []

    def send(self, patients):
        self.sent = [patient.number for patient in patients]
        return Sent(instances=len(self.sent))


def nobody(done, of, words):
    """Nobody is told."""


def test_every_device_sends_every_patient(tmp_path):
    devices, told = [_Device(), _Device()], []
    manifest, sent = fill(
        tmp_path / "images",
        devices,
        lambda done, of, _words: told.append((done, of)),
        patients=3,
        seed=2019,
        size=Size.SMALL,
    )
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [sorted(device.sent) for device in devices] == [[1, 2, 3], [1, 2, 3]]
    assert [one.instances for one in sent] == [3, 3]
    assert [patient.number for patient in manifest.patients] == [1, 2, 3]


def test_who_begins_later_draws_the_same_patients(tmp_path):
    device, told = _Device(), []
    manifest, _ = fill(
        tmp_path / "images",
        [device],
        lambda done, of, _words: told.append((done, of)),
        patients=3,
        first=3,
        seed=2019,
        size=Size.SMALL,
    )
    assert told == [(0, 1), (1, 1)]
    assert device.sent == [3]
    assert [patient.number for patient in manifest.patients] == [3]


def test_when_drawing_fails_nobody_waits_for_more(tmp_path):
    (tmp_path / "images").write_text("a file in the way")
    device = _Device()
    with pytest.raises(WritingError):
        fill(tmp_path / "images", [device], nobody, patients=3, seed=1, size=Size.SMALL)
    assert device.sent == []
