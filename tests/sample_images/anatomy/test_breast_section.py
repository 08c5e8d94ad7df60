import numpy as np
import pytest

from sample_images.anatomy import body as bodies
from sample_images.anatomy import breast as breasts
from sample_images.anatomy.breast import Side, View
from sample_images.anatomy.breast_section import (
    depth_below_skin,
    lattice,
    ligaments,
    parenchyma,
)
from sample_images.patients import Modality, plan

PATIENT = next(patient for patient in plan(16) if patient.modality is Modality.MG)
BODY = bodies.of(PATIENT)
AT = lattice(287, 240)


@pytest.fixture(params=View)
def breast(request):
    return breasts.of(BODY, PATIENT.abnormality, Side.LEFT, request.param)


def test_a_lattice_covers_the_detector_at_any_coarseness():
    assert AT.x.max() <= breasts.WIDTH
    assert AT.coarser(4).pitch == 4 * AT.pitch
    assert AT.coarser(4).rows * 4 >= AT.rows


def test_depth_is_positive_inside_and_zero_at_the_skin(breast):
    depth = depth_below_skin(breast, AT)
    reach = np.interp(AT.y[:, 0], breast.outline[:, 0], breast.outline[:, 1])
    row = int(breast.nipple[1] / AT.pitch)

    assert depth[row, 5] > 30
    assert depth[row, -1] < 0
    assert abs(depth[row, int(reach[row] / AT.pitch)]) < 2


def test_glandular_tissue_lies_inside_and_reaches_the_nipple(breast):
    depth = depth_below_skin(breast, AT)
    gland = parenchyma(breast, BODY, AT, depth)

    assert gland.min() >= 0
    assert gland.max() <= 1
    assert gland[depth < 0].max() < 0.05
    row, column = int(breast.nipple[1] / AT.pitch), int((breast.nipple[0] - 15) / AT.pitch)
    assert gland[row - 6 : row + 6, column - 6 : column + 6].mean() > 0.15


def test_ligaments_stay_below_the_skin(breast):
    depth = depth_below_skin(breast, AT)

    assert ligaments(breast, BODY, AT, depth)[depth < 1].max() < 0.05
