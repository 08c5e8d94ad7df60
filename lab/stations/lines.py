"""What a station says while it works: one line of JSON each, and the last one is the result.

``{"alive": seconds}`` comes every few seconds, so that silence means that the station is gone.
"""

import base64
import io
from typing import Any

from PIL import Image
from pydantic import BaseModel, ConfigDict, ValidationError

from lab.evidence import printable
from lab.pictures import Picture

ALIVE_EVERY = 5.0
"""Seconds between two signs of life."""
LONGEST_SHOWN = 200


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Advance(_Line):
    """How far one part of the work is."""

    what: str
    done: int
    of: int | None = None
    words: str = ""


class PictureLine(_Line):
    """A picture, its pixels as PNG."""

    patient_name: str
    patient_id: str
    birth_date: str
    sex: str
    modality: str
    study_description: str
    view: str
    study_date: str
    institution: str
    referring_physician: str
    order: tuple[str, str, int, int]
    png: str
    """Base64 (RFC 4648 4)."""

    @classmethod
    def of(cls, picture: Picture) -> "PictureLine":
        """Put a picture in a line."""
        words = {name: getattr(picture, name) for name in cls.model_fields if name != "png"}
        return cls(**words, png=base64.b64encode(picture.png()).decode("ascii"))

    def picture(self) -> Picture:
        """The picture again.

        Raises:
            ValueError: there is no PNG in it.
        """
        words = {name: getattr(self, name) for name in type(self).model_fields if name != "png"}
        try:
            image = Image.open(io.BytesIO(base64.b64decode(self.png)), formats=["PNG"])
            image.load()
        except OSError as error:
            raise ValueError("a picture that is no PNG") from error
        return Picture(**words, image=image)


class Line(_Line):
    """One line; exactly one of these is said."""

    alive: float | None = None
    """Seconds since the work began."""
    progress: Advance | None = None
    picture: PictureLine | None = None
    result: Any = None
    fault: str | None = None
    """Why there is no result, in one line for people."""


def read(line: bytes) -> Line:
    """Understand a line.

    Raises:
        ValueError: it is none of ours; says how it begins.
    """
    try:
        return Line.model_validate_json(line)
    except ValidationError as error:
        said = printable(line.decode("utf-8", "replace").strip(), LONGEST_SHOWN)
        raise ValueError(f'it said "{said}"') from error
