"""Marked instances: what a probe stores, so that it can be known, never counted and removed.

Each is a small CT image that says in its pixels and in its Patient ID what it is. Its UIDs are
noted before it is sent, whatever becomes of the attempt.

DICOM has no request to delete, so no probe removes what it stored. The engine does: where the
lab goes on, its ``reset`` cuts both archives back to the mark that was made after they were
filled; where it does not (a demo), ``down`` removes the archives whole.
"""

import copy
import threading
import uuid
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

from sample_images.burn_in import burn

PATIENT_ID_PREFIX = "PACSLAB-PROBE-"
PATIENT_NAME = "PACSLAB^PROBE"
PREAMBLE = bytes(128) + b"DICM"
"""What a DICOM file begins with (PS3.10 7.1)."""
SIDE = 192
"""Rows and columns of a marked image."""
WHITE = 1000
ANOTHER_SHADE = 500


def new_uid() -> str:
    """A UID under 2.25 (PS3.5 B.2) that nobody used before."""
    return f"2.25.{uuid.uuid4().int}"


@dataclass(frozen=True)
class MarkedInstance:
    """One marked image and the names by which an archive knows it."""

    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    patient_id: str
    ds: Dataset

    @property
    def pixels(self) -> bytes:
        """The value of Pixel Data."""
        return bytes(self.ds.PixelData)

    @property
    def data_set(self) -> bytes:
        """Its data set alone, as it goes over the wire in explicit VR little endian."""
        return encode(self.ds)

    @cached_property
    def part_10(self) -> bytes:
        """The instance as a DICOM file (PS3.10)."""
        return write(self.ds, self.sop_instance_uid)


def write(ds: Dataset, sop_instance_uid: str) -> bytes:
    """Encode a DICOM file whose file meta information names ``sop_instance_uid``.

    That UID becomes the Affected SOP Instance UID of a C-STORE, and may differ from the data
    set's own on purpose, which is why pydicom's own writer, which mends that, is not used.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    written = DicomBytesIO()
    written.write(PREAMBLE)
    write_file_meta_info(written, meta)
    return written.getvalue() + encode(ds)


def encode(ds: Dataset) -> bytes:
    """A data set in explicit VR little endian, as it is."""
    written = DicomBytesIO()
    written.is_implicit_VR, written.is_little_endian = False, True
    write_dataset(written, ds)
    return written.getvalue()


class Marked:
    """The marked instances of one run; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uids: list[str] = []

    @property
    def uids(self) -> tuple[str, ...]:
        """SOP Instance UIDs that were, or may have been, stored, in the order of the attempts."""
        with self._lock:
            return tuple(self._uids)

    def note(self, sop_instance_uid: str) -> None:
        """Remember an instance before it is sent."""
        with self._lock:
            if sop_instance_uid not in self._uids:
                self._uids.append(sop_instance_uid)

    def new(
        self, *, shade: int = 0, magnetic: bool = False, pictured: bool = True
    ) -> MarkedInstance:
        """Make a marked instance of a new patient; ``shade`` (0 to 900) is its background.

        ``magnetic`` says that it is an MR image, for whoever must not see one. One that is not
        ``pictured`` is all words: where many are needed.
        """
        serial = uuid.uuid4().hex[:8].upper()
        study, series, instance = new_uid(), new_uid(), new_uid()
        patient_id = PATIENT_ID_PREFIX + serial
        ds = Dataset()
        _identify(ds, patient_id, study, series, instance)
        if pictured:
            _picture(ds, shade)
        if magnetic:
            ds.SOPClassUID, ds.Modality = MRImageStorage, "MR"
        self.note(instance)
        return MarkedInstance(instance, study, series, patient_id, ds)


def repainted(marked: MarkedInstance) -> MarkedInstance:
    """Another image under the same UIDs and the same patient."""
    ds = copy.deepcopy(marked.ds)
    _picture(ds, ANOTHER_SHADE)
    return replace(marked, ds=ds)


def is_marked(patient_id: str) -> bool:
    """Whether a Patient ID is one of ours."""
    return patient_id.startswith(PATIENT_ID_PREFIX)


def _identify(ds: Dataset, patient_id: str, study: str, series: str, instance: str) -> None:
    """Patient, General Study, General Series, Frame of Reference, SOP Common (PS3.3 C.7, C.12)."""
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, instance
    ds.PatientName, ds.PatientID = PATIENT_NAME, patient_id
    ds.PatientBirthDate, ds.PatientSex = "", "O"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
    ds.StudyDate, ds.StudyTime, ds.StudyID = "20190917", "120000", "PROBE"
    ds.AccessionNumber, ds.ReferringPhysicianName = "", ""
    ds.StudyDescription = "Marked instance of pacslab: may be removed"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, 1
    ds.Manufacturer, ds.PatientPosition = "pacslab", "HFS"
    ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = new_uid(), ""


def _picture(ds: Dataset, shade: int) -> None:
    """CT Image module (PS3.3 C.8.2.1) with the burnt-in words and nothing else."""
    ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    ds.AcquisitionNumber, ds.KVP = None, None
    ds.Rows = ds.Columns = SIDE
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.RescaleIntercept, ds.RescaleSlope = 0, 1
    ds.PixelSpacing, ds.SliceThickness = [1, 1], 1
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, 0], [1, 0, 0, 0, 1, 0]
    ds.PixelData = _pixels(shade)


@cache
def _pixels(shade: int) -> bytes:
    """The value of Pixel Data: one shade, and the words in it."""
    pixels = np.full((SIDE, SIDE), shade, dtype="<i2")
    burn(pixels, WHITE, minimum=-WHITE)
    return pixels.tobytes()
