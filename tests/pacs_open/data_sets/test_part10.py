import io

import pytest
from pydicom import dcmread

from pacs_open.data_sets.part10 import FileMeta

META = FileMeta("1.2.840.10008.5.1.4.1.1.2", "2.25.77", "1.2.840.10008.1.2.1", "MODALITY")


def test_a_front_with_a_data_set_is_a_dicom_file(shelf):
    ds = dcmread(io.BytesIO(META.encode() + shelf.data_set(77)))

    assert ds.file_meta.MediaStorageSOPInstanceUID == "2.25.77"
    assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert ds.file_meta.SourceApplicationEntityTitle == "MODALITY"
    assert ds.file_meta.FileMetaInformationGroupLength == len(META.encode()) - 144
    assert ds.PatientID == "P1"


def test_what_stands_before_a_file_is_nothing_and_can_run_nowhere():
    """CVE-2019-11687: a preamble may make an executable of an image; C-STORE carries none."""
    assert META.encode()[:132] == b"\0" * 128 + b"DICM"
    executable = b"MZ" + META.encode()[2:]
    with pytest.raises(ValueError, match="no DICM prefix"):
        FileMeta.decode(executable)


@pytest.mark.parametrize("uid", ["2.25.1", "2.25.10", "../../etc/passwd", "2.25.ü", "a b"])
def test_what_is_written_is_read_back(uid):
    meta = FileMeta("1.2", uid, "1.2.840.10008.1.2")

    assert FileMeta.decode(meta.encode()) == meta


@pytest.mark.parametrize("length", [0, 131, 140, 150, 200, -1])
def test_a_front_that_is_cut_short_is_an_error(length):
    with pytest.raises(ValueError, match=r"cut short|no DICM prefix"):
        FileMeta.decode(META.encode()[:length])
