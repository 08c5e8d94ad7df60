import pytest
from pynetdicom.dsutils import encode

from lab.marked import Marked
from lab.pictures import draw
from lab.stations.lines import Line, PictureLine, read


@pytest.fixture
def picture():
    return draw(encode(Marked().new().ds, False, True), "1.2.840.10008.1.2.1")


def test_a_picture_arrives_with_every_pixel_and_every_word(picture):
    line = Line(picture=PictureLine.of(picture)).model_dump_json().encode()
    came = read(line).picture.picture()

    assert came == picture
    assert came.image.tobytes() == picture.image.tobytes()
    assert came.image.mode == picture.image.mode


def test_a_line_that_is_none_is_shown_without_what_could_move_a_cursor():
    with pytest.raises(ValueError, match=r'it said "\\x1b\[2Jgone"'):
        read(b"\x1b[2Jgone\n")


def test_a_long_one_is_cut():
    with pytest.raises(ValueError) as raised:
        read(b"x" * 100_000)
    assert len(str(raised.value)) < 300


def test_pixels_that_are_none_are_an_error(picture):
    with pytest.raises(ValueError, match="no PNG"):
        PictureLine.of(picture).model_copy(update={"png": "eA=="}).picture()
