"""UIDs of the synthetic patients: under 2.25 (PS3.5 B.2), the same for the same seed.

A UID derived from a UUID needs no registered root. The UUID is name-based (version 5), so that
the name `patient/study/...` gives the same UID on every machine.
"""

from uuid import UUID, uuid5

from sample_images.patients import Patient
from sample_images.size import Size

_NAMESPACE = UUID("6d1f6a04-3c0e-5f2b-9c55-2019a6b8c3d1")

# Who wrote the files (PS3.7 D.3.3.2): ours, not pydicom's, whose version would change the bytes.
IMPLEMENTATION_CLASS_UID = f"2.25.{uuid5(_NAMESPACE, 'implementation').int}"
IMPLEMENTATION_VERSION_NAME = "PACSLAB_IMAGES_1"


def uid(*path: object) -> str:
    """The UID of a path such as `uid(patient_id, "series", 1)`."""
    return f"2.25.{uuid5(_NAMESPACE, '/'.join(str(part) for part in path)).int}"


def study(patient: Patient) -> str:
    """Study Instance UID: each patient has one study."""
    return uid(patient.patient_id, "study")


def series(patient: Patient, size: Size, number: int) -> str:
    """Series Instance UID. Small pictures are other series than full ones, never other bytes."""
    return uid(patient.patient_id, "study", size, number)


def instance(patient: Patient, size: Size, series_number: int, number: int) -> str:
    """SOP Instance UID."""
    return uid(patient.patient_id, "study", size, series_number, number)


def frame_of_reference(patient: Patient, size: Size) -> str:
    """Frame of Reference UID: what was imaged without the patient having moved."""
    return uid(patient.patient_id, "study", size, "frame of reference")
