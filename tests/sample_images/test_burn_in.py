import numpy as np
import pytest

from sample_images import burn_in


def picture(rows, columns, value=700):
    return np.full((rows, columns), value, dtype=np.uint16)


@pytest.mark.parametrize("shape", [(3000, 2500), (2294, 1914), (512, 512), (384, 384), (96, 96)])
def test_the_words_are_wide_enough_to_be_read(shape):
    pixels = picture(*shape)
    burn_in.burn(pixels, 4095)
    rows, columns = np.nonzero(pixels == 4095)

    assert columns.max() - columns.min() > 0.3 * shape[1]
    assert (rows.max() - rows.min()) * 800 / shape[0] > 12  # pixels when shown 800 high
    assert rows.min() > 0.75 * shape[0]


def test_letters_stand_out_from_white_too():
    pixels = picture(512, 512, value=4095)
    burn_in.burn(pixels, 4095)

    assert (pixels == 0).any()


def test_words_may_stand_on_top():
    pixels = picture(512, 512)
    burn_in.burn(pixels, 4095, at="top")

    assert np.nonzero(pixels == 4095)[0].max() < 0.2 * 512


def test_signed_pixels_have_their_own_black():
    pixels = np.full((512, 512), 40, dtype=np.int16)
    burn_in.burn(pixels, 3000, minimum=-1000)

    assert pixels.min() == -1000
    assert pixels.max() == 3000


def test_a_narrow_picture_gets_two_lines():
    pixels = picture(96, 96)
    burn_in.burn(pixels, 4095)
    lines = np.flatnonzero((pixels == 4095).any(axis=1))

    assert (np.diff(lines) > 1).any()


def test_lead_letters_stand_in_their_corner():
    pixels = picture(400, 400)
    burn_in.mark(pixels, "L MLO", 4000, at="top right")
    rows, columns = np.nonzero(pixels == 4000)

    assert columns.min() > 200
    assert rows.max() < 100


def test_a_letter_without_a_drawing_is_an_error():
    with pytest.raises(KeyError):
        burn_in.mark(picture(400, 400), "Q", 1, at="top left")
