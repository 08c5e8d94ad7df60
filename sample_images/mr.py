"""MR of the lumbar spine: sagittal T1- and T2-weighted spin echo (PS3.3 A.4, MR Image IOD).

The pictures show what a scanner shows: tissues by their signal at these echo and repetition
times, a surface coil below the back that grows weaker to the front, a saturated band over the
belly, and noise as magnitude images have it (Rician).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage

from sample_images import burn_in, iod, uids
from sample_images.anatomy import body as bodies
from sample_images.anatomy import spine as spines
from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats
from sample_images.anatomy.noise import fractal
from sample_images.anatomy.section import Plane, Tissue
from sample_images.anatomy.spine_section import layers
from sample_images.patients import Patient
from sample_images.size import Size

_MATRIX = 384  # rows and columns
_FIELD_OF_VIEW = 300.0  # mm
_SLICES = 13
_SPACING = 4.4  # mm between slices
_THICKNESS = 4.0  # mm
_BITS_STORED = 12


@dataclass(frozen=True)
class _Weighting:
    """One sequence: its times in ms, and the signal of each tissue where the coil is strongest."""

    series: int
    name: str
    repetition_time: float
    echo_time: float
    echo_train_length: int
    noise: float
    signal: dict[Tissue, float]
    series_description: str
    window: tuple[int, int]  # centre and width


_T = Tissue
_T1 = _Weighting(
    series=1, name="*tse2d1_3", repetition_time=560, echo_time=10, echo_train_length=3,
    noise=0.013, series_description="T1 TSE sag", window=(720, 1440),
    signal={
        _T.SKIN: 0.35, _T.FAT: 0.92, _T.DEEP_FAT: 0.80, _T.EPIDURAL_FAT: 0.90, _T.MUSCLE: 0.28,
        _T.BOWEL: 0.32, _T.GAS: 0.02, _T.BLOOD: 0.05, _T.SLOW_BLOOD: 0.36, _T.COMPACT: 0.07,
        _T.MARROW: 0.50, _T.OEDEMA: 0.24, _T.FATTY_MARROW: 0.80, _T.ANNULUS: 0.29,
        _T.NUCLEUS: 0.33, _T.PROTRUSION: 0.31, _T.CSF: 0.14, _T.CORD: 0.36, _T.ROOT: 0.32,
    },
)  # fmt: skip
_T2 = _Weighting(
    series=2, name="*tse2d1_17", repetition_time=3600, echo_time=106, echo_train_length=17,
    noise=0.015, series_description="T2 TSE sag", window=(660, 1320),
    signal={
        _T.SKIN: 0.22, _T.FAT: 0.72, _T.DEEP_FAT: 0.62, _T.EPIDURAL_FAT: 0.70, _T.MUSCLE: 0.15,
        _T.BOWEL: 0.36, _T.GAS: 0.02, _T.BLOOD: 0.03, _T.SLOW_BLOOD: 0.62, _T.COMPACT: 0.05,
        _T.MARROW: 0.34, _T.OEDEMA: 0.42, _T.FATTY_MARROW: 0.56, _T.ANNULUS: 0.10,
        _T.NUCLEUS: 0.74, _T.PROTRUSION: 0.20, _T.CSF: 0.98, _T.CORD: 0.42, _T.ROOT: 0.34,
    },
)  # fmt: skip
_WEIGHTINGS = (_T1, _T2)

# How uneven a tissue is, as a share of its signal.
_ROUGH = {
    _T.MARROW: 0.16, _T.MUSCLE: 0.22, _T.BOWEL: 0.45, _T.DEEP_FAT: 0.22, _T.FAT: 0.06,
    _T.OEDEMA: 0.12, _T.ANNULUS: 0.15,
}  # fmt: skip


def instances(patient: Patient, size: Size) -> Iterator[Dataset]:
    """Both series of one patient, slice by slice from right to left."""
    body = bodies.of(patient)
    spine = spines.of(body, patient.abnormality)
    places = _places(size)
    pixel = _FIELD_OF_VIEW / size.of(_MATRIX)
    count = np.arange(size.of(_MATRIX), dtype=np.float32)
    y = (count + 0.5) * pixel - _FIELD_OF_VIEW * 0.47  # the spine a little left of the middle
    z = _FIELD_OF_VIEW * 0.49 - (count + 0.5) * pixel
    sections = [_section(spine, body, Plane(x, y, z)) for x in places]
    for number, weighting in enumerate(_WEIGHTINGS):
        for index, x in enumerate(places):
            signal = sections[index][number]
            noise = body.draw("mr", weighting.series, index)
            values = _received(signal, Plane(x, y, z), spine, weighting, noise)
            ds = _data_set(
                patient, size, weighting, index, corner=(x, float(y[0]), float(z[0])), pixel=pixel
            )
            burn_in.burn(values, 3000)
            iod.pixels(ds, values, bits_stored=_BITS_STORED)
            yield ds


def _places(size: Size) -> list[float]:
    """Where slices lie, mm from the middle plane to the left; always one in the middle."""
    slices = size.of(_SLICES)
    step = _SPACING * (_SLICES - 1) / max(slices, 2)
    step = _SPACING if size is Size.FULL else round(step * 0.85, 1)
    return [round((index - slices // 2) * step, 2) for index in range(slices)]


def _section(spine: spines.Spine, body: Body, plane: Plane) -> tuple[Floats, ...]:
    """The signal of one slice in every weighting."""
    shape = len(plane.z), len(plane.y)
    images = tuple(np.zeros(shape, dtype=np.float32) for _ in _WEIGHTINGS)
    uneven = _unevenness(body, shape, plane)
    fatty = 1 + 0.004 * (body.age - 50)  # marrow turns to fat
    for tissue, window, share in layers(spine, body, plane):
        rough = _ROUGH.get(tissue)
        value: Floats | float = 1.0 if rough is None else 1 + rough * uneven[window]
        for image, weighting in zip(images, _WEIGHTINGS, strict=True):
            signal = weighting.signal[tissue] * (fatty if tissue is Tissue.MARROW else 1)
            part = image[window]
            part += share * (np.float32(signal) * value - part)
    return images


def _unevenness(body: Body, shape: tuple[int, int], plane: Plane) -> Floats:
    """Smooth random variation, coarse and fine, about 0 with a deviation of about 1."""
    draw = body.draw("mr", "tissue", round(plane.x))
    return fractal(draw, shape, tuple(cell / plane.pixel for cell in (14.0, 5.0, 2.2)), 0.0)


def _received(
    signal: Floats,
    plane: Plane,
    spine: spines.Spine,
    weighting: _Weighting,
    noise: np.random.Generator,
) -> npt.NDArray[np.uint16]:
    """What the coil hears: smoothed by the readout, weaker to the front, with noise."""
    blurred = _smoothed(signal)
    Y, Z = plane.axes(plane.everything)
    coil = 1.12 / (1 + ((np.maximum(88 - Y, 0)) / 118) ** 2)  # elements below the back
    coil = coil * (0.72 + 0.28 * np.exp(-((Z / 125) ** 4)))
    front = spines.along(spine.canal, Z) - Y  # the saturated band begins before the vessels
    saturated = 0.10 + 0.90 / (1 + np.exp((front - 78) / 7))
    heard = blurred * (coil * saturated).astype(np.float32) * 1500
    deviation = np.float32(weighting.noise * 1500)
    real = heard + deviation * noise.standard_normal(heard.shape, dtype=np.float32)
    imaginary = deviation * noise.standard_normal(heard.shape, dtype=np.float32)
    magnitude: Floats = np.hypot(real, imaginary)
    return np.minimum(magnitude, np.float32(2**_BITS_STORED - 1)).astype(np.uint16)


def _smoothed(image: Floats) -> Floats:
    """One pixel's worth of blur along rows and columns."""
    smooth = image.copy()
    smooth[1:-1] = (image[:-2] + 4 * image[1:-1] + image[2:]) / 6
    result = smooth.copy()
    result[:, 1:-1] = (smooth[:, :-2] + 4 * smooth[:, 1:-1] + smooth[:, 2:]) / 6
    return result


