"""Sound for fingerprints, made with integers alone: the same samples on every machine, with every library."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PITCHES = (131, 165, 196, 247, 294, 349, 440, 523, 622, 784)
"""Hertz; a chord takes three of them, a new one each half second."""


def chords(seconds: float, rate: int) -> NDArray[np.int16]:
    """Triangle waves, three at a time, one channel."""
    at = np.arange(round(seconds * rate), dtype=np.int64)
    chord = at * 2 // rate
    wave_ = np.zeros(len(at), np.int64)
    for voice in range(3):
        hertz = np.array(PITCHES, np.int64)[(chord * 7 + voice * 3 + chord // 5) % len(PITCHES)]
        phase = at * hertz * 65_536 // rate % 65_536
        wave_ += (np.abs(phase - 32_768) - 16_384) // (3 + voice)
    return wave_.astype(np.int16)


def noise(seconds: float, rate: int, *, seed: int = 7) -> NDArray[np.int16]:
    """White noise, one channel; the legacy generator's stream is frozen."""
    return np.random.RandomState(seed).randint(-8_000, 8_000, round(seconds * rate)).astype(np.int16)


def write_wav(path: Path, samples: NDArray[np.int16], rate: int) -> Path:
    """A 16-bit WAV of samples of shape (n,) or (n, channels)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path
