"""Pictures of instances, as a viewer would show them: windowed, eight bits, PNG.

A stranger needs no more than this to look at somebody's chest. Text that came with an instance
is kept as it is; whoever shows it escapes it. Nothing that came with an instance names a file.
"""

import io
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.multival import MultiValue
from pydicom.uid import UID

LONGEST_SIDE = 1536
"""Pixels of a saved picture's longer side: more than most screens show."""
NAME = re.compile(r"patient-\d{2,}-[A-Z]{1,2}-\d{3,}\.png")
"""What a saved picture is called."""
FAST = 1
"""zlib level: a picture is written once and looked at once. Of runs of the same byte alone:
in pictures full of noise nothing longer comes again."""


@dataclass(frozen=True)
class Picture:
    """One instance as a picture, with what its data set says of its patient."""

    patient_name: str
    """All component groups, as stored (PS3.5 6.2.1)."""
    patient_id: str
    birth_date: str
    """As stored: YYYYMMDD."""
    sex: str
    modality: str
    study_description: str
    view: str
    study_date: str
    institution: str
    referring_physician: str
    order: tuple[str, str, int, int]
    """Patient ID, study, series number and instance number: how pictures are sorted."""
    image: Image.Image = field(repr=False, compare=False)
    """Eight bits of grey, the longer side at most LONGEST_SIDE pixels."""

    def png(self) -> bytes:
        """The picture as PNG."""
        written = io.BytesIO()
        self.image.save(written, "PNG", compress_level=FAST, compress_type=zlib.Z_RLE)
        return written.getvalue()

    def jpeg(self, longest_side: int) -> bytes:
        """The picture as JPEG, small enough to lie in a report."""
        written = io.BytesIO()
        _shrunk(self.image, longest_side).save(written, "JPEG", quality=82, optimize=True)
        return written.getvalue()


class NoPictureError(Exception):
    """The instance cannot be drawn; the message says why."""


def draw(data_set: bytes, transfer_syntax: str) -> Picture:
    """Draw one instance from its encoded data set.

    Raises:
        NoPictureError: compressed, in colour, without pixels, or not to be understood.
    """
    try:
        ds = _decode(data_set, UID(transfer_syntax))
        return _picture(ds, _shrunk(Image.fromarray(_windowed(ds)), LONGEST_SIDE))
    except NoPictureError:
        raise
    except Exception as error:  # whatever a stranger's bytes do to the reader, we go on
        raise NoPictureError(f"cannot be understood ({type(error).__name__})") from error


def save(
    pictures: Iterable[Picture],
    directory: Path,
    progress: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Save pictures as PNG; files are numbered by patient, then by picture."""
    directory.mkdir(parents=True, exist_ok=True)
    saved = []
    for patient, count, picture in numbered(pictures):
        kind = re.sub(r"[^A-Z]", "", picture.modality.upper())[:2] or "XX"
        path = directory / f"patient-{patient:02d}-{kind}-{count:03d}.png"
        path.write_bytes(picture.png())
        saved.append(path)
        progress()
    return saved


def clear(directory: Path) -> None:
    """Remove what :meth:`save` wrote to a folder before, and nothing else."""
    for path in directory.glob("patient-*.png"):
        if NAME.fullmatch(path.name):
            path.unlink()


def numbered(pictures: Iterable[Picture]) -> Iterable[tuple[int, int, Picture]]:
    """Sort pictures; number patients from 1, and each patient's pictures from 1."""
    patient, count, last = 0, 0, None
    for picture in sorted(pictures, key=lambda picture: picture.order):
        if picture.patient_id != last:
            patient, count, last = patient + 1, 0, picture.patient_id
        count += 1
        yield patient, count, picture


def show_one_each(pictures: Iterable[Picture]) -> Sequence[Picture]:
    """One picture for each patient: the first projection, or a slice through the middle."""
    groups: dict[int, list[Picture]] = {}
    for patient, _, picture in numbered(pictures):
        groups.setdefault(patient, []).append(picture)
    return [_most_telling(group) for group in groups.values()]


def _most_telling(group: Sequence[Picture]) -> Picture:
    if group[0].modality not in {"CT", "MR"}:
        return group[0]
    last_series = [picture for picture in group if picture.order[2] == group[-1].order[2]]
    return last_series[len(last_series) // 2]


def _shrunk(image: Image.Image, longest_side: int) -> Image.Image:
    if max(image.size) <= longest_side:
        return image
    smaller = image.copy()
    smaller.thumbnail((longest_side, longest_side), Image.Resampling.BOX, reducing_gap=1.0)
    return smaller


def _decode(data_set: bytes, syntax: UID) -> Dataset:
    if syntax.is_compressed:
        raise NoPictureError(f"compressed ({syntax.name})")
    return read_dataset(io.BytesIO(data_set), syntax.is_implicit_VR, syntax.is_little_endian)


def _windowed(ds: Dataset) -> npt.NDArray[np.uint8]:
    """Rescale, window (PS3.3 C.11.2.1.2.1) and turn white on black, bones bright."""
    if ds.SamplesPerPixel != 1 or ds.BitsAllocated not in {8, 16}:
        raise NoPictureError("not an image in 8 or 16 bit grey")
    kind = ("i" if ds.PixelRepresentation else "u") + str(ds.BitsAllocated // 8)
    count = ds.Rows * ds.Columns
    stored = np.frombuffer(ds.PixelData, np.dtype("<" + kind), count).reshape(ds.Rows, ds.Columns)
    slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
    centre, width = _window(ds, stored, slope, intercept)
    scale = 255.0 / max(width - 1, 1)
    offset = (intercept - centre + 0.5) * scale + 127.5
    grey = stored.astype(np.float32)
    grey *= np.float32(slope * scale)
    grey += np.float32(offset)
    np.clip(grey, 0, 255, out=grey)
    if ds.PhotometricInterpretation == "MONOCHROME1":
        np.subtract(255, grey, out=grey)
    return grey.astype(np.uint8)


def _window(
    ds: Dataset, stored: npt.NDArray[Any], slope: float, intercept: float
) -> tuple[float, float]:
    """The first window of the data set, else one that shows nearly all values."""
    if ds.get("WindowCenter") is not None and ds.get("WindowWidth") is not None:
        return _first(ds.WindowCenter), _first(ds.WindowWidth)
    low, high = np.percentile(stored[::4, ::4], (0.5, 99.5)) * slope + intercept
    return float(low + high) / 2, max(float(high - low), 1.0)


def _first(value: Any) -> float:
    return float(value[0] if isinstance(value, MultiValue) else value)


def _picture(ds: Dataset, image: Image.Image) -> Picture:
    series, instance = (_number(ds, keyword) for keyword in ("SeriesNumber", "InstanceNumber"))
    patient_id = _text(ds, "PatientID")
    return Picture(
        patient_name=_text(ds, "PatientName"),
        patient_id=patient_id,
        birth_date=_text(ds, "PatientBirthDate"),
        sex=_text(ds, "PatientSex"),
        modality=_text(ds, "Modality"),
        study_description=_text(ds, "StudyDescription"),
        view=_text(ds, "ViewPosition") or _text(ds, "SeriesDescription"),
        study_date=_text(ds, "StudyDate"),
        institution=_text(ds, "InstitutionName"),
        referring_physician=_text(ds, "ReferringPhysicianName"),
        order=(patient_id, _text(ds, "StudyInstanceUID"), series, instance),
        image=image,
    )


def _text(ds: Dataset, keyword: str) -> str:
    return str(ds.get(keyword) or "")


def _number(ds: Dataset, keyword: str) -> int:
    return int(cast("int", ds.get(keyword) or 0))
