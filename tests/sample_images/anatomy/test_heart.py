import numpy as np

from sample_images.anatomy import heart
from sample_images.anatomy.heart import Heart


def span(field, grid, axis):
    inside = np.flatnonzero((field > 0).any(tuple(a for a in range(3) if a != axis)))
    places = (grid.z, grid.y, grid.x)[axis][inside]
    return float(places[0]), float(places[-1])


def test_two_thirds_of_the_heart_lie_to_the_left(chest):
    right, left = span(chest.chambers, chest.grid, 2)

    assert left > 1.5 * -right
    assert 100 < left - right < 145


def test_a_broad_heart_grows_to_the_left(chest):
    normal = span(heart.chambers(chest.grid, Heart()), chest.grid, 2)
    large = span(heart.chambers(chest.grid, Heart(broad=1.4)), chest.grid, 2)

    assert large[1] - normal[1] > 15
    assert normal[0] - large[0] < 15


def test_the_aorta_arches_over_to_the_left_and_descends_behind(chest, man):
    line = heart.aorta(Heart(), man)
    top = line[np.argmax(line[:, 2])]

    assert line[:, 0].min() < -5
    assert -95 < top[2] < -60
    assert line[np.abs(line[:, 2] + 180) < 20][-1, 1] > 35
    assert line[-1, 2] < -300


def test_an_aneurysm_is_wide_and_lined_with_clot(chest, man):
    ill = Heart(bulge=20.0)
    outside = heart.aortic_wall(chest.grid, ill, man) > 0
    inside = heart.lumen(chest.grid, ill, man) > 0

    assert outside.sum() > 1.5 * (heart.aortic_wall(chest.grid, Heart(), man) > 0).sum()
    assert inside.sum() < 0.8 * outside.sum()


def test_blood_is_inside_the_heart(chest):
    left, right = heart.cavities(chest.grid, Heart())
    muscle = heart.chambers(chest.grid, Heart(), fat=False)

    for blood in (left, right):
        assert (muscle[blood > 0] > -2).all()


def test_fat_lies_in_the_furrows(chest):
    fat = heart.grooves(chest.grid, Heart())
    depth = heart.chambers(chest.grid, Heart(), fat=False)[fat > 1]

    assert len(depth) > 20
    assert np.median(np.abs(depth)) < 14
