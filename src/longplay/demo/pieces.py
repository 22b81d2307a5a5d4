"""The demo's six pieces, from the scores, and their performance.

The compositions are in the public domain everywhere; notes, arrangement and sound are our own.
Each piece is kept in another encoding, so that an archive of the six has met them all.

Sources: Bach, BWV 846, and Petzold, BWV Anh. 114, as in the Bach-Gesellschaft edition; Beethoven,
WoO 59, in the reading of Breitkopf & Härtel, 1888; Pachelbel, P 37, with a continuo of our own;
Satie, Gymnopédie no. 1, Paris 1888; Greensleeves as most often sung, in the melodic minor.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from longplay.audio.encode import Encoding
from longplay.demo.instruments import (
    FLUTE,
    HARPSICHORD,
    LUTE,
    PIANO,
    VIOLS,
    Instrument,
    Signal,
    limit,
    play,
    reverberate,
)
from longplay.demo.score import Note, read

ARTIST = "Longplay Demo Ensemble"
ALBUM = "Pieces for a First Edition"

CEILING = 10 ** (-3 / 20)
"""Peak of every performance: -3 dBFS."""

TAIL_S = 1.6
"""Seconds after the last note, in which it dies away."""

BROADENING_S = 2.5
"""The last seconds of the score slow down, in the end to two thirds of the tempo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one player plays.

    Attributes:
        instrument: on what.
        score: the notes, in the notation of `longplay.demo.score`.
        level: amplitude against the other parts.
        pan: -1 left to 1 right.
    """

    instrument: Instrument
    score: str
    level: float = 1.0
    pan: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A composition, how it is played, and as what it is kept.

    Attributes:
        key: short name, fit for a file name.
        title: of the composition.
        composer: with years of birth and death, where known.
        track: number on the album, from 1.
        encoding: container and codec of the file.
        bar: length of a bar in whole notes.
        quarters: quarter notes a minute.
        wet: level of the room.
        parts: the players.
        artist: who performs.
        album: on which it stands.
    """

    key: str
    title: str
    composer: str
    track: int
    encoding: Encoding
    bar: Fraction
    quarters: float
    wet: float
    parts: tuple[Part, ...]
    artist: str = ARTIST
    album: str = ALBUM


def perform(piece: Piece, *, rate: int = 44100) -> NDArray[np.float32]:
    """The piece as sound; the same on every call.

    Args:
        piece: what is played.
        rate: samples a second, 32000 or more.

    Returns:
        float32, shape (n, 2), left and right in multiples of 1/32768, peak -3 dBFS: rounding to
        16 bits hides from the files in what order a machine adds.
    """
    voices = [_humanly(read_part(piece, part), seed=piece.track) for part in piece.parts]
    score_s = max(note.start_s + note.duration_s for voice in voices for note in voice)
    voices = [_broadened(voice, score_s) for voice in voices]
    seconds = max(note.start_s + note.duration_s for voice in voices for note in voice) + TAIL_S
    sound = reverberate(_together(piece, voices, seconds, rate), wet=piece.wet, rate=rate)
    fade = np.clip((seconds - np.arange(sound.shape[1]) / rate) / TAIL_S, 0.0, 1.0)
    mastered = limit(sound * np.sqrt(fade), ceiling=CEILING, loudness=0.15, rate=rate)
    return np.ascontiguousarray(np.round(mastered.T * 32768) / 32768, dtype=np.float32)


def read_part(piece: Piece, part: Part) -> tuple[Note, ...]:
    """The notes of one part of `piece` in strict time, by start."""
    return read(part.score, bar=piece.bar, whole_s=240 / piece.quarters)


def _humanly(notes: Iterable[Note], *, seed: int) -> list[Note]:
    """Some milliseconds late, some per cent louder or softer, as hands are."""
    chance = np.random.default_rng(seed)
    return [
        replace(
            note,
            start_s=note.start_s + chance.uniform(0.0, 0.008),
            velocity=min(1.0, note.velocity * chance.uniform(0.94, 1.06)),
        )
        for note in notes
    ]


def _broadened(notes: Iterable[Note], end_s: float) -> list[Note]:
    """The last `BROADENING_S` before `end_s` ever slower."""

    def later(moment_s: float) -> float:
        into = max(0.0, moment_s - (end_s - BROADENING_S))
        return moment_s + into**2 / (4 * BROADENING_S)

    return [
        replace(
            note,
            start_s=later(note.start_s),
            duration_s=later(note.start_s + note.duration_s) - later(note.start_s),
        )
        for note in notes
    ]


def _together(piece: Piece, voices: Sequence[Iterable[Note]], seconds: float, rate: int) -> Signal:
    mix = np.zeros((2, round(seconds * rate)))
    for number, (part, voice) in enumerate(zip(piece.parts, voices, strict=True)):
        seed = 100 * piece.track + number
        mix += part.level * play(part.instrument, voice, seconds=seconds, pan=part.pan, rate=rate, seed=seed)
    return mix


