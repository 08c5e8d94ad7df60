import pytest
from blake3 import blake3

from pacs_open.archive.archive import Outcome
from pacs_open.archive.incoming import check_uid
from pacs_open.errors import ArchiveFullError
from pacs_open.refusals import DimseRefused


def refuse(record):
    raise DimseRefused("not wanted", 0x0124)


def log_size(archive):
    return sum(path.stat().st_size for path in archive.segments.iterdir())


@pytest.mark.parametrize("piece", [100, 50_000, 131_072, 10_000_000])
@pytest.mark.parametrize("size", [2, 100_000, 700_000])
def test_a_data_set_comes_out_as_it_went_in(archive, shelf, piece, size):
    data = shelf.data_set(PixelData=bytes(range(256)) * (size // 256 + 1))
    with shelf.receive(archive, data, piece=piece) as incoming:
        assert incoming.size == len(data)
        assert incoming.commit(lambda record: None) is Outcome.STORED

    assert shelf.read(archive) == data


def test_implicit_data_sets_are_kept_as_they_are(archive, shelf):
    data = shelf.data_set(implicit=True)
    with shelf.receive(archive, data, syntax="1.2.840.10008.1.2") as incoming:
        incoming.commit(lambda record: None)

    assert shelf.read(archive) == data
    assert shelf.find(archive)[0]["PatientName"] == "Müller^Änne"


def test_what_is_not_committed_is_gone(archive, shelf):
    shelf.store(archive, shelf.data_set(1))
    before = log_size(archive)
    with shelf.receive(archive, shelf.data_set(2, PixelData=bytes(500_000))):
        assert log_size(archive) > before

    assert log_size(archive) == before
    assert shelf.uids(archive) == {"1"}


def test_what_is_refused_is_gone(archive, shelf):
    with pytest.raises(DimseRefused, match="not wanted"):
        shelf.store(archive, shelf.data_set(1), decide=refuse)

    assert shelf.find(archive) == []
    assert shelf.store(archive, shelf.data_set(1)) is Outcome.STORED
    assert archive.check() == []


def test_the_decision_knows_what_arrives_and_what_is_there(archive, shelf):
    seen = []
    first, second = shelf.data_set(1), shelf.data_set(1, PatientID="P2")
    shelf.store(archive, first, second, decide=seen.append)

    fresh, again = seen
    assert fresh.existing_digest is None
    assert fresh.known_patient_ids == frozenset()
    assert fresh.digest == blake3(first).hexdigest()
    assert fresh.size == len(first)
    assert fresh.head.get("PatientID") == "P1"
    assert again.existing_digest == fresh.digest
    assert again.known_patient_ids == {"P1"}


def test_a_repetition_writes_nothing_and_asks_nobody(archive, shelf):
    data = shelf.data_set(1)
    shelf.store(archive, data)
    before = log_size(archive)

    assert shelf.store(archive, data, decide=refuse) is Outcome.REPEATED
    assert log_size(archive) == before


def test_other_bytes_under_the_same_uid_replace(archive, shelf):
    shelf.store(archive, shelf.data_set(1))
    data = shelf.data_set(1, PatientID="P2")

    assert shelf.store(archive, data) is Outcome.REPLACED
    assert shelf.read(archive) == data
    assert [row["PatientID"] for row in shelf.find(archive)] == ["P2"]


def test_the_same_bytes_in_another_transfer_syntax_are_no_repetition(archive, shelf):
    data = shelf.data_set(1)
    shelf.store(archive, data)
    with shelf.receive(archive, data, syntax="1.2.840.10008.1.2.4.50") as incoming:
        assert incoming.commit(lambda record: None) is Outcome.REPLACED


def test_the_head_is_there_before_the_end(archive, shelf):
    data = shelf.data_set(PixelData=bytes(10_000))
    incoming = archive.receive(
        sop_class_uid="1.2", sop_instance_uid="2.25.1", transfer_syntax="1.2.840.10008.1.2.1"
    )
    incoming.write(data[:100])
    assert incoming.head is None
    incoming.write(data[100:1000])
    assert incoming.head.get("PatientID") == "P1"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"StudyInstanceUID": None}, 0xC000),
        ({"SeriesInstanceUID": None}, 0xC000),
        ({"SeriesInstanceUID": ""}, 0xC000),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"}, 0xA900),
        ({"SOPClassUID": None}, 0xA900),
        ({"SOPInstanceUID": "2.25.2"}, 0xA900),
    ],
)
def test_an_instance_without_its_uids_or_with_others_is_refused(archive, shelf, changes, status):
    with (
        pytest.raises(DimseRefused) as refusal,
        shelf.receive(archive, shelf.data_set(1, **changes), "2.25.1") as incoming,
    ):
        incoming.commit(lambda record: None)

    assert refusal.value.status == status
    assert len(refusal.value.comment) <= 64
    assert shelf.find(archive) == []


