import numpy as np
import pytest

from sample_images import radiograph
from sample_images.anatomy.thorax import Thorax
from sample_images.beam import Detector, View


@pytest.fixture(scope="module")
def pa(man):
    chest = Thorax(man, upright=True)
    detector = Detector(View.PA, man, 188, 156, 2.288)
    return radiograph.water(chest, detector), *radiograph.shown(chest, detector)


def region(picture, top, bottom, left, right):
    """The middle value of a part, given in shares of the picture."""
    rows, columns = picture.shape
    part = picture[int(top * rows) : int(bottom * rows), int(left * columns) : int(right * columns)]
    return float(np.median(part))


def test_lungs_are_darker_than_the_middle_and_the_belly(pa):
    _, shown, _ = pa
    lungs = [region(shown, 0.3, 0.55, left, left + 0.12) for left in (0.2, 0.68)]

    assert max(lungs) < 0.5
    assert region(shown, 0.4, 0.6, 0.47, 0.53) > max(lungs) + 0.3
    assert region(shown, 0.85, 0.95, 0.4, 0.6) > max(lungs) + 0.3


def test_the_heart_lies_on_the_persons_left_which_is_on_the_right(pa):
    water, _, _ = pa

    assert region(water, 0.55, 0.64, 0.6, 0.68) > 1.2 * region(water, 0.55, 0.64, 0.32, 0.4)


def test_a_body_is_as_thick_as_a_body(pa):
    water, _, _ = pa

    assert 150 < water.max() < 420  # mm of water
    assert water.min() == 0
    assert 50 < region(water, 0.3, 0.55, 0.2, 0.32) < 130


def test_values_stay_near_black_and_white(pa):
    _, shown, grain = pa

    assert -0.05 < shown.min() < 0.1
    assert 0.85 < shown.max() < 1.1
    assert grain.min() >= 0
    assert grain.max() < 0.1


def test_the_side_view_shows_lung_behind_the_sternum_and_behind_the_heart(man):
    chest = Thorax(man, upright=True)
    _, _ = radiograph.shown(chest, Detector(View.LATERAL, man, 94, 78, 4.576))
    water = radiograph.water(chest, Detector(View.LATERAL, man, 94, 78, 4.576))
    row = water[int(0.5 * 94)]
    trunk = np.flatnonzero(row > 60)
    inner = row[trunk[0] + 4 : trunk[-1] - 4]
    heart = np.argmax(inner[len(inner) // 4 : len(inner) // 2]) + len(inner) // 4

    assert inner[: heart - 3].min() < inner[heart]
