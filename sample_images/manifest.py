"""The answer key: every patient, UID and pixel hash that was planted.

`manifest.json` lies beside the files it lists. What a stranger has obtained is compared with it.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sample_images.patients import Abnormality, Modality, Sex
from sample_images.size import Size

NAME = "manifest.json"


def _inside(path: str) -> str:
    """A manifest may come from elsewhere: its paths must not lead out of its directory."""
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts or "\\" in path or ":" in path:
        raise ValueError(f"{path!r} does not lie under the manifest's directory")
    return path


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class InstanceEntry(_Entry):
    """One image. Hashes are SHA-256 in hexadecimal, of bytes as they stand in the file."""

    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    file: Annotated[str, AfterValidator(_inside)] = Field(
        description="Path relative to the manifest, with slashes"
    )
    rows: int
    columns: int
    view: str = Field(description="What is seen and from where, for people: PA, RMLO, ...")
    pixel_sha256: str = Field(description="Of the value of Pixel Data (7FE0,0010)")
    data_set_sha256: str = Field(description="Of the data set after the file meta information")


class SeriesEntry(_Entry):
    """One series and its images in the order of their Instance Numbers."""

    series_instance_uid: str
    modality: Modality
    series_description: str
    instances: tuple[InstanceEntry, ...]


class StudyEntry(_Entry):
    """One study. `study_date` as in DICOM: YYYYMMDD."""

    study_instance_uid: str
    study_date: str
    accession_number: str
    study_description: str
    modality: Modality
    series: tuple[SeriesEntry, ...]


class PatientEntry(_Entry):
    """One patient. `birth_date` as in DICOM: YYYYMMDD; names with all component groups."""

    number: int
    patient_id: str
    patient_name: str
    birth_date: str
    sex: Sex
    referring_physician: str
    institution: str
    abnormality: Abnormality
    studies: tuple[StudyEntry, ...]

    def instances(self) -> Iterator[InstanceEntry]:
        """Every image of this patient."""
        for study in self.studies:
            for series in study.series:
                yield from series.instances


class Manifest(_Entry):
    """Everything in one directory of sample images."""

    schema_name: Literal["pacslab-manifest/1"] = Field(default="pacslab-manifest/1", alias="schema")
    seed: int
    size: Size
    patients: tuple[PatientEntry, ...]

    def instances(self) -> Iterator[InstanceEntry]:
        """Every image, in the order of patients, studies, series and instances."""
        for patient in self.patients:
            yield from patient.instances()

    def save(self, path: Path) -> None:
        """Write as JSON in UTF-8; a reader sees the old file or the new one, never half."""
        text = self.model_dump_json(by_alias=True, indent=1) + "\n"
        unfinished = path.with_name(path.name + ".unfinished")
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            OSError: the file cannot be read.
            pydantic.ValidationError: it is no manifest of this version.
        """
        return cls.model_validate_json(path.read_bytes())
