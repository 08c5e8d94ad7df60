import numpy as np
import pytest

from sample_images import tomograph
from sample_images.anatomy import findings
from sample_images.anatomy.points import Cloud
from sample_images.anatomy.thorax import Thorax
from sample_images.patients import Abnormality
from sample_images.tomograph import Scan, Tomograph

SCAN = Scan(pixels=256, pitch=1.6, left=-204, front=-196, top=14, spacing=7.5, thickness=7.5)


def at(chest, picture, x, y, reach=2):
    """The median round a point given in the drawing's mm."""
    column = round((x * chest.body.across - SCAN.left) / SCAN.pitch)
    row = round((y * chest.body.deep - SCAN.front) / SCAN.pitch)
    return float(
        np.median(picture[row - reach : row + reach + 1, column - reach : column + reach + 1])
    )


def number(chest, z):
    return round((SCAN.top - z * chest.body.lengthwise) / SCAN.spacing)


@pytest.fixture(scope="module")
def lying(man):
    return Thorax(man, upright=False)


@pytest.fixture(scope="module")
def plain(lying):
    return Tomograph(lying, SCAN, contrast_agent=False)


def test_tissues_have_their_ct_numbers(lying, plain):
    heart, arch = plain.cut(number(lying, -190)), plain.cut(number(lying, -70))

    assert at(lying, heart, 30, -30) == pytest.approx(45, abs=15)
    assert at(lying, heart, -95, 10) < -750
    assert at(lying, heart, 0, 54) > 120  # a vertebra
    assert at(lying, arch, -3, 20, reach=1) < -850  # the windpipe
    assert heart[4, 4] == pytest.approx(-1000, abs=60)  # the room's air


def test_fat_lies_under_the_skin(lying, plain):
    picture = plain.cut(number(lying, -230))
    column = picture[:, 128]
    first = np.flatnonzero(column > -300)[0]

    assert np.median(column[first + 2 : first + 6]) == pytest.approx(-100, abs=35)


def test_the_liver_is_on_the_right_below_the_dome(lying, plain):
    picture = plain.cut(number(lying, -252))

    assert at(lying, picture, -80, 0) == pytest.approx(60, abs=20)
    assert at(lying, picture, 95, -75) < at(lying, picture, -80, 0) - 20


def test_the_couch_is_seen_behind_the_back(plain):
    behind = plain.cut(20)[-60:]

    assert (behind > -500).any()
    assert np.median(behind) < -850


def test_a_contrast_agent_brightens_the_blood(lying, plain):
    with_agent = Tomograph(lying, SCAN, contrast_agent=True)
    slice_ = number(lying, -190)

    assert at(lying, with_agent.cut(slice_), 42, -22) > at(lying, plain.cut(slice_), 42, -22) + 100


def test_the_same_chest_gives_the_same_slice(man, lying, plain):
    again = Tomograph(Thorax(man, upright=False), SCAN, contrast_agent=False)

    assert np.array_equal(again.cut(15), plain.cut(15))
    assert not np.array_equal(plain.cut(16), plain.cut(15))


def test_fluid_is_water_where_lung_was_air(man, lying, plain):
    ill = Thorax(man, upright=False)
    findings.show(ill, Abnormality.PLEURAL_EFFUSION)
    wet = Tomograph(ill, SCAN, contrast_agent=True)
    slice_ = number(ill, -200)

    assert at(ill, plain.cut(slice_), -70, 72) < -700
    assert at(ill, wet.cut(slice_), -70, 72) == pytest.approx(12, abs=15)


def test_a_nodule_is_soft_tissue_within_the_lung(man):
    ill = Thorax(man, upright=False)
    findings.show(ill, Abnormality.LUNG_NODULE)
    z, y, x = (axis[place].mean() for axis, place in
               zip((ill.grid.z, ill.grid.y, ill.grid.x), np.nonzero(ill.mass > 0), strict=True))  # fmt: skip
    picture = Tomograph(ill, SCAN, contrast_agent=False).cut(number(ill, z))

    assert at(ill, picture, x, y) == pytest.approx(38, abs=30)


def test_a_slice_has_the_points_between_its_ends_whatever_order_they_came_in():
    heights = np.random.default_rng(1).permutation(np.arange(-40, 40, 0.5)).astype(np.float32)
    points = np.stack([heights, heights, heights], 1)
    part = tomograph._by_height(Cloud(points, heights * 2)).between(-3.75, 3.75)

    assert part.points[:, 2].tolist() == np.arange(-3.5, 4, 0.5).tolist()
    assert np.array_equal(part.contrast, part.points[:, 0] * 2)
