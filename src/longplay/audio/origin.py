"""The spectral cliff: advice that a lossless file may have been made from a lossy one.

Lossy encoders leave out what lies above a frequency; the long-term spectrum then falls off like a wall. A
wall proves nothing: a tape, a low sampling rate once upon a time, or taste may have made it. Below 14 kHz none
is looked for: recordings that were never lossy have walls there.

Source: the low-pass filters that encoders document, such as LAME's 16 to 20 kHz by bit rate.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from longplay.audio.blocks import Block

SIZE: Final = 4096
"""Length of a window, samples."""

EVERY_S: Final = 0.5
"""One window is looked at in so much time, seconds."""

_LOWEST_HZ: Final = 14_000
_HIGHEST_HZ: Final = 24_000
"""Half of 48 kHz, the highest rate that lossy encoders of music are given as a rule."""

_STEP_HZ: Final = 700
_FALL_DB: Final = 25.0
_QUIET_ABOVE_DB: Final = 6.0
_NOTHING_DB: Final = 60.0
"""So far below the sound before the wall there is nothing: only what the window smears."""

_LEAST_WINDOWS: Final = 8


class OriginMeter:
    """Averages the spectrum of a window now and then."""

    def __init__(self) -> None:
        """Nothing heard yet."""
        self._total: NDArray[np.float64] | None = None
        self._windows = 0
        self._rate = 0
        self._heard = 0

    def take(self, block: Block) -> None:
        """Look at the windows that are due in a block; blocks of another rate are passed over."""
        from scipy.fft import rfft

        self._rate = self._rate or block.rate
        count = block.floats.shape[1]
        if block.rate == self._rate:
            every = max(SIZE, int(block.rate * EVERY_S))
            first = -self._heard % every
            for start in range(first, count - SIZE + 1, every):
                mono = block.floats[:, start : start + SIZE].mean(axis=0)
                if np.abs(mono).max() > 1e-3:
                    spectrum = rfft(mono * _WINDOW)
                    power = spectrum.real.astype(np.float64) ** 2 + spectrum.imag.astype(np.float64) ** 2
                    self._total = power if self._total is None else self._total + power
                    self._windows += 1
        self._heard += count

    def cliff_hz(self) -> int | None:
        """Frequency of the wall, hertz, rounded to hundreds; `None`: none, or too little heard."""
        if self._total is None or self._windows < _LEAST_WINDOWS or self._rate < 32_000:
            return None
        return _find_wall(10 * np.log10(self._total / self._windows + 1e-20), self._rate)


_WINDOW: Final = np.blackman(SIZE).astype(np.float32)


def _find_wall(level: NDArray[np.float64], rate: int) -> int | None:
    """The steepest fall in a long-term spectrum, if it is a wall with nothing behind it.

    Args:
        level: dB for each bin from 0 to half the rate.
        rate: samples a second.
    """
    width = max(1, round(_STEP_HZ * SIZE / rate))
    smooth = np.convolve(level, np.ones(width) / width, mode="same")
    lowest = round(_LOWEST_HZ * SIZE / rate)
    highest = min(len(smooth) - 2 * width, round(_HIGHEST_HZ * SIZE / rate))
    if highest <= lowest:
        return None
    falls = smooth[lowest:highest] - smooth[lowest + 2 * width : highest + 2 * width]
    at = lowest + int(np.argmax(falls))
    # a tone alone falls off too: there must be sound below it
    before = min(smooth[at], np.median(level[at - 3 * width : at]))
    after = smooth[at + 2 * width]
    behind = np.maximum(smooth[at + 2 * width : len(smooth) - width], before - _NOTHING_DB)
    if before - after < _FALL_DB or not len(behind) or behind.max() - np.median(behind) > _QUIET_ABOVE_DB:
        return None
    if smooth[at - 2 * width] - smooth[at] > (before - after) / 2:
        return None  # no wall but the lower end of a slope
    wall = at + int(np.argmax(smooth[at : at + 2 * width] < (before + after) / 2))
    return round(wall * rate / SIZE / 100) * 100
