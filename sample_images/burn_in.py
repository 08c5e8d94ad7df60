"""Words burnt into the pixels, so that no copy of a picture can pass for a patient's.

The letters are ours, five pixels wide and seven high, scaled up by whole numbers: a font library
of another version would draw other bytes for the same seed.

Burned In Annotation (0028,0301) stays NO all the same: it asks whether the burnt-in text
identifies the patient and dates the image (PS3.3 C.7.6.1), and these words do neither.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

TEXT = "SYNTHETIC - NOT A PATIENT"
_TWO_LINES = ("SYNTHETIC", "NOT A PATIENT")

_LETTERS = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "C": "01110 10001 10000 10000 10000 10001 01110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "D": "11110 10001 10001 10001 10001 10001 11110",
    "F": "11111 10000 10000 11110 10000 10000 10000",
    "H": "10001 10001 10001 11111 10001 10001 10001",
    "I": "01110 00100 00100 00100 00100 00100 01110",
    "L": "10000 10000 10000 10000 10000 10000 11111",
    "M": "10001 11011 10101 10101 10001 10001 10001",
    "N": "10001 11001 10101 10101 10011 10001 10001",
    "O": "01110 10001 10001 10001 10001 10001 01110",
    "P": "11110 10001 10001 11110 10000 10000 10000",
    "R": "11110 10001 10001 11110 10100 10010 10001",
    "S": "01111 10000 10000 01110 00001 00001 11110",
    "T": "11111 00100 00100 00100 00100 00100 00100",
    "Y": "10001 10001 01010 00100 00100 00100 00100",
    "-": "00000 00000 00000 11111 00000 00000 00000",
    " ": "00000 00000 00000 00000 00000 00000 00000",
}
_WIDTH, _HEIGHT = 6, 9  # a letter with its gap, a line with its gap


def _line(text: str) -> npt.NDArray[np.bool_]:
    """One line of text, a pixel of margin on all sides."""
    drawn = np.zeros((_HEIGHT, _WIDTH * len(text) + 1), dtype=bool)
    for place, letter in enumerate(text):
        shape = [[bit == "1" for bit in row] for row in _LETTERS[letter].split()]
        drawn[1:8, _WIDTH * place + 1 : _WIDTH * place + 6] = shape
    return drawn


def _centred(lines: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    drawn = [_line(text) for text in lines]
    widest = max(line.shape[1] for line in drawn)
    padded = []
    for line in drawn:
        left = (widest - line.shape[1]) // 2
        padded.append(np.pad(line, ((0, 0), (left, widest - line.shape[1] - left))))
    return np.vstack(padded)


def burn(
    pixels: npt.NDArray[np.integer],
    maximum: int,
    *,
    minimum: int = 0,
    at: Literal["top", "bottom"] = "bottom",
) -> None:
    """Write the words into `pixels` in place, readable when the picture is shown 800 pixels high.

    Args:
        pixels: rows by columns, any integer type.
        maximum: the value of the letters: what the picture shows as white (or black, inverted).
        minimum: the value of the halo round the letters, so that they stand out from anything.
        at: which edge of the picture.
    """
    rows, columns = pixels.shape
    words = _centred((TEXT,))
    scale = min(max(1, round(rows / 330)), columns // words.shape[1])
    if scale == 0:  # a small picture: two lines at the smallest size
        words = _centred(_TWO_LINES)
        scale = 1
    words = words.repeat(scale, axis=0).repeat(scale, axis=1)
    margin = min(2 * scale, rows - words.shape[0])
    top = margin if at == "top" else rows - margin - words.shape[0]
    left = (columns - words.shape[1]) // 2
    place = pixels[top : top + words.shape[0], left : left + words.shape[1]]
    place[_halo(words, scale)] = minimum
    place[words] = maximum


def mark(
    pixels: npt.NDArray[np.integer], text: str, value: int, *, at: Literal["top left", "top right"]
) -> None:
    """The lead letters of radiographs, such as "R MLO", in place; only letters of `burn`'s words.

    Raises:
        KeyError: a letter that is not drawn here.
    """
    rows, columns = pixels.shape
    scale = max(1, round(rows / 330))
    letters = _line(text).repeat(scale, axis=0).repeat(scale, axis=1)
    top = rows // 40
    left = columns // 40 if at == "top left" else columns - columns // 40 - letters.shape[1]
    pixels[top : top + letters.shape[0], left : left + letters.shape[1]][letters] = value


def _halo(words: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    """Everything within `reach` pixels of a letter (rows and columns apart)."""
    wide = words.copy()
    for axis in (0, 1):
        grown = wide.copy()
        for step in range(1, reach + 1):
            grown |= np.roll(wide, step, axis) | np.roll(wide, -step, axis)
        wide = grown
    return wide
