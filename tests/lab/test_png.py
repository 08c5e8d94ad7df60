import io

import numpy as np
import pytest
from PIL import Image

from lab import png

NOISE = np.random.default_rng(1).integers(0, 256, (37, 53), np.uint8)


@pytest.mark.parametrize(
    "grey", [NOISE, NOISE[:1], NOISE[:, :1], np.zeros((9, 9), np.uint8)], ids=lambda g: str(g.shape)
)
def test_another_program_reads_the_same_picture(grey):
    with Image.open(io.BytesIO(png.encode(grey))) as read:
        read.verify()  # checksums
    with Image.open(io.BytesIO(png.encode(grey))) as read:
        assert (read.format, read.mode) == ("PNG", "L")
        assert np.array_equal(np.asarray(read), grey)


def test_what_is_even_takes_little_room():
    assert len(png.encode(np.full((500, 500), 7, np.uint8))) < 500 * 500 / 20
