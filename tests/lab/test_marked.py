import io

from pydicom import dcmread

from lab.marked import PATIENT_ID_PREFIX, Marked, is_marked, new_uid, repainted, write


def read(part_10):
    return dcmread(io.BytesIO(part_10))


def test_a_marked_instance_is_a_dicom_file_that_says_what_it_is():
    instance = Marked().new()
    ds = read(instance.part_10)

    assert is_marked(ds.PatientID)
    assert ds.SOPInstanceUID == instance.sop_instance_uid
    assert ds.file_meta.MediaStorageSOPInstanceUID == instance.sop_instance_uid
    assert ds.pixel_array.max() == 1000  # the burnt-in words
    assert len(ds.PixelData) == ds.Rows * ds.Columns * 2


def test_one_without_a_picture_is_as_marked_as_the_others():
    marked = Marked()
    instance = marked.new(pictured=False)
    ds = read(instance.part_10)

    assert "PixelData" not in ds
    assert is_marked(ds.PatientID)
    assert marked.uids == (ds.SOPInstanceUID,)


def test_what_is_made_is_noted_before_it_is_sent():
    marked = Marked()
    first, second = marked.new(), marked.new()
    marked.note("2.25.1")
    marked.note("2.25.1")

    assert marked.uids == (first.sop_instance_uid, second.sop_instance_uid, "2.25.1")


def test_no_two_share_a_patient_or_a_study():
    marked = Marked()
    first, second = marked.new(), marked.new()

    assert first.patient_id != second.patient_id
    assert first.study_instance_uid != second.study_instance_uid


def test_a_repainted_instance_differs_in_pixels_only():
    first = Marked().new()
    second = repainted(first)

    assert second.sop_instance_uid == first.sop_instance_uid
    assert second.pixels != first.pixels
    assert len(second.part_10) == len(first.part_10)


def test_the_command_may_name_another_instance_than_the_data_set():
    uid = new_uid()
    ds = read(write(Marked().new().ds, uid))

    assert ds.file_meta.MediaStorageSOPInstanceUID == uid
    assert uid != ds.SOPInstanceUID


def test_a_real_patient_is_not_marked():
    assert not is_marked("4711")
    assert is_marked(PATIENT_ID_PREFIX + "X")