def _prelude(chords: Sequence[str]) -> tuple[Part, ...]:
    """Two held notes and three broken ones, twice a bar; the last bar breaks once and stays."""
    bass, tenor, upper = [], [], []
    for chord in chords[:-1]:
        low, second, *high = chord.split()
        bass.append(2 * f"{low}:2 ")
        tenor.append(2 * f"r:16 {second}:4.. ")
        upper.append(2 * f"r:8 {high[0]}:16 {high[1]} {high[2]} {' '.join(high)} ")
    low, second, *high = chords[-1].split()
    bass.append(f"{low}:1")
    tenor.append(f"r:16 {second}:4.. ~:2")
    upper.append(f"r:8 {2 * (' '.join((high[0] + ':16', *high[1:])) + ' ')} {'+'.join(high)}:2")
    scores = ("mp " + " | ".join(bars) for bars in (bass, tenor, upper))
    return tuple(Part(instrument=PIANO, score=score, pan=-0.15) for score in scores)


_PRELUDE = _prelude(
    (
        "C4 E4 G4 C5 E5",
        "C4 D4 A4 D5 F5",
        "B3 D4 G4 D5 F5",
        "C4 E4 G4 C5 E5",
        "C4 E4 A4 E5 A5",
        "C4 D4 F#4 A4 D5",
        "B3 D4 G4 D5 G5",
        "B3 C4 E4 G4 C5",
        "A3 C4 E4 G4 C5",
        "D3 A3 D4 F#4 C5",
        "G3 B3 D4 G4 B4",
    )
)

_ELISE_RIGHT = """
    E5:16 D#5 E5 B4 D5 C5 | A4:8 r:16 C4 E4 A4 | B4:8 r:16 E4 G#4 B4 | C5:8 r:16 E4 E5 D#5
    | E5 D#5 E5 B4 D5 C5  | A4:8 r:16 C4 E4 A4 | B4:8 r:16 E4 C5 B4  |"""
_ELISE_LEFT = """
    r:4.         | A2:16 E3 A3 r:8. | E2:16 E3 G#3 r:8. | A2:16 E3 A3 r:8.
    | r:4.       | A2:16 E3 A3 r:8. | E2:16 E3 G#3 r:8. |"""
_ELISE = (
    Part(
        instrument=PIANO,
        score=f"p E5:16 D#5 | {_ELISE_RIGHT} A4:4 pp E5:16 D#5 | {_ELISE_RIGHT} A4:4",
    ),
    Part(
        instrument=PIANO,
        score=f"p r:8 | {_ELISE_LEFT} A2:16 E3 A3 r:8. | pp {_ELISE_LEFT} A2:16 E3 A3:8",
    ),
)

_CANON_SUBJECT = (
    "F#5:4 E5 D5 C#5 | B4 A4 B4 C#5 |",
    "D5:4 C#5 B4 A4 | G4 F#4 G4 E4 |",
    "D4:8 F#4 A4 G4 F#4 D4 F#4 E4 | D4 B3 D4 A4 G4 B4 A4 G4 |",
)
_CANON_REST = "r:1 | r | "
_CANON_BASS = "D3:4 A2 B2 F#2 | G2 D2 G2 A2 | "
_CANON_CHORDS = """
    D4+F#4+A4:4 C#4+E4+A4 D4+F#4+B4 C#4+F#4+A4 | B3+D4+G4 A3+D4+F#4 B3+D4+G4 C#4+E4+A4 | """
_CANON = (
    Part(
        instrument=VIOLS,
        score=f"mp {_CANON_REST} {' '.join(_CANON_SUBJECT)} F#4:2.",
        pan=-0.6,
    ),
    Part(
        instrument=VIOLS,
        score=f"mp {2 * _CANON_REST} {' '.join(_CANON_SUBJECT[:2])} D4:2.",
        pan=0.0,
    ),
    Part(instrument=VIOLS, score=f"mp {3 * _CANON_REST} {_CANON_SUBJECT[0]} D5:2.", pan=0.6),
    Part(instrument=VIOLS, score=f"mf {4 * _CANON_BASS} D2:2.", level=0.6, pan=0.2),
    Part(instrument=HARPSICHORD, score=f"p {4 * _CANON_CHORDS} D4+F#4+A4:2.", level=0.55, pan=-0.1),
)

_GYMNOPEDIE = (
    Part(
        instrument=PIANO,
        score="""mp r:2. | r | r | r | r:4 F#5 A5 | G5 F#5 C#5 | B4 C#5 D5 | A4:2.
            | F#4 | ~ | ~ | ~""",
        level=1.3,
    ),
    Part(instrument=PIANO, score="p " + " | ".join(6 * ("G2:2.", "D2:2."))),
    Part(
        instrument=PIANO,
        score="pp " + " | ".join(6 * ("r:4 B3+D4+F#4:2", "r:4 A3+C#4+F#4:2")),
        level=0.8,
    ),
)

