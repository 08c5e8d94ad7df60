import pytest

from sample_images.size import Size


@pytest.mark.parametrize(("full", "small"), [(2294, 574), (384, 96), (13, 4), (40, 10), (1, 1)])
def test_small_is_a_quarter_and_never_nothing(full, small):
    assert Size.FULL.of(full) == full
    assert Size.SMALL.of(full) == small


def test_the_command_line_words_name_the_sizes():
    assert Size("full") is Size.FULL
    assert Size("small") is Size.SMALL
