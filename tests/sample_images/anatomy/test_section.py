import numpy as np
import pytest

from sample_images.anatomy.section import Plane, Tissue, bone, ellipse, evened, rounded

PLANE = Plane(
    0.0, np.arange(-50, 50, 1.0, dtype=np.float32), np.arange(50, -50, -1.0, dtype=np.float32)
)


def test_a_window_holds_what_lies_around_a_place_and_is_cut_at_the_edge():
    rows, columns = PLANE.around((0, 10), 5)

    assert (PLANE.z[rows].max(), PLANE.z[rows].min()) == (15, 6)
    assert (PLANE.y[columns].min(), PLANE.y[columns].max()) == (-5, 4)
    assert PLANE.around((49, 0), 20)[1].stop == 100


def test_leaning_axes_turn_up_towards_the_back():
    _, v = PLANE.local(PLANE.everything, (0, 0), 90)

    assert v[50, 60] == pytest.approx(10)  # 10 mm to the back is now up


def test_a_share_is_half_at_the_border():
    assert PLANE.share(np.array([-5.0, 0.0, 5.0])).tolist() == [0, 0.5, 1]


def test_shapes_are_positive_inside():
    for shape in (ellipse, rounded):
        window, inside = shape(PLANE, (0, 0), 30, (10, 6))
        assert inside.max() > 0
        assert inside.min() < 0
        middle = inside.shape[0] // 2
        assert inside[middle, middle] > 2
        assert window[0].stop - window[0].start == inside.shape[0]


def test_bone_has_marrow_within_a_rind():
    window, inside = ellipse(PLANE, (0, 0), 0, (10, 10))
    compact, marrow = bone(PLANE, window, inside, 1.0)

    assert (compact.tissue, marrow.tissue) == (Tissue.COMPACT, Tissue.MARROW)
    assert compact.share.sum() > marrow.share.sum()


def test_evened_heights_keep_their_mean_and_lose_their_bumps():
    heights = np.zeros((60, 1), dtype=np.float32)
    heights[30] = 30

    even = evened(heights, 4)
    assert even.sum() == pytest.approx(30, abs=0.1)
    assert even.max() < 4
