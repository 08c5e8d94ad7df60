"""What is sent: one data set of each size, whose identifiers a sender replaces in place.

All identifiers are placeholders of a fixed length, so that a new instance costs a sender the
copying of some forty bytes, and it never is the sender that is measured.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import FileDataset
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
)

from tests.bench.uids import instance_uid, patient_id, patient_name, series_uid, study_uid


@dataclass(frozen=True)
class Kind:
    """A size of instances."""

    name: str
    sop_class_uid: str
    modality: str
    rows: int
    columns: int


TINY = Kind("10 KB", CTImageStorage, "CT", 70, 70)
CT = Kind("CT", CTImageStorage, "CT", 512, 512)
DX = Kind("DX", DigitalXRayImageStorageForPresentation, "DX", 3000, 3000)
KINDS = (TINY, CT, DX)
SMALLEST = Kind("1 KB", CTImageStorage, "CT", 8, 8)
"""To fill an archive with."""


def instance(kind: Kind, number: int = 0) -> FileDataset:
    """An instance with noise for pixels; every number has a UID of its own in one series."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID = kind.sop_class_uid
    ds.SOPInstanceUID = instance_uid(number)
    ds.StudyDate, ds.StudyTime = "20260101", "120000"
    ds.AccessionNumber = ""
    ds.Modality = kind.modality
    ds.StudyDescription = "BENCHMARK"
    ds.PatientName = patient_name(0)
    ds.PatientID = patient_id(0)
    ds.PatientBirthDate, ds.PatientSex = "19700101", "O"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study_uid(0), series_uid(0)
    ds.StudyID, ds.SeriesNumber, ds.InstanceNumber = "1", 1, 1
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = kind.rows, kind.columns
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    noise = np.random.default_rng(6).integers(0, 4096, (kind.rows, kind.columns), np.uint16)
    ds.PixelData = noise.tobytes()
    file_meta = FileMetaDataset()
    file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset("", ds, file_meta=file_meta, preamble=bytes(128))
    made["PixelData"].VR = "OW"
    return made


def data_set(kind: Kind) -> bytes:
    """The data set alone, in Explicit VR Little Endian, as it goes over the wire."""
    return encoded(instance(kind))


def encoded(ds: Dataset) -> bytes:
    """In Explicit VR Little Endian."""
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, ds)
    return buffer.getvalue()


def write_template(path: Path, kind: Kind) -> Path:
    """A file with the bytes of a data set, for the lean sender."""
    path.write_bytes(data_set(kind))
    return path


def write_files(folder: Path, kind: Kind, numbers: range) -> list[Path]:
    """DICOM files of one series, for DCMTK's storescu; numbers tell instances apart."""
    folder.mkdir()
    paths = [folder / f"{number:04d}.dcm" for number in numbers]
    made = instance(kind)
    for number, path in zip(numbers, paths, strict=True):
        made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = instance_uid(number)
        made.InstanceNumber = number
        made.save_as(path, enforce_file_format=True)
    return paths
