"""A workstation's everyday look: lists all studies and gets one, on one association."""

import hashlib
from dataclasses import dataclass

from pydicom.dataset import Dataset

from lab import sop_classes
from lab.asking import every_study
from lab.conversation import SUCCESS
from lab.delivery import Delivered
from lab.evidence import Evidence
from lab.target import Target
from sample_images.manifest import Manifest, StudyEntry


@dataclass(frozen=True)
class Glanced:
    """What it was served with."""

    studies: int
    """Studies that were listed."""
    identical: int
    """Images of the one study that came as the answer key has them."""
    expected: int
    evidence: tuple[Evidence, ...] = ()
    """What the wire showed to the workstation itself."""

    @property
    def ok(self) -> bool:
        """Whether it got what it asked for."""
        return self.studies > 0 and self.identical == self.expected > 0


def smallest(answer_key: Manifest) -> StudyEntry:
    """The study with the fewest pixels: it says as much on the wire, sooner.

    Raises:
        LookupError: nothing was planted.
    """
    studies = [study for patient in answer_key.patients for study in patient.studies]
    if not studies:
        raise LookupError("nothing was planted that could be looked at")
    return min(studies, key=_pixels)


def _pixels(study: StudyEntry) -> int:
    return sum(one.rows * one.columns for series in study.series for one in series.instances)


def glance(target: Target, study: StudyEntry) -> Glanced:
    """List everything, then get one study."""
    instances = [instance for series in study.series for instance in series.instances]
    expected = {one.sop_instance_uid: one.data_set_sha256 for one in instances}
    arrived: dict[str, str] = {}

    def take(delivered: Delivered) -> int:
        arrived[delivered.sop_instance_uid] = hashlib.sha256(delivered.data_set).hexdigest()
        return SUCCESS

    services = (sop_classes.STUDY_ROOT_FIND, sop_classes.STUDY_ROOT_GET)
    classes = sorted({instance.sop_class_uid for instance in instances})
    with target.converse(*services, receiving=classes) as talk:
        _, matches = talk.find(services[0], every_study())
        talk.get(services[1], _of(study), take)
    identical = len(arrived.items() & expected.items())
    return Glanced(len(matches), identical, len(expected), talk.evidence)


def _of(study: StudyEntry) -> Dataset:
    """A C-GET identifier (PS3.4 C.4.3.1.3)."""
    ds = Dataset()
    ds.QueryRetrieveLevel = "STUDY"
    ds.StudyInstanceUID = study.study_instance_uid
    return ds
