"""Synthesised instruments, the room they stand in, and the limiter at the end.

Every tone is a sum of damped sinusoids, the modes of a string or a pipe. With time split into blocks
of B samples, exp(z(kB + j)) = exp(zkB) · exp(zj): a whole tone is one product of two small matrices,
so that thirty seconds of music take a fraction of a second.

It is no sampler and reads no files. Everything is computed in float64 from seeded noise.

Sources: Fletcher and Rossing, The Physics of Musical Instruments, chapters 2 (plucked string) and 12
(stiffness: f_k = k f_1 sqrt(1 + B k²)); Weinreich, Coupled piano strings (1977), for the two decays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from longplay.demo.score import Note

Signal = NDArray[np.float64]

HIGHEST_HZ = 11_000.0
"""Partials above this are left out: far from half of every usual rate, and soft."""

REVERB_S = 1.6
"""Length of the room's answer, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strings:
    """One of the strings or pipes that sound together for one note.

    Attributes:
        share: part of the amplitude; those of an instrument sum to 1.
        cents: detuning, hundredths of a semitone.
        lasting: decay time against the instrument's.
    """

    share: float
    cents: float
    lasting: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What makes a tone.

    Attributes:
        strings: what sounds together for one note.
        partials: how many at most.
        tilt: the k-th partial has amplitude k^-tilt.
        strike: where the string is plucked, as a part of its length; 0 for wind and bow.
        stiffness: B in f_k = k f_1 sqrt(1 + B k²).
        decay_s: seconds in which the fundamental of middle C falls to 1/e.
        damping: the k-th partial decays 1 + damping · k times as fast.
        attack_s: seconds to full strength.
        release_s: seconds to 1/e after the note.
        vibrato_cents: greatest deviation.
        breath: level of the air's noise against the tone.
        spread: pan for each octave above middle C, as a keyboard stands before its player.
    """

    strings: tuple[Strings, ...]
    partials: int
    tilt: float
    strike: float = 0.0
    stiffness: float = 0.0
    decay_s: float
    damping: float
    attack_s: float
    release_s: float
    vibrato_cents: float = 0.0
    breath: float = 0.0
    spread: float = 0.0


PIANO = Instrument(
    strings=(
        Strings(share=0.62, cents=-0.5, lasting=0.35),
        Strings(share=0.38, cents=0.5, lasting=1.5),
    ),
    partials=24,
    tilt=1.25,
    strike=0.12,
    stiffness=0.00035,
    decay_s=2.2,
    damping=0.16,
    attack_s=0.003,
    release_s=0.16,
    spread=0.18,
)
LUTE = Instrument(
    strings=(Strings(share=0.6, cents=-1.5, lasting=1.0), Strings(share=0.4, cents=1.5, lasting=0.8)),
    partials=26,
    tilt=1.0,
    strike=0.21,
    stiffness=0.00004,
    decay_s=1.1,
    damping=0.30,
    attack_s=0.002,
    release_s=0.25,
    spread=0.08,
)
HARPSICHORD = Instrument(
    strings=(Strings(share=0.6, cents=-0.8, lasting=1.0), Strings(share=0.4, cents=0.9, lasting=0.7)),
    partials=40,
    tilt=0.72,
    strike=0.13,
    stiffness=0.00003,
    decay_s=1.4,
    damping=0.10,
    attack_s=0.001,
    release_s=0.09,
    spread=0.15,
)
FLUTE = Instrument(
    strings=(Strings(share=1.0, cents=0.0, lasting=1.0),),
    partials=8,
    tilt=1.9,
    decay_s=14.0,
    damping=0.0,
    attack_s=0.055,
    release_s=0.06,
    vibrato_cents=9.0,
    breath=0.05,
)
VIOLS = Instrument(
    strings=(
        Strings(share=0.34, cents=-5.0, lasting=1.0),
        Strings(share=0.34, cents=0.0, lasting=1.0),
        Strings(share=0.32, cents=4.0, lasting=1.0),
    ),
    partials=18,
    tilt=1.25,
    decay_s=9.0,
    damping=0.02,
    attack_s=0.08,
    release_s=0.12,
    vibrato_cents=6.0,
)


def tone(instrument: Instrument, note: Note, *, rate: int, noise: np.random.Generator) -> Signal:
    """One note alone, with its release.

    Args:
        instrument: what plays it.
        note: its `start_s` is not looked at.
        rate: samples a second.
        noise: drawn from only by instruments with breath.

    Returns:
        float64, shape (n,), about -1..1 times the velocity to the power 1.5.
    """
    length = round((note.duration_s + 5 * instrument.release_s) * rate)
    sound = _modes(instrument, note, length, rate)
    if instrument.breath:
        air = np.convolve(noise.standard_normal(length), np.hanning(12), mode="same")
        sound += instrument.breath * np.abs(sound).mean() * air
    _shape(sound, instrument, note, rate)
    sound *= note.velocity**1.5
    return sound


def _modes(instrument: Instrument, note: Note, length: int, rate: int) -> Signal:
    """The undamped-by-player sum of all modes, shape (length,)."""
    amplitudes, exponents = _spectrum(instrument, note)
    block = int(np.sqrt(length)) + 1
    coarse = amplitudes * np.exp(np.arange(block)[:, None] * exponents * (block / rate))
    fine = np.exp(exponents[:, None] * (np.arange(block) / rate))
    sines = np.hstack((coarse.real, coarse.imag)) @ np.vstack((fine.imag, fine.real))
    return np.asarray(sines, dtype=np.float64).ravel()[:length]


def _spectrum(instrument: Instrument, note: Note) -> tuple[Signal, NDArray[np.complex128]]:
    """Amplitude, and decay and angular frequency as -d + iω a second, of each mode of each string."""
    number = np.arange(1, instrument.partials + 1)
    first_hz = 440.0 * 2 ** ((note.pitch - 69) / 12)
    hertz = number * first_hz * np.sqrt(1 + instrument.stiffness * number**2)
    number, hertz = number[hertz < HIGHEST_HZ], hertz[hertz < HIGHEST_HZ]
    level = number ** -(instrument.tilt + 0.9 * (1 - note.velocity))  # softer is duller
    if instrument.strike:
        level = level * np.sin(np.pi * number * instrument.strike)
    level /= np.abs(level).sum() ** 0.5 * np.sqrt((level**2).sum()) ** 0.5
    decay = (1 + instrument.damping * number) / (instrument.decay_s * 2 ** ((60 - note.pitch) / 24))
    amplitudes = [string.share * level for string in instrument.strings]
    exponents = [
        -decay / string.lasting + 2j * np.pi * hertz * 2 ** (string.cents / 1200)
        for string in instrument.strings
    ]
    return np.concatenate(amplitudes), np.concatenate(exponents)


def _shape(sound: Signal, instrument: Instrument, note: Note, rate: int) -> None:
    """Let `sound` begin and end as the player does, in place."""
    attack = np.arange(round(instrument.attack_s * rate)) / (instrument.attack_s * rate)
    sound[: len(attack)] *= np.sin(np.pi / 2 * attack[: len(sound)]) ** 2
    held = round(note.duration_s * rate)
    after_s = np.arange(len(sound) - held) / rate
    sound[held:] *= np.exp(-after_s / instrument.release_s)


def play(
    instrument: Instrument, notes: Iterable[Note], *, seconds: float, pan: float, rate: int, seed: int
) -> Signal:
    """A part, dry, placed between left and right.

    Args:
        instrument: what plays it.
        notes: in any order.
        seconds: length; what sounds longer is cut.
        pan: -1 left to 1 right.
        rate: samples a second.
        seed: of the air's noise.

    Returns:
        float64, shape (2, seconds · rate).
    """
    noise = np.random.default_rng(seed)
    part = np.zeros((2, round(seconds * rate)))
    for note in notes:
        sound = tone(instrument, note, rate=rate, noise=noise)
        start = round(note.start_s * rate)
        room = part[:, start : start + len(sound)]
        place = np.clip(pan + instrument.spread * (note.pitch - 60) / 12, -0.9, 0.9)
        angle = (place + 1) * np.pi / 4
        room += np.array([[np.cos(angle)], [np.sin(angle)]]) * sound[: room.shape[1]]
    return _vibrato(part, instrument.vibrato_cents, rate) if instrument.vibrato_cents else part


def _vibrato(part: Signal, cents: float, rate: int, *, hertz: float = 5.1) -> Signal:
    """A delay that sways: its slope is the deviation in pitch."""
    at = np.arange(part.shape[1], dtype=np.float64)
    depth = (2 ** (cents / 1200) - 1) * rate / (2 * np.pi * hertz)
    swaying = at + depth * np.sin(2 * np.pi * hertz * at / rate)
    return np.stack([np.interp(swaying, at, channel) for channel in part])


def reverberate(dry: Signal, *, wet: float, rate: int) -> Signal:
    """`dry` in a small hall.

    Args:
        dry: shape (2, n).
        wet: level of the hall against the instruments.
        rate: samples a second.

    Returns:
        Shape (2, n): what the hall says after the end is cut.
    """
    answer, size = _hall(rate)
    step = size // 2
    length = dry.shape[1]
    blocks = np.pad(dry.mean(axis=0), (0, -length % step)).reshape(-1, step)
    spectra = np.fft.rfft(blocks, size)
    hall = np.zeros((2, blocks.size + step))
    for channel in range(2):
        for index, block in enumerate(np.fft.irfft(spectra * answer[channel], size)):
            hall[channel, index * step : index * step + size] += block
    return dry + wet * hall[:, :length]


@cache
def _hall(rate: int) -> tuple[NDArray[np.complex128], int]:
    """Spectrum of the room's answer, shape (2, size // 2 + 1), and `size`, a power of two."""
    length = round(REVERB_S * rate)
    size = 2 << (length - 1).bit_length()
    seconds = np.arange(length) / rate
    noise = np.random.default_rng(1685).standard_normal((2, 2, length))
    hertz = np.fft.rfftfreq(size, 1 / rate)
    answer = np.zeros((2, len(hertz)), dtype=np.complex128)
    for tail, decay_s, cut_hz in zip(noise, (0.32, 0.13), (1_500.0, 6_000.0), strict=True):
        build_up = 1 - np.exp(-np.clip(seconds - 0.012, 0, None) / 0.006)  # 12 ms before the first wall
        answer += np.fft.rfft(tail * build_up * np.exp(-seconds / decay_s), size) / (1 + (hertz / cut_hz) ** 2)
    return answer / np.sqrt((np.abs(answer) ** 2).mean()), size


