import numpy as np
import pytest

from sample_images.scanner_noise import Texture, blurred


@pytest.fixture(scope="module")
def texture(man):
    return Texture(man, 512)


@pytest.mark.parametrize("kind", ["grain", "streaks", "clouds"])
def test_noise_has_mean_0_and_deviation_1_and_differs_between_slices(texture, kind):
    one, other = (getattr(texture, kind)(number) for number in (1, 2))

    assert abs(one.mean()) < 0.02
    assert one.std() == pytest.approx(1, abs=0.02)
    assert not np.array_equal(one, other)


def test_grain_is_fine_clouds_are_slow_and_streaks_run_from_side_to_side(texture):
    def roughness(noise, axis):
        return np.abs(np.diff(noise, axis=axis)).mean()

    assert roughness(texture.grain(0), 1) > 3 * roughness(texture.clouds(0), 1)
    assert roughness(texture.streaks(0), 0) > 5 * roughness(texture.streaks(0), 1)


def test_a_smaller_picture_has_a_smaller_piece(man):
    assert Texture(man, 128).grain(0).shape == (128, 128)


def test_the_blur_spares_what_is_even_and_softens_edges():
    step = np.zeros((8, 8), np.float32)
    step[:, 4:] = 10
    soft = blurred(step, 0.55)

    assert np.allclose(blurred(np.full((5, 6), 7, np.float32), 0.55), 7)
    assert 0 < soft[4, 3] < 3
    assert soft[4, 0] == pytest.approx(0)
