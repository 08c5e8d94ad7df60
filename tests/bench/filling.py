"""An archive with many studies: the index of ours is filled directly, the others are sent to.

Ours has ten instances in a study, the others have one, which is to their advantage: they are
asked for studies, and only their number counts.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, insert

from pacs_open.archive.archive import Archive
from pacs_open.index import matching
from pacs_open.index.attributes import BY_LEVEL
from pacs_open.index.entry import Entry, describe
from pacs_open.index.schema import TABLES, terms
from pacs_open.values import Level
from tests.bench.instances import SMALLEST, data_set, instance
from tests.bench.lean import EXPLICIT
from tests.bench.uids import instance_uid, patient_id, patient_name, series_uid, study_uid

INSTANCES = 10
"""In each study of ours."""
PARENTS = (Level.PATIENT, Level.STUDY, Level.SERIES)
COMPUTED = {
    Level.PATIENT: {
        "NumberOfPatientRelatedStudies": 1,
        "NumberOfPatientRelatedSeries": 1,
        "NumberOfPatientRelatedInstances": INSTANCES,
    },
    Level.STUDY: {
        "ModalitiesInStudy": SMALLEST.modality,
        "SOPClassesInStudy": SMALLEST.sop_class_uid,
        "NumberOfStudyRelatedSeries": 1,
        "NumberOfStudyRelatedInstances": INSTANCES,
    },
    Level.SERIES: {"NumberOfSeriesRelatedInstances": INSTANCES},
}
"""What the index works out by itself, were the instances stored."""
BATCH = 500
"""Studies that are written at once."""


def fill_index(directory: Path, studies: int) -> None:
    """Write the rows of studies into the index of an archive that nobody else uses.

    The instances have no records in the log: they are found, and cannot be retrieved.
    """
    with (
        Archive(directory, durability="relaxed") as archive,
        archive.index.writing() as connection,
    ):
        for begin in range(0, studies, BATCH):
            _write(connection, [*entries(range(begin, min(begin + BATCH, studies)))])


def entries(studies: range) -> Iterator[tuple[int, Entry]]:
    """The first instance of each study, and the study's number."""
    text = {
        element.keyword: str(element.value)
        for element in instance(SMALLEST)
        if element.keyword != "PixelData" and element.VM == 1
    }
    size = len(data_set(SMALLEST))
    for study in studies:
        text |= {
            "PatientID": patient_id(study),
            "PatientName": patient_name(study),
            "StudyInstanceUID": study_uid(study),
            "SeriesInstanceUID": series_uid(study),
        }
        described = describe(text, SMALLEST.sop_class_uid, instance_uid(study * INSTANCES))
        yield study, Entry(described, EXPLICIT, digest="", size=size)


def _write(connection: Connection, studies: list[tuple[int, Entry]]) -> None:
    for level in PARENTS:
        rows = [_parent(level, study, entry) for study, entry in studies]
        connection.execute(insert(TABLES[level]), rows)
    connection.execute(
        insert(TABLES[Level.IMAGE]), [row for one in studies for row in _images(*one)]
    )
    connection.execute(insert(terms), [row for one in studies for row in _terms(*one)])


def _parent(level: Level, study: int, entry: Entry) -> dict[str, object]:
    above = {"key": entry.patient_key} if level is Level.PATIENT else {"parent": study + 1}
    own = {"id": study + 1, "fingerprint": entry.fingerprint(level)}
    return {**entry.values(level), **COMPUTED[level], **above, **own}


def _images(study: int, entry: Entry) -> Iterator[dict[str, object]]:
    fixed = {
        **entry.values(Level.IMAGE),
        "parent": study + 1,
        "transfer_syntax": entry.transfer_syntax,
        "digest": entry.digest,
        "size": entry.size,
        "segment": 0,
        "offset": 0,
    }
    for number in range(study * INSTANCES, (study + 1) * INSTANCES):
        yield {**fixed, "SOPInstanceUID": instance_uid(number), "id": number + 1}


def _terms(study: int, entry: Entry) -> Iterator[dict[str, object]]:
    for level in PARENTS:
        for attribute in BY_LEVEL[level]:
            if attribute.has_terms:
                text = entry.attributes[attribute.keyword]
                for group, term in matching.terms(attribute.vr, text):
                    row = {"keyword": attribute.keyword, "owner": study + 1, "text": term}
                    yield row | {"component_group": group}
