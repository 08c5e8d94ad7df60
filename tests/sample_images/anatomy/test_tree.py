import numpy as np
import pytest

from sample_images.anatomy import tree


@pytest.fixture(scope="module")
def grown():
    draw = np.random.default_rng(3)
    goals = draw.uniform(-50, 50, (200, 3)).astype(np.float32)
    owner = (goals[:, 0] > 0).astype(np.intp)
    roots = np.array([[-5, 0, 0], [5, 0, 0]], np.float32)
    ways = np.array([[-1, 0, 0], [1, 0, 0]], np.float32)
    return goals, tree.grow(roots, ways, goals, owner, draw)


def test_every_goal_is_the_end_of_one_twig(grown):
    goals, it = grown
    ends = it.end[it.twigs == 1]

    assert sorted(map(tuple, ends.round(3).tolist())) == sorted(map(tuple, goals.round(3).tolist()))


def test_branches_begin_where_others_end(grown):
    _, it = grown
    ends = {tuple(end) for end in it.end.round(3).tolist()}
    starts = [tuple(start) for start in it.start.round(3).tolist()]

    assert sum(start not in ends for start in starts) == 2  # the two roots


def test_vessels_thin_out_as_they_branch(grown):
    _, it = grown
    radius = tree.radii(it)

    assert radius.max() == radius[it.twigs.argmax()]
    assert radius.min() == pytest.approx(0.5, abs=0.01)
    assert 2 < radius.max() < 8


def test_the_cloud_holds_the_volume_of_the_tubes(grown):
    _, it = grown
    filled = tree.cloud(it, 100.0)
    far = np.linalg.norm(it.end - it.start, axis=1)
    volume = (np.pi * tree.radii(it) ** 2 * far).sum()

    assert filled.contrast.sum() == pytest.approx(100 * volume, rel=0.1)


def test_the_same_numbers_grow_the_same_tree():
    goals = np.random.default_rng(1).normal(size=(40, 3)).astype(np.float32)
    owner = np.zeros(40, np.intp)
    one, other = (
        tree.grow(np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32), goals, owner,
                  np.random.default_rng(5))
        for _ in range(2)
    )  # fmt: skip

    assert np.array_equal(one.end, other.end)
