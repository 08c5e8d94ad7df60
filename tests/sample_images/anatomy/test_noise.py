import numpy as np
import pytest

from sample_images.anatomy.noise import fractal, smooth, stretched


def draw():
    return np.random.default_rng(7)


def test_stretching_keeps_the_nodes():
    coarse = np.arange(12, dtype=np.float32).reshape(3, 4)
    fine = stretched(coarse, (9, 13), 4.0)

    assert (fine[::4, ::4] == coarse[:3, :4]).all()
    assert fine[0, 2] == pytest.approx(0.5)


@pytest.mark.parametrize("cell", [1.0, 1.2, 2.5, 30.0])
def test_a_field_has_its_shape_and_lies_about_zero(cell):
    field = smooth(draw(), (200, 150), cell)

    assert field.shape == (200, 150)
    assert abs(field.mean()) < 0.6


def test_larger_cells_are_smoother():
    def steps(cell):
        return np.abs(np.diff(smooth(draw(), (300, 300), cell), axis=0)).mean()

    assert steps(30) < steps(5) < steps(1)


def test_the_same_draw_gives_the_same_field():
    assert (fractal(draw(), (50, 50), (9, 3), 0.5) == fractal(draw(), (50, 50), (9, 3), 0.5)).all()
