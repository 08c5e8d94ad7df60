"""CT of the chest: one series of axial slices from head to feet (PS3.3 A.3, CT Image IOD)."""

import math
from collections.abc import Iterator

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from sample_images import burn_in, iod, uids
from sample_images.anatomy import body as bodies
from sample_images.anatomy import findings
from sample_images.anatomy.fields import Floats
from sample_images.anatomy.thorax import Thorax
from sample_images.patients import Abnormality, Patient
from sample_images.size import Size
from sample_images.tomograph import Scan, Tomograph

MATRIX = 512  # rows and columns
SLICES = 40
_SPACING = 7.5  # mm between slices, and their thickness: no gap
_FIRST = 14.0  # mm above the first thoracic vertebra, in a man of 1.77 m
_BITS_STORED = 12
_INTERCEPT = -1024
_LETTERS = 1200  # HU: white in every window

# Centre, width and name; the first one is what a viewer opens with.
_SOFT_TISSUE = (40, 400, "SOFT TISSUE")
_LUNG = (-550, 1500, "LUNG")

_WITH_CONTRAST_AGENT = {Abnormality.AORTIC_ANEURYSM, Abnormality.PLEURAL_EFFUSION}


def instances(patient: Patient, size: Size) -> Iterator[Dataset]:
    """The slices of one patient."""
    chest = Thorax(bodies.of(patient), upright=False)
    findings.show(chest, patient.abnormality)
    geometry = scan(chest, size)
    agent = patient.abnormality in _WITH_CONTRAST_AGENT
    tomograph = Tomograph(chest, geometry, contrast_agent=agent)
    for number in range(size.of(SLICES)):
        values = _stored(tomograph.cut(number))
        burn_in.burn(values, _LETTERS - _INTERCEPT)
        ds = _data_set(patient, size, number)
        _geometry(ds, geometry, number)
        if agent:
            _contrast_agent(ds)
        iod.pixels(ds, values, bits_stored=_BITS_STORED)
        yield ds


def scan(chest: Thorax, size: Size) -> Scan:
    """The field of view that holds the trunk, and where slices lie."""
    low, high = (float(edge) for edge in chest.trunk_across())
    view = 10 * math.ceil((high - low) * chest.body.across / 10 + 2)  # mm
    pixels = size.of(MATRIX)
    corner = round(-view / 2 + view / pixels / 2, 3)
    return Scan(pixels=pixels, pitch=round(view / pixels, 6), left=corner, front=corner + 8,
                top=round(_FIRST * chest.body.lengthwise, 1), spacing=_SPACING * size.divisor,
                thickness=_SPACING)  # fmt: skip


def _stored(hounsfield: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.uint16]]:
    values = np.rint(hounsfield) - _INTERCEPT
    stored: np.ndarray[tuple[int, int], np.dtype[np.uint16]]
    stored = np.clip(values, 0, (1 << _BITS_STORED) - 1).astype(np.uint16)
    return stored


def _data_set(patient: Patient, size: Size, number: int) -> Dataset:
    agent = patient.abnormality in _WITH_CONTRAST_AGENT
    name = "Thorax with contrast" if agent else "Thorax"
    series = iod.Series(1, "CT", name, "CHEST", "Lab CT 64", protocol="Thorax routine")
    ds = iod.start(patient, size, CTImageStorage, series, number + 1)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.FrameOfReferenceUID = uids.frame_of_reference(patient, size)
    ds.PositionReferenceIndicator = ""
    _acquisition(ds)
    lungs_first = patient.abnormality in {Abnormality.LUNG_NODULE, Abnormality.PNEUMONIA}
    windows = (_LUNG, _SOFT_TISSUE) if lungs_first else (_SOFT_TISSUE, _LUNG)
    centres, widths, names = zip(*windows, strict=True)
    ds.WindowCenter, ds.WindowWidth = [list(map(str, column)) for column in (centres, widths)]
    ds.WindowCenterWidthExplanation = list(names)
    ds.RescaleIntercept = str(_INTERCEPT)
    ds.RescaleSlope = "1"
    ds.RescaleType = "HU"
    return ds


def _acquisition(ds: Dataset) -> None:
    """How the scanner was set (PS3.3 C.8.2.1)."""
    ds.PatientPosition = "HFS"
    ds.ScanOptions = "HELIX"
    ds.KVP = "120"
    ds.XRayTubeCurrent = 210
    ds.ExposureTime = 500
    ds.Exposure = 105
    ds.FilterType = "BODY"
    ds.ConvolutionKernel = "B40"
    ds.GantryDetectorTilt = "0"
    ds.RotationDirection = "CW"
    ds.DistanceSourceToDetector = "1085.6"
    ds.DistanceSourceToPatient = "595"
    ds.DataCollectionDiameter = "500"


def _geometry(ds: Dataset, geometry: Scan, number: int) -> None:
    """Image Plane (PS3.3 C.7.6.2): rows run to the left hand, columns to the back."""
    z = round(geometry.top - number * geometry.spacing, 2)
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.ImagePositionPatient = [f"{geometry.left:.3f}", f"{geometry.front:.3f}", f"{z:.2f}"]
    ds.PixelSpacing = [f"{geometry.pitch:.6f}"] * 2
    ds.SliceThickness = f"{geometry.thickness:g}"
    ds.SpacingBetweenSlices = f"{geometry.spacing:g}"
    ds.SliceLocation = f"{z:.2f}"
    ds.ReconstructionDiameter = f"{geometry.pitch * geometry.pixels:.0f}"
    ds.TableHeight = "150"


def _contrast_agent(ds: Dataset) -> None:
    """Contrast/Bolus (PS3.3 C.7.6.4)."""
    ds.ContrastBolusAgent = "Iodine 370 mg/ml"
    ds.ContrastBolusRoute = "IV"
    ds.ContrastBolusVolume = "80"
