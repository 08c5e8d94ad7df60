import hashlib
import json

import pytest
from blake3 import blake3
from pydicom import dcmread

from pacs_open.archive.maintenance import Exported
from pacs_open.errors import ArchiveError
from pacs_open.index.schema import instances


def test_the_state_is_that_of_the_instances_however_they_came(shelf, tmp_path):
    one, two = shelf.data_set(1), shelf.data_set(10)
    lines = [f"2.25.{n} {blake3(d).hexdigest()}\n" for n, d in ((1, one), (10, two))]
    expected = hashlib.sha256("".join(lines).encode()).hexdigest()
    hashes = set()
    for name, order in (
        ("a", (one, two)),
        ("b", (two, one)),
        ("c", (shelf.data_set(1, Modality="MR"), two, one)),
    ):
        place = type(shelf)(tmp_path / name)
        with place.open() as archive:
            place.store(archive, *order)
            hashes.add(archive.state_hash())

    assert hashes == {expected}


def test_the_state_of_many_instances_is_read_in_pages(archive, shelf, monkeypatch):
    shelf.store(archive, *(shelf.data_set(n) for n in range(5)))
    whole = archive.state_hash()
    monkeypatch.setattr("pacs_open.archive.maintenance.PAGE", 2)

    assert archive.state_hash() == whole
    shelf.store(archive, shelf.data_set(6))
    assert archive.state_hash() != whole


def test_an_archive_in_order_has_no_problems(archive, shelf):
    shelf.store(archive, shelf.data_set(1), shelf.data_set(1, PatientID="P2"), shelf.data_set(2))

    assert archive.check() == []


def test_one_wrong_bit_is_found(archive, shelf):
    shelf.store(archive, shelf.data_set(1), shelf.data_set(2))
    (held,) = archive.locate(shelf.query(SOPInstanceUID="2.25.1"))
    log = archive.segments / "00000001.log"
    with log.open("r+b") as file:
        file.seek(held.offset + 600)
        byte = file.read(1)
        file.seek(held.offset + 600)
        file.write(bytes([byte[0] ^ 1]))

    (problem,) = archive.check()
    assert problem.kind == "damaged record"
    assert str(held.offset) in problem.where


def test_a_wrong_bit_in_the_file_meta_information_is_found(archive, shelf):
    shelf.store(archive, shelf.data_set(1))
    (held,) = archive.locate(shelf.query())
    with (archive.segments / "00000001.log").open("r+b") as file:
        file.seek(held.offset + 128 + 5)
        file.write(b"\1")

    assert [problem.kind for problem in archive.check()] == ["damaged record"]


def test_what_index_and_log_do_not_share_is_named(archive, shelf):
    shelf.store(archive, shelf.data_set(1), shelf.data_set(2))
    with archive.index.writing() as connection:
        connection.execute(instances.delete().where(instances.c.id == 1))
        connection.execute(instances.update().values(offset=512000))

    assert sorted(problem.kind for problem in archive.check()) == [
        "not in the index",
        "not in the log",
    ]


def test_files_that_do_not_belong_are_leftovers(archive, shelf):
    (archive.segments / "core.1234").touch()

    (problem,) = archive.check()
    assert problem.kind == "leftover"


def test_half_a_record_that_nobody_writes_is_named(archive, shelf):
    shelf.store(archive, shelf.data_set(1))
    archive.pool.close()
    with (archive.segments / "00000001.log").open("ab") as file:
        file.write(bytes(5000))

    (problem,) = archive.check()
    assert problem.kind == "half record"


def test_loose_files_have_invented_names_and_the_same_bytes(archive, shelf, tmp_path):
    data = {
        1: shelf.data_set(1, PatientID="../../evil", PatientName="=cmd()"),
        2: shelf.data_set(2),
        3: shelf.data_set(3, SeriesInstanceUID="2.25.2001"),
        4: shelf.data_set(4, StudyInstanceUID="2.25.1001"),
        5: shelf.data_set(5),
    }
    shelf.store(archive, *data.values())

    assert archive.export(tmp_path / "out") == Exported(5, [])
    listing = json.loads((tmp_path / "out" / "index.json").read_text(encoding="utf-8"))
    names = {int(line["SOPInstanceUID"][5:]): line["file"] for line in listing}
    assert names == {
        1: "0001/0001/0001/0001.dcm",
        2: "0002/0001/0001/0001.dcm",
        5: "0002/0001/0001/0002.dcm",
        3: "0002/0001/0002/0001.dcm",
        4: "0002/0002/0001/0001.dcm",
    }
    for number, name in names.items():
        path = tmp_path / "out" / name
        assert path.read_bytes().endswith(data[number])
        assert dcmread(path).file_meta.MediaStorageSOPInstanceUID == f"2.25.{number}"


@pytest.mark.parametrize("damage", ["a byte", "the header", "the segment"])
def test_a_damaged_record_is_named_and_its_neighbours_are_exported(shelf, tmp_path, damage):
    with (
        shelf.open() as archive,
        shelf.receive(archive, shelf.data_set(4, PixelData=bytes(400_000))) as incoming,
    ):
        shelf.store(archive, *(shelf.data_set(n) for n in (1, 2, 3)))
        incoming.commit(lambda record: None)
        (held,) = archive.locate(shelf.query(SOPInstanceUID="2.25.2"))
        segment = archive.segments / f"{held.segment:08d}.log"
        place, what = {
            "a byte": (held.offset + 128 + 132 + 200, b"\xff"),
            "the header": (held.offset, b"\0" * 64),
            "the segment": (0, b"x" * 100),
        }[damage]
        with segment.open("r+b") as file:
            file.seek(place)
            file.write(what)
        exported = archive.export(tmp_path / "out")

    lost = {"2.25.1", "2.25.2", "2.25.3"} if damage == "the segment" else {"2.25.2"}
    assert {problem.kind for problem in exported.problems} == {"damaged record"}
    assert {problem.detail.split(":")[0] for problem in exported.problems} == lost
    listing = json.loads((tmp_path / "out" / "index.json").read_text(encoding="utf-8"))
    assert {line["SOPInstanceUID"] for line in listing} == {f"2.25.{n}" for n in range(1, 5)} - lost
    assert exported.files == len(listing) == len(list((tmp_path / "out").rglob("*.dcm")))
    for line in listing:
        number = int(line["SOPInstanceUID"][5:])
        data = shelf.data_set(number, **({"PixelData": bytes(400_000)} if number == 4 else {}))
        assert (tmp_path / "out" / line["file"]).read_bytes().endswith(data)


def test_many_files_are_exported_page_by_page(archive, shelf, tmp_path, monkeypatch):
    patients = [shelf.data_set(n, PatientID=f"P{n // 5}", StudyInstanceUID=f"2.25.1{n // 5}")
                for n in range(17)]  # fmt: skip
    shelf.store(archive, *patients)
    monkeypatch.setattr("pacs_open.archive.maintenance.PAGE", 2)

    assert archive.export(tmp_path / "out") == Exported(17, [])
    assert len(set((tmp_path / "out").rglob("*.dcm"))) == 17


def test_an_export_never_mixes_with_other_files(archive, tmp_path):
    (tmp_path / "mine").touch()

    with pytest.raises(ArchiveError, match="is not empty"):
        archive.export(tmp_path)
