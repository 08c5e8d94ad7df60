"""A wrong use is its message."""

from lab.errors import WrongUseError


def test_the_message_is_all_there_is():
    assert str(WrongUseError("no file here; give another")) == "no file here; give another"
