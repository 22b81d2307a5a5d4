"""Something like a voice, to be mixed into a recording: the vocal of what then is the instrumental.

A row of harmonics through the formants of sung vowels, with vibrato. It sings phrases with rests between them.
The hard case is a voice that doubles what the band plays: it changes the sound but hardly the harmony.

Source: formants of G. Peterson and H. Barney, "Control methods used in a study of the vowels" (1952), men.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.variants import RATE, Sound

_VOWELS: Final = ((730, 1090, 2440), (270, 2290, 3010), (570, 840, 2410), (530, 1840, 2480), (300, 870, 2240))
_MELODY: Final = (220.0, 246.9, 277.2, 329.6, 370.0, 329.6, 440.0, 370.0, 293.7, 246.9)
_NOTE_S: Final = 0.5
_LOWEST_HZ, _HIGHEST_HZ = 150, 600
_HARMONICS_HZ: Final = 5_000


def voice_over(sound: Sound, *, phrase_s: float, rest_s: float, doubles: bool) -> Sound:
    """A voice for a recording, as loud as the band (RMS over each phrase), silent between its phrases.

    Args:
        sound: the instrumental.
        phrase_s, rest_s: length of the phrases and of the rests before each.
        doubles: whether it sings the band's strongest note, or a melody of its own.
    """
    sung = np.zeros_like(sound)
    step = round((phrase_s + rest_s) * RATE)
    for at in range(round(rest_s * RATE), sound.shape[1] - round(phrase_s * RATE), step):
        band = sound[:, at : at + round(phrase_s * RATE)]
        voice = _phrase(band.mean(axis=0), first=at // step, doubles=doubles)
        loudness = np.sqrt((band**2).mean()) / max(np.sqrt((voice**2).mean()), 1e-9)
        sung[:, at : at + len(voice)] = voice * np.float32(loudness)
    return sung


def _phrase(band: NDArray[np.float32], *, first: int, doubles: bool) -> NDArray[np.float32]:
    length = round(_NOTE_S * RATE)
    notes = [band[at : at + length] for at in range(0, len(band) - length + 1, length)]
    hertz = [
        _strongest(note) if doubles else _MELODY[(first * 3 + number) % len(_MELODY)]
        for number, note in enumerate(notes)
    ]
    return np.concatenate([_note(pitch, _VOWELS[at % len(_VOWELS)], length) for at, pitch in enumerate(hertz)])


def _strongest(note: NDArray[np.float32]) -> float:
    """The loudest frequency in the range of a voice, hertz."""
    spectrum = np.abs(np.fft.rfft(note * np.hanning(len(note)), 4 * len(note)))
    hertz = np.arange(len(spectrum)) * RATE / (4 * len(note))
    spectrum[(hertz < _LOWEST_HZ) | (hertz > _HIGHEST_HZ)] = 0
    return max(
        float(hertz[spectrum.argmax()]), _LOWEST_HZ
    )  # where nothing sounds, the first bin is the loudest


def _note(pitch: float, vowel: tuple[int, ...], length: int) -> NDArray[np.float32]:
    at = np.arange(length) / RATE
    turns = pitch * (at + 0.005 / (2 * np.pi * 5.5) * np.sin(2 * np.pi * 5.5 * at))
    wave = np.zeros(length)
    for harmonic in range(1, int(_HARMONICS_HZ / pitch) + 1):
        formants = sum(1 / (1 + ((harmonic * pitch - centre) / 90) ** 2) for centre in vowel)
        wave += (0.05 + formants) / harmonic * np.sin(2 * np.pi * harmonic * turns)
    ends = np.minimum(1, np.minimum(at, at[::-1]) / 0.04)
    return (wave * ends).astype(np.float32)
