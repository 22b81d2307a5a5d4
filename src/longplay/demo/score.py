"""A small notation for the demo's music, and its reading into timed notes.

A part is one text; its words are separated by spaces:

    C4  F#5  Bb3         a note: letter, sharp or flat, octave (C4 is middle C, MIDI 60)
    C4+E4+G4             a chord
    r                    a rest
    ~                    what came before goes on, as after a tie
    E5:8  A4:4.  r:16    with its length: 1 is a whole note, 16 a sixteenth; one dot adds half of
                         it, two dots three quarters; it holds until another is given, and is a
                         quarter at the beginning
    |                    a bar line: every bar but the first and the last must be full
    pp p mp mf f         a dynamic, until the next; mf at the beginning

It is no standard, and has no more than six short pieces need.
"""

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

DYNAMICS = {"pp": 0.35, "p": 0.45, "mp": 0.56, "mf": 0.68, "f": 0.82}
"""Velocity of each dynamic, 0..1."""

ACCENT = 1.12
"""How much stronger the first note of a bar is."""

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"#": 1, "b": -1, "": 0}
_PITCH = re.compile(r"([A-G])([#b]?)([0-8])")
_LENGTH = re.compile(r"(1|2|4|8|16)(\.{0,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note of a performance.

    Attributes:
        start_s: seconds from the beginning of the piece.
        duration_s: seconds for which it is held.
        pitch: MIDI number; 60 is middle C.
        velocity: how strongly it is played, 0..1.
    """

    start_s: float
    duration_s: float
    pitch: int
    velocity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """Pitches sounding together, none for a rest; `start` and `length` in whole notes."""

    pitches: tuple[int, ...]
    start: Fraction
    length: Fraction
    velocity: float


def read(text: str, *, bar: Fraction, whole_s: float) -> tuple[Note, ...]:
    """The notes of one part.

    Args:
        text: the part in the notation of this module.
        bar: length of a full bar in whole notes, such as 3/4.
        whole_s: seconds a whole note lasts.

    Returns:
        Notes by start, those of a chord as written.

    Raises:
        ValueError: a word that is no notation, or a bar that is not full.
    """
    reader = _Reader(bar=bar)
    for word in text.split():
        reader.take(word)
    reader.end_bar(last=True)
    return tuple(note for event in reader.events for note in _notes(event, whole_s))


def _notes(event: _Event, whole_s: float) -> list[Note]:
    start_s, duration_s = float(event.start) * whole_s, float(event.length) * whole_s
    return [
        Note(start_s=start_s, duration_s=duration_s, pitch=pitch, velocity=event.velocity)
        for pitch in event.pitches
    ]


@dataclass(slots=True, kw_only=True)
class _Reader:
    """What has been read of a part, and what still holds for the next word."""

    bar: Fraction
    bar_number: int = 1
    bar_start: Fraction = Fraction(0)
    at: Fraction = Fraction(0)
    length: Fraction = Fraction(1, 4)
    velocity: float = DYNAMICS["mf"]
    events: list[_Event] = field(default_factory=list)

    def take(self, word: str) -> None:
        """Read one word."""
        if word == "|":
            self.end_bar(last=False)
        elif word in DYNAMICS:
            self.velocity = DYNAMICS[word]
        else:
            self._sound(word)

    def end_bar(self, *, last: bool) -> None:
        """Close a bar; only the first and the last may be short."""
        filled = self.at - self.bar_start
        may_be_short = last or self.bar_number == 1
        if filled > self.bar or (filled < self.bar and not may_be_short):
            raise ValueError(f"bar {self.bar_number} holds {filled} of a whole note, not {self.bar}")
        self.bar_start = self.at
        self.bar_number += 1

    def _sound(self, word: str) -> None:
        what, _, written = word.partition(":")
        self.length = _length(written) if written else self.length
        if what == "~" and self.events:
            tied = self.events.pop()
            self.events.append(replace(tied, length=tied.length + self.length))
        else:
            self.events.append(self._event(_pitches(what)))
        self.at += self.length

    def _event(self, pitches: tuple[int, ...]) -> _Event:
        accent = ACCENT if self.at == self.bar_start else 1.0
        return _Event(pitches=pitches, start=self.at, length=self.length, velocity=self.velocity * accent)


def _length(written: str) -> Fraction:
    match = _LENGTH.fullmatch(written)
    if match is None:
        raise ValueError(f"{written!r} is no length: want 1, 2, 4, 8 or 16, and at most two dots")
    dots = len(match[2])
    return Fraction(2 ** (dots + 1) - 1, 2**dots * int(match[1]))


def _pitches(what: str) -> tuple[int, ...]:
    if what == "r":
        return ()
    return tuple(_pitch(name) for name in what.split("+"))


def _pitch(name: str) -> int:
    match = _PITCH.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is no note such as F#4, no rest and no tie")
    letter, accidental, octave = match.groups()
    return 12 * (int(octave) + 1) + _SEMITONES[letter] + _ACCIDENTALS[accidental]
