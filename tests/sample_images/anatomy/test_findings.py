import numpy as np
import pytest

from sample_images.anatomy import findings
from sample_images.anatomy.thorax import Thorax
from sample_images.patients import Abnormality, Modality, plan

OF_THE_CHEST = sorted({patient.abnormality for patient in plan(200)
                       if patient.modality in {Modality.DX, Modality.CT}})  # fmt: skip


def test_every_abnormality_of_a_chest_can_be_shown(ill, chest):
    for abnormality in OF_THE_CHEST:
        changed = ill(abnormality)
        assert changed.heart != chest.heart or any(
            part is not None for part in (changed.haze, changed.fluid, changed.mass, changed.shrunk)
        )


def test_an_abnormality_of_another_part_is_refused(man):
    with pytest.raises(ValueError, match="not an abnormality of the chest"):
        findings.show(Thorax(man, upright=True), Abnormality.CYST)


def test_fluid_sinks_to_the_feet_of_somebody_upright_and_to_the_back_of_somebody_lying(ill):
    upright, lying = (ill(Abnormality.PLEURAL_EFFUSION, upright=up) for up in (True, False))

    for chest in (upright, lying):
        assert chest.grid.x[np.nonzero(chest.fluid > 0)[2]].max() < 0  # the right side
        assert not ((chest.fluid > 0) & (chest.lungs > 0)).any()
    z, y, _ = np.nonzero(upright.fluid > 0)
    assert upright.grid.z[z].max() < -100
    z, y, _ = np.nonzero(lying.fluid > 0)
    assert lying.grid.y[y].mean() > 40


def test_fluid_creeps_up_along_the_wall(ill):
    chest = ill(Abnormality.PLEURAL_EFFUSION)
    middle = np.abs(chest.grid.y) < 20
    fluid = chest.fluid[:, middle] > 0
    top = np.where(fluid, chest.grid.z[:, None, None], -999).max((0, 1))
    x = chest.grid.x

    assert top[(x > -136) & (x < -124)].max() > top[(x > -80) & (x < -60)].max() + 15


def test_a_pneumothorax_leaves_air_at_the_top_and_a_whole_other_lung(ill):
    chest = ill(Abnormality.PNEUMOTHORAX)
    air = (chest.cavity > 0) & (chest.lungs <= 0)
    x = chest.grid.x

    assert air[:, :, x > 0].sum() > 0.15 * (chest.cavity[:, :, x > 0] > 0).sum()
    assert not air[:, :, x < 0].any()
    assert (chest.grid.z[np.nonzero(air)[0]] > -30).any()
    assert chest.grid.at(chest.lungs, chest.vessels.points).min() > 0


def test_pneumonia_clouds_the_right_lower_lung(ill):
    chest = ill(Abnormality.PNEUMONIA)
    z, _, x = np.nonzero((chest.haze > 400) & (chest.lungs > 0))

    assert len(z) > 1000
    assert chest.grid.x[x].max() < 0
    assert -240 < chest.grid.z[z].mean() < -140


def test_a_nodule_lies_in_the_right_lung(ill):
    chest = ill(Abnormality.LUNG_NODULE)
    inside = chest.mass > 0

    assert 8e3 < inside.sum() * 64 < 40e3  # cubic mm: some 30 mm across
    assert (chest.lungs[inside] > 0).mean() > 0.9
    assert chest.grid.x[np.nonzero(inside)[2]].max() < 0
