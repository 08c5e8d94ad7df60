import hashlib
import re
from io import BytesIO

import pytest
from pydicom import dcmread

from sample_images import iod, mr, writing
from sample_images.manifest import Manifest
from sample_images.patients import Modality, plan
from sample_images.size import Size
from sample_images.writing import WritingError, write, write_patient

MR = next(patient for patient in plan(16) if patient.modality is Modality.MR)


def files_of(directory):
    """Every image with its bytes."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*.dcm")
    }


def test_the_same_seed_gives_the_same_bytes_whatever_the_number_of_processes(tmp_path, small_set):
    directory, _ = small_set  # sixteen patients, drawn by two processes
    write(tmp_path, patients=4, size=Size.SMALL, jobs=1)
    once, again = files_of(tmp_path), files_of(directory)

    assert {file[:4] for file in once} == {"0001", "0002", "0003", "0004"}
    assert all(again[file] == encoded for file, encoded in once.items())
    assert set(once) == {file for file in again if file < "0005"}


def test_who_is_drawn_alone_is_the_same_as_among_others(tmp_path, small_set):
    directory, _ = small_set
    key = write(tmp_path, patients=3, first=3, size=Size.SMALL, jobs=1)
    again = files_of(directory)

    assert [patient.number for patient in key.patients] == [3]
    assert {file[:4] for file in files_of(tmp_path)} == {"0003"}
    assert all(again[file] == encoded for file, encoded in files_of(tmp_path).items())


def test_patients_are_numbered_from_one(tmp_path):
    with pytest.raises(ValueError, match="numbered from 1"):
        write(tmp_path, patients=3, first=0)


def test_another_seed_gives_other_bytes(tmp_path):
    for seed in (1, 2):
        (tmp_path / str(seed)).mkdir()
        write_patient(tmp_path / str(seed), list(plan(3, seed))[2], Size.SMALL)
    one, other = files_of(tmp_path / "1"), files_of(tmp_path / "2")

    assert set(one) == set(other)
    assert not any(one[file] == other[file] for file in one)


def test_the_manifest_lists_every_file_and_its_hashes_are_true(small_set):
    directory, manifest = small_set
    listed = {entry.file for entry in manifest.instances()}
    there = {path.relative_to(directory).as_posix() for path in directory.rglob("*.dcm")}

    assert listed == there
    for entry in manifest.instances():
        encoded = (directory / entry.file).read_bytes()
        ds = dcmread(BytesIO(encoded))
        data_set = encoded[iod.data_set_offset(encoded) :]
        assert hashlib.sha256(data_set).hexdigest() == entry.data_set_sha256
        assert hashlib.sha256(ds.PixelData).hexdigest() == entry.pixel_sha256
        assert (ds.SOPInstanceUID, ds.SOPClassUID) == (entry.sop_instance_uid, entry.sop_class_uid)
        assert ds.file_meta.TransferSyntaxUID == entry.transfer_syntax_uid
        assert (ds.Rows, ds.Columns) == (entry.rows, entry.columns)


def test_the_manifest_on_disk_is_the_one_returned(small_set):
    directory, manifest = small_set

    assert Manifest.load(directory / "manifest.json") == manifest


def test_uids_are_valid_and_unique_and_each_patient_has_one_study(small_set):
    _, manifest = small_set
    instances = [entry.sop_instance_uid for entry in manifest.instances()]
    studies = [study.study_instance_uid for p in manifest.patients for study in p.studies]
    series = [s.series_instance_uid for p in manifest.patients for t in p.studies for s in t.series]

    assert len(studies) == len(manifest.patients) == 16
    for uids in (instances, studies, series):
        assert len(set(uids)) == len(uids)
        assert all(re.fullmatch(r"2\.25\.[1-9][0-9]*", uid) and len(uid) <= 64 for uid in uids)


def test_views_are_named(small_set):
    _, manifest = small_set
    views = {entry.view for entry in manifest.instances()}

    assert {"PA", "RCC", "LCC", "RMLO", "LMLO", "T1 TSE sag", "T2 TSE sag"} <= views


def test_a_small_set_is_small(small_set):
    directory, _ = small_set

    assert sum(path.stat().st_size for path in directory.rglob("*.dcm")) < 500_000_000 / 16


def test_progress_counts_to_the_end(tmp_path):
    told = []
    write(
        tmp_path, patients=2, size=Size.SMALL, jobs=1,
        progress=lambda done, total, words: told.append((done, total, words)),
    )  # fmt: skip

    assert [(done, total) for done, total, _ in told] == [(0, 2), (1, 2), (2, 2)]
    assert told[1][2] == "DX, pacemaker"


def test_each_patient_is_announced_when_the_files_are_there(tmp_path):
    seen = []
    write(
        tmp_path, patients=1, size=Size.SMALL, jobs=1,
        finished=lambda entry: seen.append([(tmp_path / i.file).exists() for i in entry.instances()]),
    )  # fmt: skip

    assert seen == [[True, True]]


def test_a_second_run_replaces_the_first(tmp_path):
    write(tmp_path, patients=2, seed=1, size=Size.SMALL, jobs=1)
    (tmp_path / "notes.txt").write_text("mine")
    manifest = write(tmp_path, patients=1, seed=2, size=Size.SMALL, jobs=1)

    assert len(list(tmp_path.rglob("*.dcm"))) == len(list(manifest.instances()))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_no_patients_are_an_empty_manifest(tmp_path):
    assert list(write(tmp_path, patients=0).instances()) == []


@pytest.mark.parametrize("wrong", [{"patients": -1}, {"jobs": -1}])
def test_negative_numbers_are_an_error(tmp_path, wrong):
    with pytest.raises(ValueError, match="-1"):
        write(tmp_path, **wrong)


def test_a_patient_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "0003").write_text("a file where a folder should be")

    with pytest.raises(WritingError, match=r"patient 3 .*0003"):
        write(tmp_path, patients=4, size=Size.SMALL, jobs=2)
    assert not (tmp_path / "manifest.json").exists()


def test_a_directory_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(WritingError, match="cannot write to"):
        write(tmp_path / "file" / "set", patients=1)


def test_many_patients_are_handed_out_a_few_at_a_time(tmp_path, monkeypatch):
    asked = []

    class Pool:
        def submit(self, function, directory, patient, size):
            asked.append(patient.number)
            return writing.Future()

    def wait(pending, return_when):
        assert len(pending) <= 4
        first = next(iter(pending))
        first.set_result(None)
        return {first}, pending - {first}

    monkeypatch.setattr(writing, "wait", wait)
    drawn = writing._finished(Pool(), tmp_path, plan(1600), Size.SMALL, at_once=4)

    next(drawn)
    assert len(asked) == 4
    assert sum(1 for _ in drawn) == 1599


def test_a_patient_is_drawn_one_image_at_a_time(tmp_path, monkeypatch):
    alive = []

    def instances(patient, size):
        for ds in mr.instances(patient, size):
            alive.append(ds)
            assert sum("PixelData" in each for each in alive) == 1
            yield ds

    monkeypatch.setattr(writing, "instances", instances)
    entry = write_patient(tmp_path, MR, Size.SMALL)

    assert len(list(entry.instances())) == len(alive) == 8
