import numpy as np

from sample_images.anatomy import cage
from sample_images.anatomy.fields import Grid


def test_the_cage_widens_downwards_to_the_tenth_rib():
    z = -np.array([0, 40, 80, 120, 160, 200, 240], np.float32)

    assert (np.diff(cage.half_breadth(z)) > 0).all()
    assert cage.half_breadth(z)[-1] > 1.3 * cage.half_depth(z)[-1]


def test_points_on_the_wall_are_on_the_wall():
    grid = Grid.spanning((-160, 160), (-120, 120), (-300, 0), 4)
    angle = np.linspace(0.2, 3.0, 50, dtype=np.float32)
    points = cage.on_wall(angle, np.full(50, -150, np.float32))
    outside = cage.on_wall(angle, np.full(50, -150, np.float32), outward=10)

    assert np.abs(grid.at(cage.wall(grid), points)).max() < 1.5
    assert grid.at(cage.wall(grid), outside).max() < -6


def test_outward_is_a_unit_vector_away_from_the_middle():
    points = cage.on_wall(np.linspace(0.3, 2.8, 9, dtype=np.float32), np.full(9, -90, np.float32))
    out = cage.outward(points)

    assert np.allclose(np.linalg.norm(out, axis=1), 1, atol=1e-5)
    assert ((points * out)[:, :2].sum(1) > 0).all()


def test_twelve_vertebrae_are_taller_the_lower_they_stand():
    heights = np.diff(cage.TOPS[:13])

    assert len(heights) == 12
    assert (np.diff(heights) >= 0).all()
