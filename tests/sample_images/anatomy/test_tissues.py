from sample_images.anatomy import tissues


def test_tissues_stand_in_the_order_of_their_ct_numbers():
    order = (tissues.AIR, tissues.LUNG, tissues.FAT, tissues.WATER, tissues.EFFUSION,
             tissues.STOMACH, tissues.BLOOD, tissues.MUSCLE, tissues.LIVER, tissues.CARTILAGE,
             tissues.CANCELLOUS_BONE, tissues.CORTICAL_BONE, tissues.TITANIUM,
             tissues.PLATINUM)  # fmt: skip

    assert list(order) == sorted(order)
    assert tissues.AIR == -1000
    assert tissues.WATER == 0
