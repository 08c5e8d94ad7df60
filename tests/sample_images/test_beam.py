import numpy as np
import pytest

from sample_images import beam
from sample_images.anatomy import fields
from sample_images.anatomy.fields import Grid
from sample_images.anatomy.points import Cloud
from sample_images.beam import Detector, View

GRID = Grid.spanning((-60, 60), (-60, 60), (-200, -80), 4)


@pytest.fixture(scope="module")
def detectors(man):
    return {view: Detector(view, man, 120, 100, 2.0) for view in View}


@pytest.mark.parametrize("view", View)
def test_the_longest_way_through_a_ball_is_its_diameter(detectors, man, view):
    ball = fields.ellipsoid(GRID, (0, 0, -140), (30, 30, 30))
    ways = detectors[view].thickness(ball, GRID)
    scale = man.deep if view is View.PA else man.across

    assert ways.max() == pytest.approx(60 * scale, rel=0.05)
    assert ways[0, 0] == 0
    rows, columns = np.nonzero(ways)
    assert rows.mean() == pytest.approx(59.5, abs=0.7)
    assert columns.mean() == pytest.approx(49.5, abs=0.7)


def test_what_is_far_from_the_detector_is_shown_larger(detectors):
    near, far = (fields.ellipsoid(GRID, (0, y, -140), (15, 15, 15)) for y in (-40, 40))
    seen = [detectors[View.PA].thickness(ball, GRID).sum() for ball in (near, far)]

    assert seen[1] > 1.05 * seen[0]


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("y", [-42, 42])
def test_no_edge_of_a_shape_is_cut_off_however_much_it_is_magnified(
    detectors, monkeypatch, view, y
):
    shape = fields.ellipsoid(GRID, (y, y, -140), (14, 14, 54))
    seen = detectors[view].thickness(shape, GRID)
    monkeypatch.setattr(beam, "_reach", lambda *_: (-np.inf, np.inf))

    assert np.array_equal(seen, detectors[view].thickness(shape, GRID))


def test_no_points_cast_no_shadow(detectors):
    nothing = detectors[View.PA].shadow(Cloud.joined([]))

    assert nothing.shape == (120, 100)
    assert not nothing.any()


def test_the_left_is_on_the_right_from_the_front_and_the_back_from_the_side(detectors):
    left = Cloud(np.array([[40, 0, -140]], np.float32), np.array([1000], np.float32))
    back = Cloud(np.array([[0, 40, -140]], np.float32), np.array([1000], np.float32))

    assert np.nonzero(detectors[View.PA].shadow(left))[1][0] > 60
    assert np.nonzero(detectors[View.LATERAL].shadow(back))[1][0] > 60


def test_the_head_is_at_the_top(detectors):
    high = Cloud(np.array([[0, 0, -90]], np.float32), np.array([1000], np.float32))

    assert np.nonzero(detectors[View.PA].shadow(high))[0][0] < 50


def test_a_cloud_and_a_field_agree(detectors, man):
    draw = np.random.default_rng(1)
    points = draw.uniform(-20, 20, (200_000, 3)).astype(np.float32)
    points = points[np.linalg.norm(points, axis=1) < 20] + np.array([0, 0, -140], np.float32)
    each = 4 / 3 * np.pi * 20**3 / len(points)
    cloud = Cloud(points.astype(np.float32), np.full(len(points), each, np.float32))
    ball = fields.ellipsoid(GRID, (0, 0, -140), (20, 20, 20))
    detector = detectors[View.PA]

    assert detector.shadow(cloud).sum() == pytest.approx(
        detector.thickness(ball, GRID).sum(), rel=0.04
    )


def test_the_integral_of_one_is_the_way_through(detectors, man):
    filled = np.ones(GRID.shape, np.float32)
    middle = detectors[View.PA].integral(filled, GRID)[60, 50]

    assert middle == pytest.approx(124 * man.deep, rel=0.02)


def test_coarser_is_faster_and_nearly_the_same(detectors):
    ball = fields.ellipsoid(GRID, (0, 0, -140), (30, 30, 30))
    fine, coarse = (detectors[View.PA].thickness(ball, GRID, coarser=n) for n in (1, 2))

    assert fine.shape == coarse.shape
    assert np.abs(fine - coarse).mean() < 0.6


def test_nothing_in_the_way_leaves_no_shadow(detectors):
    assert not detectors[View.PA].thickness(GRID.empty(), GRID).any()
    assert not detectors[View.PA].shadow(Cloud.joined([])).any()


@pytest.mark.parametrize("sigma", [0.7, 3.0, 20.0])
def test_a_blur_keeps_what_is_even_and_the_sum_of_a_dot(sigma):
    even = np.full((90, 80), 3, np.float32)
    dot = np.zeros((90, 80), np.float32)
    dot[45, 40] = 100

    assert np.allclose(beam.blurred(even, sigma), 3, atol=1e-3)
    assert beam.blurred(dot, sigma).sum() == pytest.approx(100, rel=0.2)
    assert beam.blurred(dot, sigma).max() < 60
