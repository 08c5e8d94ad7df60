import numpy as np
import pytest

from sample_images.anatomy import abdomen, cage, lungs
from sample_images.anatomy.vertebrae import axis_of_spine


@pytest.fixture(scope="module")
def room(chest):
    return np.minimum(cage.wall(chest.grid), -lungs.above_diaphragm(chest.grid))


def middle(field, grid):
    z, y, x = np.nonzero(field > 0)
    return grid.x[x].mean(), grid.y[y].mean(), grid.z[z].mean()


def test_the_liver_is_on_the_right_and_spleen_and_stomach_on_the_left(chest, room, man):
    grid = chest.grid

    assert middle(abdomen.liver(grid, room), grid)[0] < -30
    assert middle(abdomen.spleen(grid, room), grid)[0] > 60
    assert middle(abdomen.stomach(grid, room, man), grid)[0] > 20
    assert (
        middle(abdomen.spleen(grid, room), grid)[1]
        > middle(abdomen.stomach(grid, room, man), grid)[1]
    )


def test_nothing_of_it_lies_in_the_lung(chest, room, man):
    for organ in (abdomen.liver(chest.grid, room), abdomen.spleen(chest.grid, room),
                  abdomen.stomach(chest.grid, room, man)):  # fmt: skip
        assert not ((organ > 0) & (chest.cavity > 0)).any()


def test_gas_floats_to_the_front_with_a_level_surface(chest, room, man):
    lumen = abdomen.stomach(chest.grid, room, man)
    _, y, _ = np.nonzero(abdomen.gas(chest.grid, lumen, man) > 0)
    _, all_y, _ = np.nonzero(lumen > 0)

    assert chest.grid.y[y].max() < chest.grid.y[all_y].mean()


def test_kidneys_flank_the_spine_and_pillars_the_aorta(chest):
    grid = chest.grid
    _, y, x = np.nonzero(abdomen.kidneys(grid) > 0)
    crura = abdomen.crura(grid, axis_of_spine(grid.z)[:, 1])

    assert (grid.x[x] > 20).any()
    assert (grid.x[x] < -20).any()
    assert grid.y[y].mean() > 20
    assert (crura > 0).any()
    assert grid.z[np.nonzero(crura > 0)[0]].max() < -236
