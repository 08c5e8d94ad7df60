from pacs_open.index.entry import Entry, describe
from pacs_open.values import Level


def make(**elements):
    return Entry(describe(elements, "1.2", "2.25.1"), "1.2.840.10008.1.2", "0" * 64, 10)


def test_a_description_has_every_attribute_and_the_uids_it_was_sent_under():
    found = describe({"PatientID": "P1", "StudyTime": "10:30", "Rows": "5"}, "1.2", "2.25.1")

    assert found["PatientID"] == "P1"
    assert found["StudyTime"] == "1030"
    assert found["SOPClassUID"] == "1.2"
    assert found["SOPInstanceUID"] == "2.25.1"
    assert found["PatientName"] == ""


def test_a_value_longer_than_any_vr_is_cut():
    assert len(describe({"PatientComments": "x" * 20_000}, "", "")["PatientComments"]) == 10_240


def test_the_patient_key_tells_id_and_issuer_apart():
    keys = {
        make(PatientID="1", IssuerOfPatientID="23").patient_key,
        make(PatientID="12", IssuerOfPatientID="3").patient_key,
        make(PatientID="1 23").patient_key,
        make(StudyInstanceUID="1").patient_key,
        make(StudyInstanceUID="2").patient_key,
    }

    assert len(keys) == 5


def test_the_fingerprint_is_that_of_one_level():
    one, other = make(PatientID="1", Modality="CT"), make(PatientID="1", Modality="MR")

    assert one.fingerprint(Level.PATIENT) == other.fingerprint(Level.PATIENT)
    assert one.fingerprint(Level.SERIES) != other.fingerprint(Level.SERIES)
    assert make(PatientName="a").fingerprint(Level.PATIENT) != make(PatientID="a").fingerprint(
        Level.PATIENT
    )