def _data_set(
    patient: Patient, size: Size, weighting: _Weighting, index: int, *,
    corner: tuple[float, float, float], pixel: float,
) -> Dataset:  # fmt: skip
    """The MR Image IOD but for its pixels."""
    series = iod.Series(
        number=weighting.series,
        modality="MR",
        description=weighting.series_description,
        body_part_examined="LSPINE",
        model="Imagined Magnet 1.5T",
    )
    ds = iod.start(patient, size, MRImageStorage, series, index + 1)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M", "NORM"]
    ds.PatientPosition = "HFS"
    _plane(ds, patient, size, corner, pixel)
    _sequence(ds, weighting, size)
    ds.WindowCenter, ds.WindowWidth = map(str, weighting.window)
    return ds


def _plane(
    ds: Dataset, patient: Patient, size: Size, corner: tuple[float, float, float], pixel: float
) -> None:
    """Frame of Reference and Image Plane (PS3.3 C.7.4.1, C.7.6.2).

    Rows run to the back (+y), columns to the feet (-z): front on the left, head on top.
    """
    ds.FrameOfReferenceUID = uids.frame_of_reference(patient, size)
    ds.PositionReferenceIndicator = ""
    ds.PatientOrientation = ["P", "F"]
    ds.ImageOrientationPatient = ["0", "1", "0", "0", "0", "-1"]
    ds.ImagePositionPatient = [f"{place:.3f}" for place in corner]
    ds.SliceLocation = f"{corner[0]:.3f}"
    ds.PixelSpacing = [f"{pixel:.5f}"] * 2
    ds.SliceThickness = f"{_THICKNESS:.1f}"
    places = _places(size)
    ds.SpacingBetweenSlices = f"{places[1] - places[0]:.2f}"


def _sequence(ds: Dataset, weighting: _Weighting, size: Size) -> None:
    """MR Image module (PS3.3 C.8.3.1)."""
    ds.ScanningSequence = "SE"
    ds.SequenceVariant = ["SK", "SP"]
    ds.ScanOptions = ["SAT1", "PFP"]
    ds.MRAcquisitionType = "2D"
    ds.SequenceName = weighting.name
    ds.RepetitionTime = f"{weighting.repetition_time:g}"
    ds.EchoTime = f"{weighting.echo_time:g}"
    ds.EchoTrainLength = weighting.echo_train_length
    ds.EchoNumbers = 1
    ds.NumberOfAverages = "2"
    ds.MagneticFieldStrength = "1.5"
    ds.ImagingFrequency = "63.87"
    ds.ImagedNucleus = "1H"
    ds.FlipAngle = "150"
    ds.PixelBandwidth = "170"
    ds.PercentSampling = "80"
    ds.PercentPhaseFieldOfView = "100"
    ds.InPlanePhaseEncodingDirection = "COL"
    ds.AcquisitionMatrix = [0, size.of(_MATRIX), round(size.of(_MATRIX) * 0.8), 0]
    ds.ReceiveCoilName = "Spine"
    ds.TransmitCoilName = "Body"
    ds.SAR = "0.9"
