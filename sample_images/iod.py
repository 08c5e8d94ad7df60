"""What the IODs of all synthetic images share: from the patient down to the pixels.

A modality's module calls `start`, adds what its own IOD demands, and ends with `pixels`.
The result is a whole data set with file meta information, ready for `encode`.
"""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from sample_images import uids
from sample_images.patients import Patient
from sample_images.size import Size

# Patient Comments and Image Comments say it. De-identification Method stays absent: it would say
# that there was an identity to remove. Synthetic Data (0008,001C) is too new: validators and
# archives that do not know it reject the file.
SYNTHETIC = "SYNTHETIC - NOT A PATIENT. Drawn by a program, no such person exists."


@dataclass(frozen=True)
class Series:
    """What the instances of one series have in common (PS3.3 C.7.3.1 and C.7.5.1)."""

    number: int
    modality: str
    description: str
    body_part_examined: str
    model: str
    protocol: str = ""


def start(
    patient: Patient, size: Size, sop_class_uid: str, series: Series, instance_number: int
) -> Dataset:
    """A data set with the modules that every IOD has.

    SOP Common (PS3.3 C.12.1), Patient (C.7.1.1), General and Patient Study (C.7.2.1, C.7.2.2),
    General Series (C.7.3.1), General Equipment (C.7.5.1), General Image (C.7.6.1), Acquisition
    Context (C.7.6.14) with an empty sequence. Not set, because they differ: Patient Position,
    Laterality, Patient Orientation, Image Type (here ORIGINAL, PRIMARY) where longer.
    """
    ds = Dataset()
    ds.SpecificCharacterSet = list(patient.specific_character_set)
    ds.SOPClassUID = sop_class_uid
    ds.SOPInstanceUID = uids.instance(patient, size, series.number, instance_number)
    ds.file_meta = _file_meta(ds)
    _patient_and_study(ds, patient)
    _series_and_equipment(ds, patient, size, series)
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.InstanceNumber = instance_number
    ds.AcquisitionNumber = 1
    ds.ContentDate = ds.AcquisitionDate = ds.StudyDate
    ds.ContentTime = ds.AcquisitionTime = ds.StudyTime
    ds.InstanceCreationDate, ds.InstanceCreationTime = ds.StudyDate, ds.StudyTime
    ds.ImageComments = SYNTHETIC
    ds.BurnedInAnnotation = "NO"  # the words burnt in identify nobody: see burn_in
    ds.LossyImageCompression = "00"
    return ds


def _file_meta(ds: Dataset) -> FileMetaDataset:
    """File Meta Information (PS3.10 7.1)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(uids.IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = uids.IMPLEMENTATION_VERSION_NAME
    return meta


def _patient_and_study(ds: Dataset, patient: Patient) -> None:
    ds.PatientName = patient.patient_name
    ds.PatientID = patient.patient_id
    ds.PatientBirthDate = f"{patient.birth_date:%Y%m%d}"
    ds.PatientSex = patient.sex.value
    ds.PatientComments = SYNTHETIC
    ds.PatientAge = f"{patient.age:03d}Y"
    ds.PatientSize = f"{patient.height_m:.2f}"
    ds.PatientWeight = f"{patient.weight_kg:.1f}"
    ds.StudyInstanceUID = uids.study(patient)
    ds.StudyDate = f"{patient.study_date:%Y%m%d}"
    ds.StudyTime = f"{patient.study_time:%H%M%S}"
    ds.ReferringPhysicianName = patient.referring_physician
    ds.StudyID = patient.study_id
    ds.AccessionNumber = patient.accession_number
    ds.StudyDescription = patient.study_description


def _series_and_equipment(ds: Dataset, patient: Patient, size: Size, series: Series) -> None:
    ds.Modality = series.modality
    ds.SeriesInstanceUID = uids.series(patient, size, series.number)
    ds.SeriesNumber = series.number
    ds.SeriesDate, ds.SeriesTime = ds.StudyDate, ds.StudyTime
    ds.SeriesDescription = series.description
    ds.ProtocolName = series.protocol or series.description
    ds.BodyPartExamined = series.body_part_examined
    ds.Manufacturer = "pacslab"
    ds.InstitutionName = patient.institution
    ds.StationName = f"LAB-{series.modality}"
    ds.ManufacturerModelName = series.model
    ds.DeviceSerialNumber = "0000"
    ds.SoftwareVersions = uids.IMPLEMENTATION_VERSION_NAME


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """One item of a code sequence (PS3.3 8.8), for example `code("69536005", "SCT", "Head")`."""
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = scheme
    item.CodeMeaning = meaning
    return item


def codes(*items: Dataset) -> Sequence:
    """A code sequence."""
    return Sequence(items)


def pixels(
    ds: Dataset,
    values: npt.NDArray[np.uint16] | npt.NDArray[np.int16],
    *,
    bits_stored: int,
    photometric_interpretation: str = "MONOCHROME2",
) -> None:
    """Image Pixel module (PS3.3 C.7.6.3) of a single-frame grey picture, 16 bits allocated.

    `values` are rows by columns; a signed type makes a Pixel Representation of 1.

    Raises:
        ValueError: `values` has not two dimensions or not two bytes a pixel.
    """
    if values.ndim != 2 or values.dtype.itemsize != 2:
        raise ValueError(f"a picture of shape {values.shape} and type {values.dtype}")
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = photometric_interpretation
    ds.Rows, ds.Columns = values.shape
    ds.BitsAllocated = 16
    ds.BitsStored = bits_stored
    ds.HighBit = bits_stored - 1
    ds.PixelRepresentation = int(np.issubdtype(values.dtype, np.signedinteger))
    little_endian = values.astype(values.dtype.newbyteorder("<"), copy=False)
    ds.add_new(0x7FE00010, "OW", little_endian.tobytes())


def encode(ds: Dataset) -> bytes:
    """The Part 10 object of `ds` (PS3.10 7): preamble, file meta information, data set."""
    out = BytesIO()
    dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()


def data_set_offset(encoded: bytes) -> int:
    """Where the data set begins in a Part 10 object, in bytes.

    That is after the preamble, "DICM", and File Meta Information Group Length (0002,0000), which
    counts the bytes of the group that follow it (PS3.10 7.1).
    """
    group_length_ends = 128 + 4 + 12
    return group_length_ends + int.from_bytes(
        encoded[group_length_ends - 4 : group_length_ends], "little"
    )
