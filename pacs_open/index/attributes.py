"""The attributes that the index keeps at each level (PS3.4 C.6.1.1), and how they match.

Unique and required keys of PS3.4 C.6.1.1.2 to C.6.1.1.5 and C.6.2.1, and the optional keys
that people look for. What is not here is neither matched nor returned (C.2.2.1.3).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydicom.datadict import dictionary_VR, tag_for_keyword

from pacs_open.values import Level

LEVELS = (Level.PATIENT, Level.STUDY, Level.SERIES, Level.IMAGE)


@dataclass(frozen=True)
class Attribute:
    """One attribute of the index."""

    keyword: str
    level: Level
    vr: str
    tag: int
    multiple: bool = False
    """Several values are usual, each of them matches."""

    @property
    def has_terms(self) -> bool:
        """Whether its values stand one by one in the table of terms, ready for matching."""
        return self.multiple or self.vr == "PN"


_KEPT = {
    Level.PATIENT: """
        PatientName PatientID IssuerOfPatientID PatientBirthDate PatientBirthTime PatientSex
        OtherPatientIDs* OtherPatientNames* EthnicGroup PatientComments
    """,
    Level.STUDY: """
        StudyInstanceUID StudyDate StudyTime AccessionNumber StudyID StudyDescription
        ReferringPhysicianName NameOfPhysiciansReadingStudy* AdmittingDiagnosesDescription
        PatientAge PatientSize PatientWeight Occupation AdditionalPatientHistory
    """,
    Level.SERIES: """
        SeriesInstanceUID Modality SeriesNumber SeriesDescription SeriesDate SeriesTime
        BodyPartExamined ProtocolName Laterality PatientPosition OperatorsName*
        PerformingPhysicianName* PerformedProcedureStepStartDate
        PerformedProcedureStepStartTime PerformedProcedureStepID InstitutionName StationName
        Manufacturer ManufacturerModelName
    """,
    Level.IMAGE: """
        SOPInstanceUID SOPClassUID InstanceNumber ContentDate ContentTime AcquisitionNumber
        AcquisitionDate AcquisitionTime AcquisitionDateTime ImageType ImageLaterality
        ViewPosition NumberOfFrames Rows Columns BitsAllocated PhotometricInterpretation
    """,
}


def _kept(level: Level, keywords: str) -> Iterator[Attribute]:
    for word in keywords.split():
        keyword = word.rstrip("*")
        tag = tag_for_keyword(keyword)
        if tag is None:  # pragma: no cover - a slip of the pen above
            raise ValueError(keyword)
        yield Attribute(keyword, level, dictionary_VR(tag), tag, word.endswith("*"))


BY_LEVEL: Mapping[Level, tuple[Attribute, ...]] = MappingProxyType(
    {level: tuple(_kept(level, keywords)) for level, keywords in _KEPT.items()}
)
"""Kept attributes, level by level."""
BY_KEYWORD: Mapping[str, Attribute] = MappingProxyType(
    {attribute.keyword: attribute for level in LEVELS for attribute in BY_LEVEL[level]}
)
UNIQUE_KEYS = MappingProxyType(
    {
        Level.PATIENT: "PatientID",
        Level.STUDY: "StudyInstanceUID",
        Level.SERIES: "SeriesInstanceUID",
        Level.IMAGE: "SOPInstanceUID",
    }
)
"""PS3.4 C.6.1.1."""
COMPUTED: Mapping[Level, tuple[str, ...]] = MappingProxyType(
    {
        Level.PATIENT: (
            "NumberOfPatientRelatedStudies",
            "NumberOfPatientRelatedSeries",
            "NumberOfPatientRelatedInstances",
        ),
        Level.STUDY: (
            "ModalitiesInStudy",
            "SOPClassesInStudy",
            "NumberOfStudyRelatedSeries",
            "NumberOfStudyRelatedInstances",
        ),
        Level.SERIES: ("NumberOfSeriesRelatedInstances",),
        Level.IMAGE: (),
    }
)
"""What the index works out by itself; of these only ModalitiesInStudy and SOPClassesInStudy
are matched."""
LOOKED_UP = frozenset({"PatientID", "PatientBirthDate", "StudyDate", "AccessionNumber", "Modality"})
"""What databases keep in order, to look it up (and the UIDs, which are never long)."""
TAGS = frozenset(attribute.tag for attribute in BY_KEYWORD.values())


def up_to(level: Level) -> tuple[Level, ...]:
    """The level and those above it, from the top."""
    return LEVELS[: LEVELS.index(level) + 1]
