"""The person: from sex, age, height, weight and seed to proportions.

Everything else in this package is drawn once, as a man of 1.77 m and 78 kg, in the axes of the
patient (PS3.3 C.7.6.2.1.1): x grows to the left hand, y to the back, z to the head, in mm. A
`Body` says how this person differs from that drawing.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from sample_images.patients import Patient, Sex


@dataclass(frozen=True)
class Body:
    """What a person's proportions are, as factors of the drawing (1: the same) and in mm."""

    sex: Sex
    age: int
    seed: int
    across: float  # x: breadth of the rib cage
    deep: float  # y: from breastbone to back
    lengthwise: float  # z
    fat: float  # thickness of subcutaneous fat, mm
    muscle: float  # thickness of muscle, a factor
    breast: float  # how far breasts stand out, mm; 0 in men
    bone: float  # mineral in bone, a factor: less in age
    kyphosis: float  # how bent the thoracic spine is, a factor
    aorta: float  # how long and wide the aorta has grown, a factor
    heart: float  # breadth of the heart, a factor

    def draw(self, *part: object) -> np.random.Generator:
        """Random numbers for one part of the body: the same for the same person and part."""
        return np.random.default_rng([self.seed, crc32("/".join(map(str, part)).encode())])


def of(patient: Patient) -> Body:
    """The body of `patient`: a pure function of sex, age, height, weight and seed."""
    draw = np.random.default_rng([patient.seed, crc32(b"body")])
    woman = patient.sex is Sex.F
    index = patient.weight_kg / patient.height_m**2  # body mass index, kg/m^2
    heavier = (index - 24.5) / 10
    height = patient.height_m / 1.77
    older = max(0.0, (patient.age - 40) / 40)
    return Body(
        sex=patient.sex,
        age=patient.age,
        seed=patient.seed,
        across=height**0.7 * (0.95 if woman else 1.0) * (1 + 0.07 * heavier)
        * draw.normal(1, 0.015),
        deep=height**0.7 * (0.95 if woman else 1.0) * (1 + 0.14 * heavier + 0.05 * older)
        * draw.normal(1, 0.02),
        lengthwise=height * draw.normal(1, 0.015) * (1 - 0.015 * older),
        fat=float(np.clip((17 if woman else 12) + 16 * heavier + draw.normal(0, 1), 5, 40)),
        muscle=(0.8 if woman else 1.0) * (1 - 0.15 * older) * draw.normal(1, 0.05),
        breast=float(np.clip(34 + 30 * heavier + draw.normal(0, 5), 15, 70)) if woman else 0.0,
        bone=(1 - (0.28 if woman else 0.18) * older) * draw.normal(1, 0.04),
        kyphosis=draw.normal(1, 0.15) + 0.35 * older,
        aorta=draw.normal(0.97, 0.03) + 0.12 * older,
        heart=draw.normal(0.97, 0.03) + 0.08 * heavier + 0.03 * older,
    )  # fmt: skip
