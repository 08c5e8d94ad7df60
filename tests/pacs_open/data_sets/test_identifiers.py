import contextlib
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from pacs_open.data_sets.elements import element
from pacs_open.data_sets.identifiers import (
    find_query,
    has_unmatched_keys,
    read_identifier,
    retrieve_query,
)
from pacs_open.refusals import DimseRefused
from pacs_open.values import AssociationRequest, Dimse, Level, Model, Operation, Peer

OPERATION = Operation(
    AssociationRequest(Peer("127.0.0.1", 4711), "ME", "PACS-OPEN"),
    Dimse.FIND,
    "1.2",
    7,
    "1.2.840.10008.1.2",
)


def encoded(ds, *, explicit=True):
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, not explicit
    write_dataset(file, ds)
    return file.getvalue()


def asked(level="STUDY", **keys):
    ds = Dataset()
    if level:
        ds.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    return ds


def read(ds, *, model=Model.PATIENT_ROOT, explicit=True):
    return read_identifier(encoded(ds, explicit=explicit), model, explicit=explicit)


@pytest.mark.parametrize("explicit", [True, False])
def test_keys_come_out_as_text_without_padding(explicit):
    ds = asked(
        PatientName="M*", PatientID="", StudyInstanceUID=["1.2", "1.2.3"], StudyDate="20190901-"
    )
    ds.Rows = 512

    identifier = read(ds, explicit=explicit)

    assert identifier.level is Level.STUDY
    assert dict(identifier.keys) == {
        "StudyDate": "20190901-",
        "PatientName": "M*",
        "PatientID": "",
        "StudyInstanceUID": "1.2\\1.2.3",
        "Rows": "512",
    }
    assert not identifier.has_foreign_keys


@pytest.mark.parametrize(
    ("announced", "codec"),
    [("ISO_IR 100", "latin-1"), ("ISO_IR 192", "utf-8"), (None, "utf-8"), (None, "latin-1")],
)
def test_names_are_decoded_by_the_set_of_the_request(announced, codec):
    data = element(0x00080005, "CS", announced.encode(), explicit=True) if announced else b""
    data += element(0x00080052, "CS", b"PATIENT", explicit=True)
    data += element(0x00100010, "PN", "Müller*".encode(codec), explicit=True)

    identifier = read_identifier(data, Model.PATIENT_ROOT, explicit=True)

    assert identifier.keys["PatientName"] == "Müller*"


def test_what_says_how_to_read_the_keys_is_no_key():
    identifier = read(
        asked(
            SpecificCharacterSet="ISO_IR 192", TimezoneOffsetFromUTC="+0100", QueryRetrieveView=""
        )
    )

    assert not identifier.keys
    assert not has_unmatched_keys(identifier)


def test_sequences_and_private_keys_are_tolerated_and_noticed():
    ds = asked(PatientID="1")
    item = Dataset()
    item.ScheduledProcedureStepID = "X"
    ds.RequestAttributesSequence = [item]
    ds.add_new(0x00091001, "LO", "private")

    identifier = read(ds)

    assert dict(identifier.keys) == {"PatientID": "1"}
    assert has_unmatched_keys(identifier)


@pytest.mark.parametrize(
    ("level", "model", "accepted"),
    [
        ("PATIENT", Model.PATIENT_ROOT, True),
        ("STUDY", Model.PATIENT_ROOT, True),
        ("IMAGE", Model.STUDY_ROOT, True),
        ("PATIENT", Model.STUDY_ROOT, False),
        (None, Model.PATIENT_ROOT, False),
        ("", Model.STUDY_ROOT, False),
        ("STUDYX", Model.STUDY_ROOT, False),
        ("INSTANCE", Model.STUDY_ROOT, False),
        (["STUDY", "SERIES"], Model.STUDY_ROOT, False),
    ],
)
def test_a_level_that_is_not_of_the_model_is_named_as_offending(level, model, accepted):
    if accepted:
        assert read(asked(level), model=model).level == level
        return
    with pytest.raises(DimseRefused) as caught:
        read(asked(level), model=model)
    assert caught.value.status == 0xA900
    assert caught.value.offending == (0x00080052,)
    assert caught.value.comment


@pytest.mark.parametrize(
    "data", [b"\x08", b"\x08\x00\x52\x00CS\xff\x00STUDY ", b"GET / HTTP/1.1\r\n"]
)
def test_bytes_that_are_no_data_set_cannot_be_processed(data):
    with pytest.raises(DimseRefused) as caught:
        read_identifier(data, Model.STUDY_ROOT, explicit=True)
    assert caught.value.status == 0xC000


