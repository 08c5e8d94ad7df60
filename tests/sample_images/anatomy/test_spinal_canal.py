import numpy as np

from sample_images.anatomy import body as bodies
from sample_images.anatomy import spine as spines
from sample_images.anatomy.section import Plane, Tissue
from sample_images.anatomy.spinal_canal import behind_bodies, canal, canal_depth, nerves
from sample_images.patients import Modality, plan

PATIENT = next(patient for patient in plan(16) if patient.modality is Modality.MR)
BODY = bodies.of(PATIENT)
SPINE = spines.of(BODY, PATIENT.abnormality)


def plane(x=0.0):
    y = np.arange(-60, 90, 1.0, dtype=np.float32)
    return Plane(x, y, np.arange(140, -150, -1.0, dtype=np.float32))


def test_distance_behind_the_bodies_grows_to_the_back():
    behind = behind_bodies(SPINE, plane(), plane().everything)

    assert (np.diff(behind, axis=1) > 0).all()


def test_the_canal_narrows_in_the_sacrum():
    depth = canal_depth(SPINE, np.array([100.0, SPINE.sac_ends - 30]))

    assert depth[0] > depth[1] + 5


def test_the_sac_holds_water_in_the_middle_and_ends_in_the_sacrum():
    water = next(layer for layer in canal(SPINE, plane()) if layer.tissue is Tissue.CSF)
    rows = plane().z[water.share.max(axis=1) > 0.5]

    assert rows.max() > 100
    assert abs(rows.min() - SPINE.sac_ends) < 6


def test_there_is_no_canal_far_beside_the_middle():
    assert list(canal(SPINE, plane(20.0))) == []
    assert list(nerves(SPINE, plane(20.0), BODY.draw("test"))) == []


def test_the_cord_ends_at_the_conus_and_roots_go_on():
    layers = list(nerves(SPINE, plane(), BODY.draw("test")))
    cord = layers[0]
    lowest = plane().z[cord.share.max(axis=1) > 0.5].min()

    assert cord.tissue is Tissue.CORD
    assert abs(lowest - SPINE.conus) < 8
    assert {layer.tissue for layer in layers[1:]} == {Tissue.ROOT}
