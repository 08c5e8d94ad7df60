import pytest
from blake3 import blake3

from pacs_open.archive.archive import Held
from pacs_open.errors import DamagedRecordError


@pytest.fixture
def held(archive, shelf):
    shelf.store(archive, shelf.data_set(1, PixelData=bytes(range(256)) * 3000))
    (found,) = archive.locate(shelf.query())
    return found


def test_a_data_set_is_read_in_pieces_of_any_size(archive, held):
    with archive.reading() as reader:
        stored = reader.open(held)
        whole = stored.read()
        assert stored.read() == b""
    with archive.reading() as reader:
        stored = reader.open(held)
        assert stored.read(10) + stored.read(0) + stored.read(700_000) + stored.read() == whole
    with archive.reading() as reader:
        stored = reader.open(held)
        pieces = list(stored.chunks(100_000))

    assert b"".join(pieces) == whole
    assert {len(piece) for piece in pieces[:-1]} == {100_000}
    assert len(whole) == held.size
    assert blake3(whole).hexdigest() == held.digest


def test_the_very_bytes_can_be_sent_from_the_file(archive, held):
    with archive.reading() as reader:
        stored = reader.open(held)
        assert stored.plain
        with open(stored.descriptor, "rb", closefd=False) as file:
            file.seek(stored.offset)
            assert file.read(stored.length) == stored.read()


def test_several_readers_do_not_disturb_each_other(archive, held):
    with archive.reading() as one_reader, archive.reading() as other_reader:
        one, other = one_reader.open(held), other_reader.open(held)
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

    with archive.reading() as reader, pytest.raises(DamagedRecordError):
        reader.open(other)


def test_what_the_disk_cannot_read_is_a_damaged_record(archive, held, monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error")

    with archive.reading() as reader:
        stored = reader.open(held)
        monkeypatch.setattr("pacs_open.archive.disk.read_at", fail)
        with pytest.raises(DamagedRecordError, match="Input/output error"):
            stored.read()


def test_instances_of_several_segments_are_read_one_after_the_other(archive, shelf):
    one, two, three = (shelf.data_set(n, PixelData=bytes([n]) * 200_000) for n in (1, 2, 3))
    with shelf.receive(archive, one) as first, shelf.receive(archive, two) as second:
        first.commit(lambda record: None)
        second.commit(lambda record: None)
    shelf.store(archive, three)

    found = list(archive.locate(shelf.query()))
    with archive.reading() as reader:
        read = [reader.open(held).read() for held in (*found, *found)]

    assert read == [one, two, three] * 2
    assert len({held.segment for held in found}) > 1