@pytest.mark.parametrize("cut", [1, 8, 200, 300, 500])
def test_a_data_set_that_is_cut_short_is_refused(archive, shelf, cut):
    data = shelf.data_set(1)
    with (
        pytest.raises(DimseRefused) as refusal,
        shelf.receive(archive, data[:-cut], "2.25.1") as incoming,
    ):
        incoming.commit(lambda record: None)

    assert refusal.value.status in {0xC000, 0xA900}


@pytest.mark.parametrize("uid", ["", "\0", "1" * 65, "1.2\n3", "1.2\x003", "1.2\x7f", "1.2\ud800"])
def test_a_uid_that_can_be_no_key_is_refused_at_once(archive, uid):
    with pytest.raises(DimseRefused) as refusal:
        archive.receive(sop_class_uid="1.2", sop_instance_uid=uid, transfer_syntax="1.2")

    assert refusal.value.status == 0x0117


@pytest.mark.parametrize(
    "uid", ["../../../etc/passwd", "/etc/passwd", "..", "C:\\x", "a b", "1." * 31 + "1"]
)
def test_any_other_uid_is_a_mere_key(archive, shelf, uid):
    check_uid(uid, "SOP Instance UID", 0x0117)
    before = sorted(archive.directory.rglob("*"))
    data = shelf.data_set(1, SOPInstanceUID=None)
    value = uid.encode() + b"\0" * (len(uid) % 2)
    at = data.index(b"\x08\x00\x20\x00")
    data = data[:at] + b"\x08\0\x18\0UI" + len(value).to_bytes(2, "little") + value + data[at:]
    with shelf.receive(archive, data, uid) as incoming:
        incoming.commit(lambda record: None)

    (held,) = archive.locate(shelf.query())
    assert held.sop_instance_uid == uid
    new = set(archive.directory.rglob("*")) - set(before)
    assert all(path.parent == archive.segments for path in new)


def test_a_full_disk_while_bytes_arrive_leaves_nothing_behind(archive, shelf, monkeypatch):
    shelf.store(archive, shelf.data_set(1))
    before = log_size(archive)
    incoming = shelf.receive(archive, shelf.data_set(2, PixelData=bytes(300_000)))
    with monkeypatch.context() as patch:
        patch.setattr("pacs_open.archive.disk._pwritev", _full)
        with pytest.raises(ArchiveFullError), incoming:
            incoming.write(bytes(300_000))

    assert log_size(archive) == before
    shelf.store(archive, shelf.data_set(3))
    assert shelf.uids(archive) == {"1", "3"}
    assert archive.check() == []


def test_a_full_disk_at_the_commit_leaves_nothing_behind(archive, shelf, monkeypatch):
    shelf.store(archive, shelf.data_set(1))
    with monkeypatch.context() as patch:
        patch.setattr("pacs_open.archive.segment.Segment.seal", lambda *_: _full())
        with pytest.raises(ArchiveFullError):
            shelf.store(archive, shelf.data_set(2))

    assert shelf.store(archive, shelf.data_set(2)) is Outcome.STORED
    assert archive.check() == []


def _full(*_):
    raise ArchiveFullError("no room")
