"""DCMTK's clients and its storage SCP, against both archives."""

import hashlib
import subprocess

import pytest
from pydicom import dcmread


def data_set_of(path):
    """The bytes after the file meta information."""
    data = path.read_bytes()
    with path.open("rb") as file:
        file.seek(132)
        length = 144 + int.from_bytes(data[140:144], "little")
    return data[length:]


@pytest.fixture(scope="module")
def filled(pacs, dicom_files):
    """The sixteen images, stored with the very bytes of the files."""
    with pacs.wire() as wire:
        for path in dicom_files:
            assert wire.store(dcmread(path).SOPInstanceUID, data_set_of(path)) == 0x0000
    return pacs


@pytest.mark.program("echoscu")
def test_echoscu_is_answered(dcmtk):
    dcmtk("echoscu")


@pytest.mark.program("storescu", "dcmconv")
def test_what_storescu_sends_is_what_is_kept(pacs, dcmtk, program, dicom_files, tmp_path):
    """storescu encodes anew before it sends, as dcmconv does: so compare with dcmconv's file."""
    again = tmp_path / "again.dcm"
    subprocess.run([program("dcmconv"), "+te", dicom_files[0], again], check=True, timeout=60)

    dcmtk("storescu", "-R", after=[again])

    uid = dcmread(again).SOPInstanceUID
    assert pacs.retrieve(level="IMAGE", SOPInstanceUID=uid) == {uid: data_set_of(again)}


@pytest.mark.program("storescu")
def test_storescu_stores_all_it_is_given(pacs, dcmtk, findscu, dicom_files):
    dcmtk("storescu", after=dicom_files)

    assert len(findscu("IMAGE", "SOPInstanceUID=")) == 16


@pytest.mark.program("findscu")
@pytest.mark.parametrize(
    ("root", "level", "key", "count"),
    [
        ("-P", "PATIENT", "PatientID=", 4),
        ("-P", "STUDY", "StudyInstanceUID=", 4),
        ("-P", "SERIES", "SeriesInstanceUID=", 8),
        ("-P", "IMAGE", "SOPInstanceUID=", 16),
        ("-S", "STUDY", "StudyInstanceUID=", 4),
        ("-S", "SERIES", "SeriesInstanceUID=", 8),
        ("-S", "IMAGE", "SOPInstanceUID=", 16),
    ],
)
def test_findscu_finds_every_level_of_both_models(filled, findscu, root, level, key, count):
    found = findscu(level, key, root=root)

    assert len(found) == count
    assert {ds.QueryRetrieveLevel for ds in found} == {level}


@pytest.mark.program("findscu")
@pytest.mark.parametrize(
    ("keys", "patients"),
    [
        (["PatientName=SMITH*"], {"PAT-2"}),
        (["PatientName=?mith^J*"], {"PAT-2"}),
        (["PatientName=muller*"], {"PAT-0"}),
        (["PatientName=*gulsen"], {"PAT-1"}),
        (["PatientName=yamada*"], {"PAT-3"}),
        (["PatientID=PAT-?"], {"PAT-0", "PAT-1", "PAT-2", "PAT-3"}),
        (["StudyDate=20190911-20190912"], {"PAT-1", "PAT-2"}),
        (["StudyDate=-20190910"], {"PAT-0"}),
        (["StudyDate=20190913-"], {"PAT-3"}),
        (["StudyInstanceUID=2.25.770\\2.25.773"], {"PAT-0", "PAT-3"}),
        (["ModalitiesInStudy=CT", "AccessionNumber=A2"], {"PAT-2"}),
        (["PatientName=Nobody"], set()),
    ],
)
def test_findscu_matches_by_single_value_list_wild_card_and_range(filled, findscu, keys, patients):
    if not any(key.startswith("PatientID=") for key in keys):
        keys = [*keys, "PatientID="]

    assert {ds.PatientID for ds in findscu("STUDY", *keys)} == patients


