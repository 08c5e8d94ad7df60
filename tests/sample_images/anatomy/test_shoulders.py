import numpy as np

from sample_images.anatomy import shoulders


def test_the_collarbone_runs_from_the_sternum_up_to_the_shoulder(man):
    bone = shoulders.clavicle(man).points
    inner, outer = bone[bone[:, 0] < 30], bone[bone[:, 0] > 140]

    assert inner[:, 2].mean() < outer[:, 2].mean()
    assert inner[:, 1].mean() < outer[:, 1].mean()


def test_the_blade_lies_behind_and_to_the_side(man):
    blade = shoulders.scapula(man, raised=False).points

    assert blade[:, 0].min() > 80
    assert np.median(blade[:, 1]) > 30


def test_a_raised_arm_points_up_and_a_hanging_one_down():
    hanging, raised = (shoulders.humerus(raised=up).points for up in (False, True))

    assert hanging[:, 2].min() < -150
    assert raised[:, 2].max() > 100
