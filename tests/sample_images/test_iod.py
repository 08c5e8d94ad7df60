from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import SecondaryCaptureImageStorage

from sample_images import iod, uids
from sample_images.patients import plan
from sample_images.size import Size

SERIES = iod.Series(
    number=3, modality="OT", description="Test", body_part_examined="CHEST", model="None"
)


def made(patient):
    ds = iod.start(patient, Size.SMALL, SecondaryCaptureImageStorage, SERIES, 7)
    iod.pixels(ds, np.arange(12, dtype=np.uint16).reshape(3, 4), bits_stored=12)
    return ds


@pytest.mark.parametrize("patient", tuple(plan(16)), ids=lambda patient: patient.patient_name)
def test_names_of_every_script_come_back_as_they_were(patient):
    back = dcmread(BytesIO(iod.encode(made(patient))))
    back.decode()

    assert str(back.PatientName) == patient.patient_name
    assert str(back.ReferringPhysicianName) == patient.referring_physician
    assert back.InstitutionName == patient.institution
    assert back.StudyDescription == patient.study_description


def test_the_file_says_whose_it_is_and_that_nobody_exists():
    patient = next(plan(1))
    back = dcmread(BytesIO(iod.encode(made(patient))))

    assert back.SOPInstanceUID == uids.instance(patient, Size.SMALL, 3, 7)
    assert back.file_meta.MediaStorageSOPInstanceUID == back.SOPInstanceUID
    assert back.file_meta.ImplementationClassUID == uids.IMPLEMENTATION_CLASS_UID
    assert back.BurnedInAnnotation == "NO"
    assert "NOT A PATIENT" in back.PatientComments
    assert "DeidentificationMethod" not in back


def test_pixels_come_back_as_they_were():
    back = dcmread(BytesIO(iod.encode(made(next(plan(1))))))

    assert (back.pixel_array == np.arange(12).reshape(3, 4)).all()
    assert (back.BitsStored, back.HighBit, back.PixelRepresentation) == (12, 11, 0)


def test_signed_pixels_say_so():
    ds = made(next(plan(1)))
    iod.pixels(ds, np.array([[-5, 6]], dtype=np.int16), bits_stored=16)

    assert ds.PixelRepresentation == 1


@pytest.mark.parametrize("values", [np.zeros(4, np.uint16), np.zeros((2, 2), np.uint8)])
def test_anything_but_a_grey_picture_of_16_bits_is_an_error(values):
    with pytest.raises(ValueError, match="a picture of shape"):
        iod.pixels(made(next(plan(1))), values, bits_stored=8)


def test_the_data_set_begins_where_its_first_element_is():
    encoded = iod.encode(made(next(plan(1))))
    begin = iod.data_set_offset(encoded)

    assert encoded[begin : begin + 4] == b"\x08\x00\x05\x00"  # Specific Character Set
