"""Turns what is stolen into pictures while it arrives."""

from collections.abc import Callable

from lab import pictures
from lab.delivery import Delivered
from lab.loot import Sink
from lab.pictures import NoPictureError, Picture


def drawing(show: Callable[[Picture], None] | None) -> Sink | None:
    """A sink that shows each instance as a picture; what cannot be drawn is left out."""
    if show is None:
        return None

    def take(stolen: Delivered) -> None:
        try:
            picture = pictures.draw(stolen.data_set, stolen.transfer_syntax)
        except NoPictureError:
            return
        show(picture)

    return take