def limit(sound: Signal, *, ceiling: float, loudness: float, rate: int) -> Signal:
    """Bring `sound` to a peak of `ceiling`, holding back for some milliseconds what would exceed it.

    What is softer than `loudness` is driven into the limiter, by 5 dB at most.

    Args:
        sound: shape (2, n), not silent.
        ceiling: greatest absolute value of the result, 0..1.
        loudness: root of the mean square to come near to, 0..1.
        rate: samples a second.

    Returns:
        float64, shape (2, n).
    """
    step = round(0.004 * rate)
    loud = sound * (ceiling / np.abs(sound).max())
    loud *= np.clip(loudness / np.sqrt((loud**2).mean()), 1.0, 1.8)
    length = loud.shape[1]
    peaks = np.pad(np.abs(loud).max(axis=0), (0, -length % step)).reshape(-1, step).max(axis=1)
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, ceiling))
    reach = 8  # blocks on each side: 32 ms
    held = np.lib.stride_tricks.sliding_window_view(np.pad(needed, 2 * reach, mode="edge"), 2 * reach + 1)
    window = np.hanning(2 * reach + 1)
    gain = np.convolve(held.min(axis=1), window / window.sum(), mode="valid")
    centres = (np.arange(len(needed)) + 0.5) * step
    steady = np.interp(np.arange(length), centres, gain)
    limited: Signal = np.clip(loud * steady, -ceiling, ceiling)
    return limited
