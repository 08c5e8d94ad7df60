import hashlib

import pytest

from pacs_open.archive.archive import Held
from pacs_open.errors import DamagedRecordError


@pytest.fixture
def held(archive, shelf):
    shelf.store(archive, shelf.data_set(1, PixelData=bytes(range(256)) * 3000))
    (found,) = archive.locate(shelf.query())
    return found


def test_a_data_set_is_read_in_pieces_of_any_size(archive, held):
    with archive.open(held) as stored:
        whole = stored.read()
        assert stored.read() == b""
    with archive.open(held) as stored:
        assert stored.read(10) + stored.read(0) + stored.read(700_000) + stored.read() == whole
    with archive.open(held) as stored:
        pieces = list(stored.chunks(100_000))

    assert b"".join(pieces) == whole
    assert {len(piece) for piece in pieces[:-1]} == {100_000}
    assert len(whole) == held.size
    assert hashlib.sha256(whole).hexdigest() == held.digest


def test_the_very_bytes_can_be_sent_from_the_file(archive, held):
    with archive.open(held) as stored:
        assert stored.plain
        with open(stored.descriptor, "rb", closefd=False) as file:
            file.seek(stored.offset)
            assert file.read(stored.length) == stored.read()


def test_several_readers_do_not_disturb_each_other(archive, held):
    with archive.open(held) as one, archive.open(held) as other:
        assert one.read(1000) == other.read(1000)
        assert one.read() == other.read()


def test_what_is_known_of_it_stands_in_held(held):
    assert held.sop_instance_uid == "2.25.1"
    assert held.patient_id == "P1"
    assert held.study_instance_uid == "2.25.1000"
    assert held.series_instance_uid == "2.25.2000"
    assert held.transfer_syntax == "1.2.840.10008.1.2.1"


@pytest.mark.parametrize("changes", [{"offset": 0}, {"offset": 1024}, {"digest": "0" * 64}])
def test_a_record_that_is_not_the_one_meant_is_never_served(archive, held, changes):
    other = Held(**(vars(held) | changes))

    with pytest.raises(DamagedRecordError), archive.open(other):
        pass


def test_what_the_disk_cannot_read_is_a_damaged_record(archive, held, monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error")

    with archive.open(held) as stored:
        monkeypatch.setattr("pacs_open.archive.disk.read_at", fail)
        with pytest.raises(DamagedRecordError, match="Input/output error"):
            stored.read()
