r"""Digital mammograms, for presentation: RCC, LCC, RMLO, LMLO (PS3.3 A.27).

Hung as readers expect it: the chest wall of a left breast at the left edge of the picture, that of
a right breast at the right edge, the outer side or the armpit on top. Patient Orientation says the
same in letters, the direction of rows and then of columns (PS3.3 C.7.6.1.1.1, drawn for the breast
in PS3.17 A, figure A-11): A\R and A\FR for the left breast, P\L and P\FL for the right one.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation

from sample_images import burn_in, iod
from sample_images.anatomy import body as bodies
from sample_images.anatomy import breast as breasts
from sample_images.anatomy import breast_findings, breast_section
from sample_images.anatomy.body import Body
from sample_images.anatomy.breast import Breast, Side, View
from sample_images.anatomy.breast_section import Lattice
from sample_images.anatomy.fields import Floats
from sample_images.anatomy.noise import fractal, stretched
from sample_images.patients import Patient
from sample_images.size import Size

_ROWS, _COLUMNS = 2294, 1914
_BITS_STORED = 12
_COARSE = 4  # pixels of a full picture to one of the lattice that big shapes are drawn on

_VIEWS = (
    (Side.RIGHT, View.CC),
    (Side.LEFT, View.CC),
    (Side.RIGHT, View.MLO),
    (Side.LEFT, View.MLO),
)

# CID 4014 View for Mammography; CID 4013 Anatomic Region for Mammography (PS3.16).
_VIEW_CODES = {
    View.CC: iod.code("399162004", "SCT", "cranio-caudal"),
    View.MLO: iod.code("399368009", "SCT", "medio-lateral oblique"),
}
_ORIENTATIONS = {
    (Side.LEFT, View.CC): ["A", "R"],
    (Side.RIGHT, View.CC): ["P", "L"],
    (Side.LEFT, View.MLO): ["A", "FR"],
    (Side.RIGHT, View.MLO): ["P", "FL"],
}


def instances(patient: Patient, size: Size) -> Iterator[Dataset]:
    """The four views of one patient."""
    body = bodies.of(patient)
    for number, (side, view) in enumerate(_VIEWS, start=1):
        breast = breasts.of(body, patient.abnormality, side, view)
        at = breast_section.lattice(size.of(_ROWS), size.of(_COLUMNS))
        values = _picture(breast, body, at, _COARSE // size.divisor)
        burn_in.burn(values, 2**_BITS_STORED - 1)
        ds = _data_set(patient, size, breast, number, at.pitch)
        iod.pixels(ds, values, bits_stored=_BITS_STORED)
        yield ds


def _picture(breast: Breast, body: Body, at: Lattice, coarse: int) -> npt.NDArray[np.uint16]:
    """Pixels of one view, mirrored for the right breast."""
    bright = _brightness(breast, body, at, coarse)
    breast_findings.draw_all(bright, at, breast, body)
    draw = body.draw(*breast.seed, "noise")
    grain = draw.standard_normal(at.shape, dtype=np.float32)
    grain[1:] += grain[:-1]  # the scintillator spreads light: noise of neighbours is alike
    grain *= np.sqrt(np.maximum(bright, 0)) * np.float32(0.012)
    bright += grain
    bright *= np.float32(2**_BITS_STORED - 1)
    np.clip(bright, 0, 2**_BITS_STORED - 1, out=bright)
    values = bright.astype(np.uint16)
    if breast.side is Side.RIGHT:
        values = np.ascontiguousarray(values[:, ::-1])
    _marker(values, breast)
    return values


def _marker(values: npt.NDArray[np.uint16], breast: Breast) -> None:
    """Lead letters on the detector, on the outer side or at the armpit, away from the breast."""
    text = f"{breast.side} {breast.view}"
    burn_in.mark(values, text, 3900, at="top right" if breast.side is Side.LEFT else "top left")


def _brightness(breast: Breast, body: Body, at: Lattice, times: int) -> Floats:
    """0 for air to 1 for calcium, without what needs full resolution."""
    coarse = at.coarser(times)
    depth = breast_section.depth_below_skin(breast, coarse)
    draw = body.draw(*breast.seed, "fat")
    uneven = fractal(draw, coarse.shape, tuple(c / coarse.pitch for c in (20, 8, 3, 1.2)), 0.6)
    gland = breast_section.parenchyma(breast, body, coarse, depth)
    strands = breast_section.ligaments(breast, body, coarse, depth)
    tissue = 0.25 + 0.028 * uneven + 0.065 * strands * (1 - gland) + 0.52 * gland
    reach = np.interp(coarse.y, breast.muscle[:, 0], breast.muscle[:, 1])
    muscle = np.clip(0.5 + (reach - coarse.x) / 3.5, 0, 1) * (reach > 0)
    fibres = np.sin((coarse.x * 0.55 - coarse.y * 0.30) * 1.1 + 2 * uneven)
    tissue += muscle * (0.60 + 0.025 * uneven + 0.012 * fibres + 0.25 * (tissue - 0.25) - tissue)
    thin = np.sqrt(np.clip(1 - (1 - np.clip(depth / 15, 0, 1)) ** 2, 0, 1))
    tissue *= 0.62 + 0.38 * thin
    wide = stretched(tissue.astype(np.float32), at.shape, times)
    below = stretched(depth, at.shape, times)
    fine = draw.standard_normal((at.rows // 2 + 3, at.columns // 2 + 3), dtype=np.float32)
    wide *= 1 + np.float32(0.022) * stretched(fine, at.shape, 2.0)
    skin = np.exp(-(((below - np.float32(0.9)) / np.float32(0.75)) ** 2))
    wide += np.float32(0.15) * skin
    wide *= np.clip(below / np.float32(0.35), 0, 1)
    return wide


def _data_set(patient: Patient, size: Size, breast: Breast, number: int, pitch: float) -> Dataset:
    """The Digital Mammography X-Ray Image IOD but for its pixels."""
    series = iod.Series(
        number=number,
        modality="MG",
        description=f"{breast.side} {breast.view}",
        body_part_examined="BREAST",
        model="Imagined Mammograph",
    )
    ds = iod.start(patient, size, DigitalMammographyXRayImageStorageForPresentation, series, 1)
    ds.ImageType = ["ORIGINAL", "PRIMARY", ""]
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.PatientOrientation = _ORIENTATIONS[breast.side, breast.view]
    _anatomy(ds, breast)
    _image(ds)
    _detector(ds, pitch)
    _exposure(ds, breast)
    ds.AcquisitionContextSequence = Sequence()
    return ds


def _anatomy(ds: Dataset, breast: Breast) -> None:
    """DX Anatomy Imaged and Mammography Image (PS3.3 C.8.11.2, C.8.11.7)."""
    ds.ImageLaterality = breast.side.value
    ds.OrganExposed = "BREAST"
    ds.ViewPosition = breast.view.value
    ds.AnatomicRegionSequence = iod.codes(iod.code("76752008", "SCT", "Breast"))
    view = Dataset()
    view.update(_VIEW_CODES[breast.view])
    view.ViewModifierCodeSequence = Sequence()
    ds.ViewCodeSequence = Sequence([view])
    ds.BreastImplantPresent = "NO"
    ds.PartialView = "NO"
    ds.PositionerType = "MAMMOGRAPHIC"
    angle = {View.CC: 0, View.MLO: 45 if breast.side is Side.RIGHT else -45}[breast.view]
    ds.PositionerPrimaryAngle = str(angle)


def _image(ds: Dataset) -> None:
    """DX Image and VOI LUT (PS3.3 C.8.11.3, C.11.2)."""
    ds.PixelIntensityRelationship = "LOG"
    ds.PixelIntensityRelationshipSign = -1  # more X-rays, smaller values
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    ds.PresentationLUTShape = "IDENTITY"
    ds.WindowCenter, ds.WindowWidth = "2048", "4096"


def _detector(ds: Dataset, pitch: float) -> None:
    """DX Detector and Field of View (PS3.3 C.8.11.4)."""
    ds.DetectorType = "SCINTILLATOR"
    ds.DetectorConfiguration = "AREA"
    ds.DetectorID = "LAB-0"
    ds.ImagerPixelSpacing = [f"{pitch:.5f}"] * 2
    ds.FieldOfViewShape = "RECTANGLE"
    ds.FieldOfViewDimensions = ["216", "180"]
    ds.FieldOfViewOrigin = ["0", "0"]
    ds.FieldOfViewRotation = "0"
    ds.FieldOfViewHorizontalFlip = "NO"


def _exposure(ds: Dataset, breast: Breast) -> None:
    """X-Ray Generation, Filtration, Acquisition Dose (PS3.3 C.8.7.8 to C.8.7.10)."""
    thick = breast.thickness
    ds.KVP = f"{25 + (thick - 35) / 6:.0f}"
    ds.Exposure = f"{50 + thick:.0f}"
    ds.ExposureInuAs = f"{1000 * (50 + thick):.0f}"
    ds.ExposureControlMode = "AUTOMATIC"
    ds.AnodeTargetMaterial = "TUNGSTEN"
    ds.FilterType = "FLAT"
    ds.FilterMaterial = "RHODIUM"
    ds.BodyPartThickness = f"{thick:.0f}"
    ds.CompressionForce = "95"
    ds.DistanceSourceToDetector = "660"
    ds.EstimatedRadiographicMagnificationFactor = "1"
    ds.OrganDose = "0.014"
