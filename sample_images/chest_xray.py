"""Chest radiographs, from back to front and from the side (PS3.3 A.26, DX IOD, for presentation).

The pixels are presentation values: larger is brighter, as Presentation LUT Shape IDENTITY and
MONOCHROME2 say, and dense tissue is bright.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import DigitalXRayImageStorageForPresentation

from sample_images import burn_in, iod, radiograph
from sample_images.anatomy import body as bodies
from sample_images.anatomy import findings
from sample_images.anatomy.fields import Floats
from sample_images.anatomy.thorax import Thorax
from sample_images.beam import SOURCE_TO_DETECTOR, Detector, View
from sample_images.patients import Patient
from sample_images.size import Size

ROWS, COLUMNS = 3000, 2500
_PITCH = 0.143  # mm between pixels at full size
_BITS_STORED = 12
_WHITE = (1 << _BITS_STORED) - 1
_FINER = 4  # pixels at full size for each one that rays are followed for
_STRIP = 10  # rows of rays that become pixels at once


@dataclass(frozen=True)
class _Projection:
    """What the data set says of a view: CID 4010, patient orientation, exposure."""

    number: int
    view: View
    view_position: str
    view_code: tuple[str, str]
    orientation: tuple[str, str]
    description: str
    exposure_uas: int


_PROJECTIONS = (
    _Projection(1, View.PA, "PA", ("399348003", "postero-anterior"), ("L", "F"), "Chest PA", 1900),
    _Projection(2, View.LATERAL, "LL", ("399173006", "left lateral"), ("P", "F"),
                "Chest lateral", 6100),
)  # fmt: skip


def instances(patient: Patient, size: Size) -> Iterator[Dataset]:
    """The two views of one patient, a series each."""
    chest = Thorax(bodies.of(patient), upright=True)
    findings.show(chest, patient.abnormality)
    for projection in _PROJECTIONS:
        values = picture(chest, projection.view, size)
        _marker(values)
        burn_in.burn(values, _WHITE)
        ds = _data_set(patient, size, projection)
        iod.pixels(ds, values, bits_stored=_BITS_STORED)
        yield ds


def picture(chest: Thorax, view: View, size: Size) -> npt.NDArray[np.uint16]:
    """One view as presentation values of 12 bits, rows by columns."""
    rows, columns = ROWS // _FINER, COLUMNS // _FINER
    detector = Detector(view, chest.body, rows, columns, _PITCH * _FINER)
    shown, grain = radiograph.shown(chest, detector)
    noise = chest.body.draw("dx noise", view)
    if size is Size.FULL:
        return _noisy(_four_times(shown), grain, noise)
    return _presented(shown + grain * noise.standard_normal(grain.shape, dtype=np.float32) / _FINER)


def _noisy(shown: Floats, grain: Floats, noise: np.random.Generator) -> npt.NDArray[np.uint16]:
    """A full picture with its noise, a few rows at a time: so much stays near the processor."""
    values = np.empty(shown.shape, np.uint16)
    for first in range(0, len(grain), _STRIP):
        rough = grain[first : first + _STRIP, None, :, None]
        rows = slice(first * _FINER, (first + len(rough)) * _FINER)
        strip = shown[rows]
        own = noise.standard_normal(strip.shape, dtype=np.float32)
        blocks = own.reshape(len(rough), _FINER, -1, _FINER)
        blocks *= rough
        # Light spreads in the scintillator: neighbouring pixels share their noise.
        strip[:, 1:] += own[:, :-1] * np.float32(0.6)
        strip += own
        values[rows] = _presented(strip)
    return values


def _presented(shown: Floats) -> npt.NDArray[np.uint16]:
    """Presentation values of brightness from 0 to 1; ``shown`` is used up."""
    shown *= _WHITE
    return np.clip(shown, 0, _WHITE, out=shown).astype(np.uint16)


def _four_times(small: Floats) -> Floats:
    """A picture with four times the rows and columns, cubic between its pixels."""
    for _ in range(2):  # rows of the picture turned over, then its own
        small = np.ascontiguousarray(small.T)
        padded = np.pad(small, ((2, 2), (0, 0)), mode="edge")
        larger = np.empty((len(small), _FINER, small.shape[1]), np.float32)
        for phase in range(_FINER):
            t = (phase + 0.5) / _FINER - 0.5
            first = 1 if t < 0 else 2
            t %= 1
            weights = (t * (-1 + t * (2 - t)) / 2, (2 + t * t * (3 * t - 5)) / 2,
                       t * (1 + t * (4 - 3 * t)) / 2, t * t * (t - 1) / 2)  # fmt: skip
            row = padded[first - 1 : first - 1 + len(small)] * np.float32(weights[0])
            for step in (1, 2, 3):
                row += padded[first - 1 + step :][: len(small)] * np.float32(weights[step])
            larger[:, phase] = row
        small = larger.reshape(-1, small.shape[1])
    return small


def _marker(values: npt.NDArray[np.uint16]) -> None:
    """The lead letter L, in the corner on the left hand's side."""
    rows, columns = values.shape
    high, thick = rows // 24, max(2, rows // 130)
    top, left = rows // 22, columns - columns // 12
    values[top : top + high, left : left + thick] = _WHITE
    values[top + high - thick : top + high, left : left + high * 5 // 8] = _WHITE


def _data_set(patient: Patient, size: Size, projection: _Projection) -> Dataset:
    series = iod.Series(projection.number, "DX", projection.description, "CHEST", "Lab DX 43")
    ds = iod.start(patient, size, DigitalXRayImageStorageForPresentation, series, 1)
    ds.ImageType = ["ORIGINAL", "PRIMARY", ""]
    ds.PatientOrientation = list(projection.orientation)
    _series_and_anatomy(ds, projection)
    _detector(ds, size)
    _exposure(ds, projection)
    _presentation(ds)
    return ds


def _series_and_anatomy(ds: Dataset, projection: _Projection) -> None:
    """DX Series (PS3.3 C.8.11.1), DX Anatomy Imaged (C.8.11.2), DX Positioning (C.8.11.5)."""
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.ImageLaterality = "U"
    ds.AnatomicRegionSequence = iod.codes(iod.code("51185008", "SCT", "Chest"))
    ds.ViewPosition = projection.view_position
    value, meaning = projection.view_code
    ds.ViewCodeSequence = iod.codes(iod.code(value, "SCT", meaning))
    ds.ViewCodeSequence[0].ViewModifierCodeSequence = []
    ds.PatientOrientationCodeSequence = iod.codes(iod.code("10904000", "SCT", "erect"))
    ds.PositionerType = "COLUMN"
    ds.AcquisitionContextSequence = []


def _detector(ds: Dataset, size: Size) -> None:
    """DX Detector (PS3.3 C.8.11.4)."""
    pitch = f"{_PITCH * size.divisor:.3f}"
    ds.DetectorType = "SCINTILLATOR"
    ds.DetectorConfiguration = "AREA"
    ds.DetectorID = "0000"
    ds.FieldOfViewShape = "RECTANGLE"
    ds.FieldOfViewDimensions = [round(ROWS * _PITCH), round(COLUMNS * _PITCH)]
    ds.ImagerPixelSpacing = [pitch, pitch]


def _exposure(ds: Dataset, projection: _Projection) -> None:
    """X-Ray Generation (PS3.3 C.8.7.x) and the geometry of the beam."""
    ds.KVP = "125"
    ds.XRayTubeCurrent = 250
    ds.ExposureTime = max(1, projection.exposure_uas // 250)
    ds.Exposure = max(1, projection.exposure_uas // 1000)
    ds.ExposureInuAs = projection.exposure_uas
    ds.FilterType = "NONE"
    ds.FocalSpots = "1.0"
    ds.AnodeTargetMaterial = "TUNGSTEN"
    ds.Grid = ["FIXED", "FOCUSED"]
    ds.DistanceSourceToDetector = str(int(SOURCE_TO_DETECTOR))


def _presentation(ds: Dataset) -> None:
    """DX Image (PS3.3 C.8.11.3): what the pixel values mean."""
    ds.PixelIntensityRelationship = "LOG"
    ds.PixelIntensityRelationshipSign = -1  # larger values: less of the beam came through
    ds.RescaleIntercept = "0"
    ds.RescaleSlope = "1"
    ds.RescaleType = "US"
    ds.PresentationLUTShape = "IDENTITY"
    ds.WindowCenter = str((_WHITE + 1) // 2)
    ds.WindowWidth = str(_WHITE + 1)
