import numpy as np

from sample_images.anatomy import lying, tissues
from sample_images.patients import Abnormality


def values(chest, **settings):
    return [layer.value for layer in lying.layers(chest, **settings)]


def test_a_contrast_agent_brightens_blood_and_leaves_fat_alone(chest):
    plain, bright = values(chest, contrast_agent=False), values(chest, contrast_agent=True)

    assert max(bright) > max(plain) + 100
    assert tissues.FAT in plain
    assert tissues.FAT in bright


def test_the_skin_comes_first_and_windpipe_walls_last(chest):
    layers = lying.layers(chest, contrast_agent=False)

    assert (layers[0].shape > 0).sum() == max((layer.shape > 0).sum() for layer in layers)
    assert (layers[-1].shape[chest.airways > 0] > 0).all()


def test_the_back_is_flat_where_the_body_rests(chest):
    skin = lying.layers(chest, contrast_agent=False)[0].shape
    y = chest.grid.y[np.nonzero(skin > 0)[1]]

    assert y.max() <= lying.lowest(chest)


def test_findings_add_their_tissues(ill):
    fluid = lying.layers(ill(Abnormality.PLEURAL_EFFUSION, upright=False), contrast_agent=True)
    bulge = lying.layers(ill(Abnormality.AORTIC_ANEURYSM, upright=False), contrast_agent=True)

    assert tissues.EFFUSION in [layer.value for layer in fluid]
    assert tissues.BLOOD + 215 in [layer.value for layer in bulge]
