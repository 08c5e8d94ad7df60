"""Synthetic patients: no such person ever lived.

`plan` is a pure function of its seed and each patient of its number, so the first 16 of 1600 are
the 16 of the demo.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from hashlib import sha256

from sample_images.languages import ROUND, Language


class Sex(StrEnum):
    """Patient's Sex (0010,0040), PS3.3 C.7.1.1."""

    F = "F"
    M = "M"
    O = "O"  # noqa: E741 - the Standard's own letter


class Modality(StrEnum):
    """Modality (0008,0060), PS3.3 C.7.3.1.1.1."""

    DX = "DX"
    CT = "CT"
    MR = "MR"
    MG = "MG"


class Abnormality(StrEnum):
    """What the pictures show besides a body in good order: one for each patient."""

    PNEUMONIA = "pneumonia"
    PNEUMOTHORAX = "pneumothorax"
    PLEURAL_EFFUSION = "pleural effusion"
    LUNG_NODULE = "lung nodule"
    CARDIOMEGALY = "cardiomegaly"
    PACEMAKER = "pacemaker"
    AORTIC_ANEURYSM = "aortic aneurysm"
    DISC_HERNIATION = "disc herniation"
    VERTEBRAL_FRACTURE = "vertebral fracture"
    SPONDYLOLISTHESIS = "spondylolisthesis"
    DEGENERATED_DISC = "degenerated disc"
    SPICULATED_MASS = "spiculated mass"
    MICROCALCIFICATIONS = "microcalcifications"
    CYST = "cyst"


@dataclass(frozen=True)
class Patient:
    """One person and the one study made of them.

    Names are decoded text, with their component groups; `specific_character_set` is what they
    must be encoded in (PS3.3 C.12.1.1.2). `seed` draws the body.
    """

    number: int
    seed: int
    patient_id: str
    patient_name: str
    specific_character_set: tuple[str, ...]
    birth_date: date
    sex: Sex
    height_m: float
    weight_kg: float
    referring_physician: str
    institution: str
    accession_number: str
    study_id: str
    study_date: date
    study_time: time
    study_description: str
    modality: Modality
    abnormality: Abnormality

    @property
    def age(self) -> int:
        """Completed years of age on the day of the study."""
        had_birthday = (self.study_date.month, self.study_date.day) >= (
            self.birth_date.month,
            self.birth_date.day,
        )
        return self.study_date.year - self.birth_date.year - (not had_birthday)


# Six DX, four CT, three MR and three MG in sixteen, mixed so that any few show all four.
_ROUND_OF_MODALITIES = (*(Modality.DX, Modality.CT, Modality.MR, Modality.MG) * 3,
    Modality.DX, Modality.CT, Modality.DX, Modality.DX)  # fmt: skip


@dataclass(frozen=True)
class _Likely:
    """Who is likely to have an abnormality: ages in years, and the share of women."""

    abnormality: Abnormality
    youngest: int
    oldest: int
    women: float = 0.5


_FOUND = {
    Modality.DX: (
        _Likely(Abnormality.PACEMAKER, 68, 84),
        _Likely(Abnormality.PNEUMONIA, 28, 70),
        _Likely(Abnormality.PNEUMOTHORAX, 19, 34, women=0.2),
        _Likely(Abnormality.CARDIOMEGALY, 58, 82),
        _Likely(Abnormality.PLEURAL_EFFUSION, 50, 80),
        _Likely(Abnormality.LUNG_NODULE, 52, 76),
    ),
    Modality.CT: (
        _Likely(Abnormality.LUNG_NODULE, 52, 76),
        _Likely(Abnormality.AORTIC_ANEURYSM, 62, 80, women=0.3),
        _Likely(Abnormality.PLEURAL_EFFUSION, 50, 80),
        _Likely(Abnormality.PNEUMONIA, 28, 70),
    ),
    Modality.MR: (
        _Likely(Abnormality.DISC_HERNIATION, 27, 52),
        _Likely(Abnormality.VERTEBRAL_FRACTURE, 66, 82, women=0.8),
        _Likely(Abnormality.SPONDYLOLISTHESIS, 42, 66, women=0.6),
        _Likely(Abnormality.DEGENERATED_DISC, 38, 62),
    ),
    Modality.MG: (
        _Likely(Abnormality.SPICULATED_MASS, 52, 74, women=1),
        _Likely(Abnormality.MICROCALCIFICATIONS, 46, 66, women=1),
        _Likely(Abnormality.CYST, 39, 52, women=1),
    ),
}

