import pytest
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset

from pacs_open.data_sets.identifiers import Identifier
from pacs_open.data_sets.matches import Matches
from pacs_open.values import Level

RETURNED = {
    "PatientName", "PatientID", "StudyInstanceUID", "StudyDate", "StudyDescription", "ModalitiesInStudy",
    "NumberOfStudyRelatedInstances", "Rows", "PatientSize", "OtherPatientIDs",
}  # fmt: skip
ROW = {
    "PatientName": "Smith^John",
    "PatientID": "P-1",
    "StudyInstanceUID": "2.25.123",
    "ModalitiesInStudy": "CT\\SR",
    "NumberOfStudyRelatedInstances": "40",
    "Rows": "512",
    "StudyDate": "20190917",
}


def answered(keys, row=ROW, *, explicit=True):
    identifier = Identifier(Level.STUDY, dict.fromkeys(keys, ""), has_foreign_keys=False)
    data = Matches(identifier, RETURNED, "PACS-OPEN", explicit=explicit).encode(row)
    return read_dataset(
        DicomBytesIO(data), is_implicit_VR=not explicit, is_little_endian=True
    ), data


@pytest.mark.parametrize("explicit", [True, False])
def test_another_reader_finds_every_key_that_was_asked_for_and_no_other(explicit):
    ds, _ = answered(
        ["PatientName", "StudyInstanceUID", "ModalitiesInStudy", "Rows"], explicit=explicit
    )

    assert ds.PatientName == "Smith^John"
    assert ds.StudyInstanceUID == "2.25.123"
    assert list(ds.ModalitiesInStudy) == ["CT", "SR"]
    assert ds.Rows == 512
    assert set(ds.dir()) == {
        "PatientName", "StudyInstanceUID", "ModalitiesInStudy", "Rows",
        "QueryRetrieveLevel", "RetrieveAETitle", "InstanceAvailability",
    }  # fmt: skip


def test_level_retrieve_ae_title_and_availability_are_always_told_and_once():
    ds, _ = answered(["RetrieveAETitle", "InstanceAvailability", "PatientID"])

    assert ds.QueryRetrieveLevel == "STUDY"
    assert ds.RetrieveAETitle == "PACS-OPEN"
    assert ds.InstanceAvailability == "ONLINE"


def test_a_key_that_is_not_supported_is_not_returned():
    """PS3.4 C.2.2.1.3: the attribute shall not be returned."""
    ds, _ = answered(["PatientBirthName", "PatientID"])

    assert "PatientBirthName" not in ds


def test_a_supported_key_without_a_value_is_returned_empty():
    ds, _ = answered(["StudyDescription", "PatientSize"])

    assert ds["StudyDescription"].is_empty
    assert ds["PatientSize"].is_empty


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize(
    "name", ["Müller^Jörg", "Yamada^Tarou=山田^太郎=やまだ^たろう", "Şahin^Gülşen"]
)
def test_text_beyond_ascii_is_announced_and_sent_as_utf8(explicit, name):
    ds, data = answered(
        ["PatientName", "PatientID"], {**ROW, "PatientName": name}, explicit=explicit
    )

    assert ds.SpecificCharacterSet == "ISO_IR 192"
    assert str(ds.PatientName) == name
    assert name.encode() in data


def test_plain_text_is_not_announced():
    ds, _ = answered(["PatientName", "StudyDate"])

    assert "SpecificCharacterSet" not in ds


def test_elements_are_in_order_and_of_even_length():
    ds, data = answered(sorted(RETURNED), {**ROW, "PatientName": "Müller"})

    assert list(ds.keys()) == sorted(ds.keys())
    assert len(data) % 2 == 0


def test_a_number_that_does_not_fit_is_left_out():
    ds, _ = answered(["Rows"], {"Rows": "512000"})

    assert ds["Rows"].is_empty


def test_a_value_too_long_for_a_short_length_is_still_well_formed():
    ds, _ = answered(
        ["OtherPatientIDs", "PatientID"], {"OtherPatientIDs": "\\".join(["1234567"] * 10_000)}
    )

    assert ds[0x00101000].VR == "UN"
    assert "PatientID" in ds