@pytest.mark.program("findscu")
@pytest.mark.parametrize(
    ("charset", "key", "patient", "name"),
    [
        ("ISO_IR 100", "PatientName=Müller*".encode("latin-1"), "PAT-0", "Müller^Jörg"),
        ("ISO_IR 192", "PatientName=MÜLLER*".encode(), "PAT-0", "Müller^Jörg"),
        ("ISO_IR 148", "PatientName=Şahin*".encode("iso8859-9"), "PAT-1", "Şahin^Gülşen"),
        (
            "ISO_IR 192",
            "PatientName=*山田*".encode(),
            "PAT-3",
            "Yamada^Tarou=山田^太郎=やまだ^たろう",
        ),
        (None, "PatientName=Müller*".encode(), "PAT-0", "Müller^Jörg"),
    ],
)
def test_findscu_asks_in_its_own_set_and_reads_the_answer(
    filled, findscu, charset, key, patient, name
):
    (found,) = findscu("PATIENT", key, "PatientID=", root="-P", charset=charset)

    assert found.PatientID == patient
    assert found.SpecificCharacterSet == "ISO_IR 192"
    assert str(found.PatientName) == name


@pytest.mark.program("findscu")
def test_findscu_is_told_what_is_wrong_with_its_level(filled, dcmtk):
    ran = dcmtk("findscu", "-v", "-S", "-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID=")

    assert "Find Response (Error: DataSetDoesNotMatchSOPClass)" in ran.text


@pytest.mark.program("getscu", "stunnel4")
@pytest.mark.parametrize(
    ("level", "keys", "count"),
    [
        ("PATIENT", ["PatientID=PAT-0"], 4),
        ("STUDY", ["PatientID=PAT-0", "StudyInstanceUID=2.25.770"], 4),
        (
            "SERIES",
            ["PatientID=PAT-0", "StudyInstanceUID=2.25.770", "SeriesInstanceUID=2.25.770.1"],
            2,
        ),
        ("IMAGE", ["SOPInstanceUID=2.25.770.1.1\\2.25.773.2.2"], 2),
        ("STUDY", ["StudyInstanceUID=1.2.3"], 0),
    ],
)
def test_getscu_gets_the_very_bytes_that_were_stored(
    filled, dcmtk, dicom_files, tmp_path, level, keys, count
):
    folder = tmp_path / "got"
    folder.mkdir()
    options = [piece for key in (f"QueryRetrieveLevel={level}", *keys) for piece in ("-k", key)]

    dcmtk("getscu", "-P", "+B", "-od", str(folder), *options)

    assert_same(folder, dicom_files, count)


@pytest.mark.program("movescu", "storescp", "stunnel4")
@pytest.mark.parametrize(
    ("level", "keys", "count"),
    [
        ("PATIENT", ["PatientID=PAT-3"], 4),
        ("STUDY", ["StudyInstanceUID=2.25.770\\2.25.771"], 8),
        ("SERIES", ["SeriesInstanceUID=2.25.770.2"], 2),
        ("IMAGE", ["SOPInstanceUID=2.25.770.1.1"], 1),
    ],
)
def test_movescu_moves_the_very_bytes_to_storescp(
    filled, dcmtk, storescp, dicom_files, level, keys, count
):
    options = [piece for key in (f"QueryRetrieveLevel={level}", *keys) for piece in ("-k", key)]

    dcmtk("movescu", "-P", "-aem", "TOOLS-SCP", *options)

    assert_same(storescp, dicom_files, count)


@pytest.mark.program("movescu", "stunnel4")
def test_movescu_is_told_that_nobody_took_the_images(filled, dcmtk):
    """Nobody listens at the destination's address: every sub-operation failed."""
    ran = dcmtk(
        "movescu", "-v", "-S", "-aem", "TOOLS-SCP", "-k", "QueryRetrieveLevel=STUDY",
        "-k", "StudyInstanceUID=2.25.770", expect=69,
    )  # fmt: skip

    assert "Move Response (Refused: OutOfResourcesSubOperations)" in ran.text


def assert_same(folder, originals, count):
    stored = {dcmread(path).SOPInstanceUID: data_set_of(path) for path in originals}
    arrived = {dcmread(path).SOPInstanceUID: data_set_of(path) for path in folder.iterdir()}
    assert len(arrived) == count
    for uid, data in arrived.items():
        assert hashlib.sha256(data).digest() == hashlib.sha256(stored[uid]).digest(), uid
