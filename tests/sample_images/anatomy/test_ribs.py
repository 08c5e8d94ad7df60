from dataclasses import replace

import numpy as np

from sample_images.anatomy import cage, ribs


def test_there_are_twelve_left_ribs_and_each_begins_at_its_vertebra(man):
    bones = ribs.ribs(man)

    assert [rib.number for rib in bones] == list(range(1, 13))
    for rib in bones:
        assert rib.course[0, 0] < 20
        assert abs(rib.course[0, 2] + cage.TOPS[rib.number - 1]) < 3


def test_ribs_fall_forwards_and_the_middle_ones_are_the_longest(man):
    bones = ribs.ribs(man)
    falls = [rib.course[0, 2] - rib.course[-1, 2] for rib in bones]
    length = [len(rib.course) for rib in bones]

    assert min(falls) > 20
    assert max(length) == max(length[5:9])
    assert length[11] < 0.6 * length[6]


def test_ribs_lie_just_outside_the_lung(man, chest):
    for rib in ribs.ribs(man)[2:9]:
        part = rib.course[len(rib.course) // 5 :]
        away = chest.grid.at(cage.wall(chest.grid), part)
        assert away.max() < -0.5
        assert away.min() > -14


def test_a_rib_has_a_hard_shell(man):
    rib = ribs.ribs(man)[5]
    away = np.linalg.norm(rib.cloud.points[:, None] - rib.course[None, ::12], axis=2).min(1)

    assert 0.5 < away.max() < 10
    assert rib.cloud.contrast.min() > 0


def test_old_cartilage_is_chalky(man):
    bones = ribs.ribs(man)
    young, old = (ribs.cartilages(replace(man, age=age), bones) for age in (20, 85))

    assert old.contrast.sum() > young.contrast.sum()


def test_the_sternum_is_in_the_middle_in_front():
    bone = ribs.sternum()

    assert abs(bone.points[:, 0].mean()) < 1
    assert bone.points[:, 1].max() < -40
    assert -205 < bone.points[:, 2].min() < bone.points[:, 2].max() < -38
