from sample_images import by_hand


def test_an_element_is_tag_vr_length_and_value():
    assert by_hand.element((0x0010, 0x0020), "LO", b"AB") == b"\x10\x00\x20\x00LO\x02\x00AB"


def test_long_vrs_have_four_bytes_of_length():
    made = by_hand.element((0x7FE0, 0x0010), "OB", b"AB")

    assert made == b"\xe0\x7f\x10\x00OB\x00\x00\x02\x00\x00\x00AB"


def test_a_length_may_lie():
    assert by_hand.element((0x0010, 0x0020), "LO", b"", length=9)[-2:] == b"\x09\x00"


def test_texts_are_padded_with_a_space_and_uids_with_nul():
    assert by_hand.text((0x0010, 0x0020), "LO", "A").endswith(b"\x02\x00A ")
    assert by_hand.text((0x0008, 0x0018), "UI", "1").endswith(b"\x02\x001\0")


def test_a_change_of_none_leaves_the_element_out():
    whole = by_hand.instance("x").encoded
    without = by_hand.instance("x", {by_hand.PATIENT_NAME: None}).encoded

    assert b"Malformed^" in whole
    assert b"Malformed^" not in without