_EARLIEST_STUDY = date(2015, 1, 5)
_DAYS_OF_STUDIES = 1715  # until September 2019, when such archives were found open


def plan(patients: int = 16, seed: int = 2019) -> Iterator[Patient]:
    """The first `patients` patients of `seed`, numbered from 1.

    Raises:
        ValueError: `patients` is negative.
    """
    if patients < 0:
        raise ValueError(f"{patients} patients: give a number of patients, 0 or more")
    return (_patient(number, seed) for number in range(1, patients + 1))


def _patient(number: int, seed: int) -> Patient:
    own_seed = int.from_bytes(sha256(f"{seed}/{number}".encode()).digest()[:6])
    draw = random.Random(own_seed)
    language = ROUND[(number - 1) % len(ROUND)]
    modality = _ROUND_OF_MODALITIES[(number - 1) % len(_ROUND_OF_MODALITIES)]
    likely = _likely(number, modality)
    sex = Sex.F if draw.random() < likely.women else Sex.M
    study_date = _weekday(_EARLIEST_STUDY + timedelta(days=draw.randrange(_DAYS_OF_STUDIES)))
    days_old = draw.randrange(round(likely.youngest * 365.25), round(likely.oldest * 365.25))
    height_m = round(draw.gauss(1.64, 0.05) if sex is Sex.F else draw.gauss(1.77, 0.06), 2)
    return Patient(
        number=number,
        seed=own_seed,
        patient_id=f"SYN{seed}-{number:06d}",
        patient_name=_name(draw, language, sex),
        specific_character_set=language.specific_character_set,
        birth_date=study_date - timedelta(days=days_old),
        sex=sex,
        height_m=height_m,
        weight_kg=round(height_m**2 * min(max(draw.gauss(25.0, 2.8), 19.5), 33.0), 1),
        referring_physician=_physician(draw, language),
        institution=draw.choice(language.institutions),
        accession_number=f"A{study_date:%Y%m%d}{number % 10**7:06d}",
        study_id=str(draw.randrange(1000, 10000)),
        study_date=study_date,
        study_time=time(draw.randrange(7, 18), draw.randrange(60), draw.randrange(60)),
        study_description=language.studies[list(Modality).index(modality)],
        modality=modality,
        abnormality=likely.abnormality,
    )


def _likely(number: int, modality: Modality) -> _Likely:
    """Abnormalities take turns among the patients of one modality, whatever the seed."""
    rounds, place = divmod(number - 1, len(_ROUND_OF_MODALITIES))
    before = rounds * _ROUND_OF_MODALITIES.count(modality)
    before += _ROUND_OF_MODALITIES[:place].count(modality)
    return _FOUND[modality][before % len(_FOUND[modality])]


def _weekday(day: date) -> date:
    """`day`, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _name(draw: random.Random, language: Language, sex: Sex) -> str:
    """A person name with its component groups: FAMILY^GIVEN=家^名=..."""
    families = language.families
    if sex is Sex.F and language.womens_families:
        families = language.womens_families
    family = draw.choice(families).split("=")
    given = draw.choice(language.women if sex is Sex.F else language.men).split("=")
    return "=".join("^".join(group) for group in zip(family, given, strict=True))


def _physician(draw: random.Random, language: Language) -> str:
    """A physician's name, with prefix and suffix (PS3.5 6.2.1.1: family^given^middle^...)."""
    name = _name(draw, language, draw.choice((Sex.F, Sex.M)))
    return f"{name}^^{language.prefix}^{language.suffix}".rstrip("^") if "=" not in name else name
