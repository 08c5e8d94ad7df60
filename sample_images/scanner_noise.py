"""The texture of a CT slice: its kernel's noise, streaks at the shoulders, its own blur."""

from functools import cached_property

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, single

_TILE = 512  # pixels


class Texture:
    """Tiles of noise of one person, rolled anew for each slice; deviation 1."""

    def __init__(self, body: Body, pixels: int) -> None:
        self._body = body
        self._pixels = pixels

    def grain(self, number: int) -> Floats:
        """Noise with the frequencies that the reconstruction kernel lets through."""
        return self._rolled(self._grain, "grain", number)

    def streaks(self, number: int) -> Floats:
        """Noise drawn out from side to side, where little of the beam came through."""
        return self._rolled(self._streaks, "streaks", number)

    def clouds(self, number: int) -> Floats:
        """Slow unevenness of tissues."""
        return self._rolled(self._clouds, "clouds", number)

    def _rolled(self, tile: Floats, name: str, number: int) -> Floats:
        down, along = self._body.draw("ct", name, number).integers(0, _TILE, 2)
        return np.roll(tile, (down, along), (0, 1))[: self._pixels, : self._pixels]

    @cached_property
    def _grain(self) -> Floats:
        down, along = _frequencies()
        frequency = np.hypot(down, along)
        return self._filtered("grain", np.sqrt(frequency) * np.exp(-((frequency / 0.24) ** 2)))

    @cached_property
    def _streaks(self) -> Floats:
        down, along = _frequencies()
        kernel = np.exp(-((along / 0.012) ** 2) - (down / 0.2) ** 2) * np.sqrt(np.abs(down))
        return self._filtered("streaks", kernel)

    @cached_property
    def _clouds(self) -> Floats:
        frequency = np.hypot(*_frequencies())
        kernel = (0.012 + frequency) ** -1.3 * np.exp(-((frequency / 0.16) ** 2))
        return self._filtered("clouds", kernel)

    def _filtered(self, name: str, kernel: Floats) -> Floats:
        white = self._body.draw("ct tile", name).standard_normal((_TILE, _TILE), dtype=np.float32)
        smooth = np.fft.irfft2(np.fft.rfft2(white) * kernel, s=(_TILE, _TILE))
        return single((smooth - smooth.mean()) / smooth.std())


def _frequencies() -> tuple[Floats, Floats]:
    """Cycles per pixel, down and along."""
    return single(np.fft.fftfreq(_TILE))[:, None], single(np.fft.rfftfreq(_TILE))[None, :]


def blurred(picture: Floats, sigma: float) -> Floats:
    """`picture` as sharp as the scanner is: a Gaussian of `sigma` < 1 pixels."""
    side = float(np.exp(-0.5 / sigma**2))
    middle = np.float32(1 / (1 + 2 * side))
    side_weight = np.float32(side) * middle
    for axis in (0, 1):
        padded = np.pad(picture, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        if axis == 0:
            picture = padded[1:-1] * middle + (padded[:-2] + padded[2:]) * side_weight
        else:
            picture = padded[:, 1:-1] * middle + (padded[:, :-2] + padded[:, 2:]) * side_weight
    return picture