def test_group_lengths_are_no_keys():
    data = element(0x00080000, "UL", b"\x0e\0\0\0", explicit=True) + encoded(asked())

    assert not read_identifier(data, Model.STUDY_ROOT, explicit=True).has_foreign_keys


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_an_identifier_or_refused_and_nothing_else(data, explicit):
    with contextlib.suppress(DimseRefused):
        read_identifier(data, Model.STUDY_ROOT, explicit=explicit)


def test_a_find_matches_what_the_index_can_match():
    identifier = read(
        asked(PatientName="M*", NumberOfStudyRelatedInstances="5", PatientBirthName="X")
    )

    query = find_query(identifier, OPERATION, Model.STUDY_ROOT)

    assert dict(query.keys) == {"PatientName": "M*"}
    assert has_unmatched_keys(identifier)


def test_empty_keys_that_cannot_be_matched_are_no_reason_to_complain():
    identifier = read(asked(NumberOfStudyRelatedInstances="", RetrieveAETitle="", PatientName="M*"))

    assert not has_unmatched_keys(identifier)


@pytest.mark.parametrize(
    ("level", "keys", "model", "relational"),
    [
        ("STUDY", {"StudyInstanceUID": ""}, Model.STUDY_ROOT, False),
        ("STUDY", {"StudyInstanceUID": ""}, Model.PATIENT_ROOT, True),
        ("STUDY", {"PatientID": "1"}, Model.PATIENT_ROOT, False),
        ("STUDY", {"PatientID": "1*"}, Model.PATIENT_ROOT, True),
        ("SERIES", {"StudyInstanceUID": ["1.2", "1.3"]}, Model.STUDY_ROOT, True),
        (
            "IMAGE",
            {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.2.3"},
            Model.STUDY_ROOT,
            False,
        ),
        ("IMAGE", {"StudyInstanceUID": "1.2"}, Model.STUDY_ROOT, True),
    ],
)
def test_a_query_without_the_unique_keys_above_is_relational(level, keys, model, relational):
    assert find_query(read(asked(level, **keys)), OPERATION, model).relational is relational


@pytest.mark.parametrize(
    ("level", "keys", "offending"),
    [
        ("PATIENT", {"PatientID": "P1"}, None),
        ("STUDY", {"StudyInstanceUID": ["1.2", "1.3"]}, None),
        ("STUDY", {"StudyInstanceUID": "1.2", "PatientID": "P1", "Modality": "CT"}, None),
        ("SERIES", {"SeriesInstanceUID": "1.2"}, None),
        ("IMAGE", {"SOPInstanceUID": "1.2"}, None),
        ("STUDY", {"StudyInstanceUID": ""}, 0x0020000D),
        ("STUDY", {}, 0x0020000D),
        ("PATIENT", {"PatientName": "M*"}, 0x00100020),
        ("PATIENT", {"PatientID": "*"}, 0x00100020),
        ("PATIENT", {"PatientID": "P?"}, 0x00100020),
        ("PATIENT", {"PatientID": ["P1", "P2"]}, 0x00100020),
        ("STUDY", {"StudyInstanceUID": "1.2", "PatientID": "*"}, 0x00100020),
        ("STUDY", {"StudyInstanceUID": "1.2", "SOPInstanceUID": "1.2.3"}, 0x00080018),
    ],
)
def test_a_retrieval_says_what_it_wants_or_is_told_which_key_is_to_blame(level, keys, offending):
    identifier = read(asked(level, **keys))
    if offending is None:
        query = retrieve_query(identifier, OPERATION, Model.PATIENT_ROOT)
        assert set(query.keys) == set(keys) - {"Modality"}
        return
    with pytest.raises(DimseRefused) as caught:
        retrieve_query(identifier, OPERATION, Model.PATIENT_ROOT)
    assert caught.value.status == 0xA900
    assert caught.value.offending == (offending,)


def test_a_wild_card_in_a_uid_names_nothing_to_retrieve():
    identifier = read(asked("STUDY", StudyInstanceUID="1.2"))
    wild = replace(identifier, keys={**identifier.keys, "StudyInstanceUID": "*"})

    with pytest.raises(DimseRefused) as caught:
        retrieve_query(wild, OPERATION, Model.PATIENT_ROOT)
    assert (caught.value.status, caught.value.offending) == (0xA900, (0x0020000D,))


def test_an_identifier_of_another_library_is_read():
    file = BytesIO(encoded(asked(PatientName="Yamada*", SpecificCharacterSet="ISO_IR 13")))

    assert (
        read_identifier(file.read(), Model.STUDY_ROOT, explicit=True).keys["PatientName"]
        == "Yamada*"
    )
