from pydicom.datadict import keyword_for_tag

from pacs_open.index import attributes
from pacs_open.values import Level


def test_the_unique_and_required_keys_of_the_standard_are_kept():
    """PS3.4 C.6.1.1.2 to C.6.1.1.5."""
    required = {
        Level.PATIENT: {"PatientName", "PatientID"},
        Level.STUDY: {"StudyDate", "StudyTime", "AccessionNumber", "StudyID", "StudyInstanceUID"},
        Level.SERIES: {"Modality", "SeriesNumber", "SeriesInstanceUID"},
        Level.IMAGE: {"InstanceNumber", "SOPInstanceUID"},
    }

    for level, keywords in required.items():
        assert keywords <= {kept.keyword for kept in attributes.BY_LEVEL[level]}


def test_every_keyword_is_the_dictionary_s_own():
    for keyword, kept in attributes.BY_KEYWORD.items():
        assert keyword_for_tag(kept.tag) == keyword


def test_names_and_multiple_values_have_terms():
    assert attributes.BY_KEYWORD["PatientName"].has_terms
    assert attributes.BY_KEYWORD["OtherPatientIDs"].has_terms
    assert not attributes.BY_KEYWORD["PatientID"].has_terms


def test_levels_run_from_patient_to_image():
    assert attributes.up_to(Level.SERIES) == (Level.PATIENT, Level.STUDY, Level.SERIES)
    assert attributes.up_to(Level.PATIENT) == (Level.PATIENT,)
