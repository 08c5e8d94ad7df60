import numpy as np
import pytest

from sample_images.anatomy import points
from sample_images.anatomy.points import Cloud


def straight(length=60.0, step=0.7):
    z = np.arange(0, length, step, dtype=np.float32)
    return np.stack([np.zeros_like(z), np.zeros_like(z), z], 1)


def test_a_bar_holds_the_volume_of_its_cortex_and_its_inside():
    course = straight()
    across = np.tile(np.array([[1.0, 0, 0]], np.float32), (len(course), 1))
    half = np.tile(np.array([[4.0, 6.0]], np.float32), (len(course), 1))
    bone = points.bar(course, across, half, cortex=1.0, hard=1000, soft=100)

    shell = np.pi * (4 * 6 - 3 * 5) * len(course) * 0.7
    inside = np.pi * 3 * 5 * len(course) * 0.7
    assert bone.contrast.sum() == pytest.approx(1000 * shell + 100 * inside, rel=0.12)
    assert np.abs(bone.points[:, 0]).max() < 4.2
    assert np.abs(bone.points[:, 1]).max() < 6.2


def test_a_wire_holds_its_volume():
    wire = points.wire(straight(40), 1.5, 200)

    assert wire.contrast.sum() == pytest.approx(np.pi * 1.5**2 * 40 * 200, rel=0.05)
    assert np.hypot(*wire.points[:, :2].T).max() <= 1.6


def test_even_steps_keep_both_ends_and_the_radii():
    course = np.array([[0, 0, 0, 1], [0, 0, 3, 2], [0, 0, 10, 9]], np.float32)
    evened = points.even(course, 0.5)

    assert np.allclose(np.diff(evened[:, 2]), 0.5)
    assert evened[0].tolist() == [0, 0, 0, 1]
    assert evened[-1].tolist() == [0, 0, 10, 9]


def test_clouds_join_choose_and_mirror():
    one = Cloud(np.array([[1, 2, 3]], np.float32), np.array([5], np.float32))
    both = Cloud.joined([one, one.mirrored()])

    assert both.points.tolist() == [[1, 2, 3], [-1, 2, 3]]
    assert both.where(both.points[:, 0] < 0).points.tolist() == [[-1, 2, 3]]
    assert len(Cloud.joined([]).points) == 0
