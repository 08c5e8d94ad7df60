import numpy as np
import pytest

from sample_images.anatomy import body as bodies
from sample_images.anatomy import spine as spines
from sample_images.anatomy.section import Plane, Tissue
from sample_images.anatomy.spine_bones import arch, body_layers, disc_layers, herniation, transverse
from sample_images.patients import Abnormality, Modality, plan

PATIENT = next(patient for patient in plan(16) if patient.modality is Modality.MR)
BODY = bodies.of(PATIENT)


def spine(abnormality=Abnormality.DISC_HERNIATION):
    return spines.of(BODY, abnormality)


def plane(x=0.0):
    y = np.arange(-60, 90, 1.0, dtype=np.float32)
    return Plane(x, y, np.arange(140, -150, -1.0, dtype=np.float32))


def lumbar(made, name="L3"):
    return next(vertebra for vertebra in made.vertebrae if vertebra.name == name)


def test_a_body_is_as_large_as_its_vertebra_says():
    vertebra = lumbar(spine())
    compact = next(iter(body_layers(vertebra, plane())))

    assert compact.share.sum() == pytest.approx(vertebra.depth * vertebra.height, rel=0.15)


def test_a_body_ends_beside_the_middle():
    assert list(body_layers(lumbar(spine()), plane(30.0))) == []


def test_a_broken_body_is_smaller_and_swollen():
    broken = next(v for v in spine(Abnormality.VERTEBRAL_FRACTURE).vertebrae if v.collapse)
    layers = list(body_layers(broken, plane()))

    assert layers[0].share.sum() < 0.85 * broken.depth * broken.height
    assert Tissue.OEDEMA in {layer.tissue for layer in layers}


def test_a_disc_has_a_nucleus_as_bright_as_its_water():
    disc = next(disc for disc in spine().discs if disc.above == "L2")
    nucleus = list(disc_layers(disc, plane()))[-1]

    assert nucleus.tissue is Tissue.NUCLEUS
    assert 0.6 * disc.water < nucleus.share.max() <= disc.water


def test_a_herniation_stands_out_into_the_canal_on_its_side_only():
    made = spine()
    disc = next(disc for disc in made.discs if disc.herniation)
    out = list(herniation(made, disc, plane(2.5 * made.side)))[-1]

    assert out.tissue is Tissue.PROTRUSION
    assert out.share.sum() > 60  # square millimetres
    assert list(herniation(made, disc, plane(-14.0 * made.side))) == []


def test_fatty_marrow_lies_on_both_sides_of_a_worn_disc():
    made = spine(Abnormality.DEGENERATED_DISC)
    disc = next(disc for disc in made.discs if disc.endplate_fat)

    tissues = [layer.tissue for layer in herniation(made, disc, plane())]
    assert tissues == [Tissue.FATTY_MARROW, Tissue.FATTY_MARROW]


def test_what_an_arch_shows_depends_on_the_plane():
    made = spine()
    middle = [layer.tissue for layer in arch(made, lumbar(made), plane(0.0))]
    side = [layer.tissue for layer in arch(made, lumbar(made), plane(13.2))]

    assert Tissue.MARROW in middle  # the spinous process
    assert Tissue.ROOT not in middle
    assert Tissue.ROOT in side  # in its foramen
    assert [layer.tissue for layer in transverse(lumbar(made), plane(26.0), 1.0)]
