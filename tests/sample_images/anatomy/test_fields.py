import numpy as np
import pytest

from sample_images.anatomy import fields
from sample_images.anatomy.fields import Grid

GRID = Grid.spanning((-40, 40), (-40, 40), (-40, 40), 4)


def test_a_ball_is_as_deep_as_its_radius_and_its_surface_is_where_it_should_be():
    ball = fields.ellipsoid(GRID, (0, 0, 0), (20, 20, 20))
    surface = np.array([[20, 0, 0], [0, -20, 0], [0, 0, 20], [14.14, 14.14, 0]], np.float32)

    assert np.abs(GRID.at(ball, surface)).max() < 0.5
    assert GRID.at(ball, np.array([[10, 0, 0]], np.float32))[0] == pytest.approx(10, abs=0.5)


def test_an_ellipsoid_may_lie_along_an_axis():
    long = fields.ellipsoid(GRID, (0, 0, 0), (5, 5, 30), axis=(1, 0, 0))
    inside, outside = np.array([[25, 0, 0], [0, 0, 25]], np.float32)

    assert GRID.at(long, inside[None])[0] > 0 > GRID.at(long, outside[None])[0]


def test_a_tube_has_its_radius_all_along():
    field = GRID.empty()
    course = np.array([[-30, 0, 0], [30, 0, 0]], np.float32)
    fields.add_tube(GRID, field, course, np.array([8, 8], np.float32))

    assert GRID.at(
        field, np.array([[-20, 0, 0], [0, 0, 8], [15, 8, 0]], np.float32)
    ) == pytest.approx([8, 0, 0], abs=0.6)


def test_adding_never_takes_away_and_fills_the_seam():
    field = GRID.empty()
    fields.add(GRID, field, (-14, 0, 0), (15, 15, 15))
    hard = field.copy()
    fields.add(GRID, hard, (14, 0, 0), (15, 15, 15))
    fields.add(GRID, field, (14, 0, 0), (15, 15, 15), over=10)

    assert (field >= hard - 1e-3).all()
    seam = np.array([[0, 7, 0]], np.float32)
    assert GRID.at(field, seam)[0] > GRID.at(hard, seam)[0] + 0.5


def test_a_shape_off_the_grid_changes_nothing():
    field = GRID.empty()
    fields.add_tube(GRID, field, np.array([[900, 0, 0], [950, 0, 0]], np.float32), np.ones(2))

    assert (field == fields.FAR).all()


def test_a_spline_goes_through_its_points():
    points = [(0, 0, 0, 1), (10, 5, 0, 2), (20, 0, 5, 3)]
    line = fields.spline(points, pieces=4)

    assert np.allclose(line[::4], points)


def test_a_table_gives_its_entries_and_stays_put_beyond_its_ends():
    at = np.array([-5, 0, 10, 20, 99], np.float32)

    assert fields.table((0, 10, 20), (1, 4, 2), at) == pytest.approx([1, 1, 4, 2, 2])


def test_a_picture_read_at_its_own_pixels_is_itself():
    picture = np.arange(12, dtype=np.float32).reshape(3, 4)
    rows, columns = np.arange(3, dtype=np.float32), np.arange(4, dtype=np.float32)

    assert np.allclose(fields.resampled(picture, rows, columns), picture, atol=0.02)
    assert fields.resampled(picture, rows[:1] + 0.5, columns[:1] + 0.5)[0, 0] == pytest.approx(2.5)