_GREENSLEEVES_END = """
    | D5:4 B4:8 G4:8. A4:16 B4:8 | C5:8. B4:16 A4:8 G#4:8. F#4:16 G#4:8"""
_GREENSLEEVES_MIDDLE = """
    | D5:4 B4:8 G4:8. A4:16 B4:8 | C5:4 A4:8 A4:8. G#4:16 A4:8 | B4:4 G#4:8"""
_GREENSLEEVES_TUNE = f"""
    mp A4:8 | C5:4 D5:8 E5:8. F#5:16 E5:8 {_GREENSLEEVES_MIDDLE} E4:4 A4:8
            | C5:4 D5:8 E5:8. F#5:16 E5:8 {_GREENSLEEVES_END} | A4:4. A4
    | mf G5:4. G5:8. F#5:16 E5:8          {_GREENSLEEVES_MIDDLE} E4:4.
    | G5:4. G5:8. F#5:16 E5:8             {_GREENSLEEVES_END} | A4:2."""
_LUTE_FIGURES = {
    "a": "A2:8 E3 A3 C4 A3 E3",
    "c": "C3:8 G3 C4 E4 C4 G3",
    "g": "G2:8 D3 G3 B3 G3 D3",
    "e": "E2:8 B2 E3 G#3 E3 B2",
    "ae": "A2:8 E3 C4 E2 B2 G#3",
    "end": "A2:8 E3 A3 C4+E4+A3:4.",
}
_LUTE_BASS = ("a", "g", "a", "e", "a", "g", "ae", "a", "c", "g", "a", "e", "c", "g", "ae", "end")
_GREENSLEEVES = (
    Part(instrument=FLUTE, score=_GREENSLEEVES_TUNE, level=0.75, pan=0.25),
    Part(
        instrument=LUTE,
        score="mp r:8 | " + " | ".join(_LUTE_FIGURES[name] for name in _LUTE_BASS),
        pan=-0.25,
    ),
)

_MINUET_BEGIN = """
    D5:4 G4:8 A4 B4 C5 | D5:4 G4 G4 | E5:4 C5:8 D5 E5 F#5 | G5:4 G4 G4
    | C5:4 D5:8 C5 B4 A4 | B4:4 C5:8 B4 A4 G4"""
_MINUET = (
    Part(
        instrument=HARPSICHORD,
        score=f"""{_MINUET_BEGIN} | F#4:4 G4:8 A4 B4 G4 | A4:2.
            | {_MINUET_BEGIN} | A4:4 B4:8 A4 G4 F#4 | G4:2.""",
    ),
    Part(
        instrument=HARPSICHORD,
        score="""
            G3+B3+D4:2 A3:4 | B3:2. | C4 | B3 | A3 | G3 | D4:4 B3 G3 | D4 D3:8 C4 B3 A3
            | B3:2 A3:4 | G3 B3 G3 | C4:2. | B3:4 C4:8 B3 A3 G3 | A3:2 F#3:4 | G3:2 B3:4
            | C4 D4 D3 | G3:2 G2:4""",
        level=0.9,
    ),
)

PIECES = (
    Piece(
        key="prelude",
        title="Prelude in C major, BWV 846",
        composer="Johann Sebastian Bach (1685–1750)",
        track=1,
        encoding=Encoding.FLAC,
        bar=Fraction(1),
        quarters=96,
        wet=0.16,
        parts=_PRELUDE,
    ),
    Piece(
        key="elise",
        title="Für Elise, WoO 59",
        composer="Ludwig van Beethoven (1770–1827)",
        track=2,
        encoding=Encoding.OPUS,
        bar=Fraction(3, 8),
        quarters=68,
        wet=0.2,
        parts=_ELISE,
    ),
    Piece(
        key="canon",
        title="Canon in D major, P 37",
        composer="Johann Pachelbel (1653–1706)",
        track=3,
        encoding=Encoding.M4A,
        bar=Fraction(1),
        quarters=78,
        wet=0.3,
        parts=_CANON,
    ),
    Piece(
        key="gymnopedie",
        title="Gymnopédie no. 1",
        composer="Erik Satie (1866–1925)",
        track=4,
        encoding=Encoding.VORBIS,
        bar=Fraction(3, 4),
        quarters=80,
        wet=0.3,
        parts=_GYMNOPEDIE,
    ),
    Piece(
        key="greensleeves",
        title="Greensleeves",
        composer="Traditional (16th century)",
        track=5,
        encoding=Encoding.MP3,
        bar=Fraction(3, 4),
        quarters=108,
        wet=0.25,
        parts=_GREENSLEEVES,
    ),
    Piece(
        key="minuet",
        title="Minuet in G major, BWV Anh. 114",
        composer="Christian Petzold (1677–1733)",
        track=6,
        encoding=Encoding.WAV,
        bar=Fraction(3, 4),
        quarters=122,
        wet=0.18,
        parts=_MINUET,
    ),
)
"""The album, by track."""
