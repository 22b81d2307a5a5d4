"""The demo's music: its notation, its notes, and how it sounds."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from longplay.audio.encode import Encoding
from longplay.demo.pieces import CEILING, PIECES, Piece, perform, read_part
from longplay.demo.score import read

RATE = 44100
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

every_piece = pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.key)


@cache
def performance(piece: Piece) -> NDArray[np.float32]:
    """The performance at 44.1 kHz, made once."""
    return perform(piece, rate=RATE)


def piece_of(key: str) -> Piece:
    """The piece of that key."""
    return next(piece for piece in PIECES if piece.key == key)


def name_of(pitch: int) -> str:
    """A MIDI number as a note name, with sharps."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def names(piece: Piece, part: int) -> list[str]:
    """The notes of one part, by name."""
    return [name_of(note.pitch) for note in read_part(piece, piece.parts[part])]


def sounding(sound: NDArray[np.float64], start_s: float, length_s: float) -> NDArray[np.float64]:
    """Level of every pitch from C2 to B6 in a stretch of `sound`; other frequencies are not looked at."""
    stretch = sound[round(start_s * RATE) : round((start_s + length_s) * RATE)]
    spectrum = np.abs(np.fft.rfft(stretch * np.hanning(len(stretch)), 1 << 17))
    hertz = 440 * 2 ** ((np.arange(36, 96) - 69) / 12)
    return np.asarray(spectrum[np.round(hertz * (1 << 17) / RATE).astype(int)])


def heard(piece: Piece, starts_s: Sequence[float], length_s: float) -> list[str]:
    """At each moment, the pitch that grew most against the moment before."""
    sound = np.pad(performance(piece).mean(axis=1), (RATE, 0))
    grown = [
        sounding(sound, 1.015 + at, length_s - 0.015) - sounding(sound, 1 + at - length_s, length_s)
        for at in starts_s
    ]
    return [name_of(36 + int(levels.argmax())) for levels in grown]


def test_the_album_has_each_encoding_once_and_its_tracks_in_order() -> None:
    assert sorted(piece.encoding for piece in PIECES) == sorted(Encoding)
    assert [piece.track for piece in PIECES] == [1, 2, 3, 4, 5, 6]
    assert len({piece.key for piece in PIECES}) == 6
    assert {(piece.artist, piece.album) for piece in PIECES} == {
        ("Longplay Demo Ensemble", "Pieces for a First Edition")
    }


@every_piece
def test_a_piece_is_stereo_and_lasts_half_a_minute_at_most(piece: Piece) -> None:
    sound = performance(piece)
    assert sound.dtype == np.float32
    assert sound.shape[1] == 2
    assert 12 <= len(sound) / RATE <= 30


@every_piece
def test_a_piece_peaks_at_minus_three_decibels_and_is_never_held_there(piece: Piece) -> None:
    level = np.abs(performance(piece))
    assert level.max() == pytest.approx(CEILING, abs=1e-4)
    assert (level == level.max()).mean() < 1e-4


@every_piece
def test_a_piece_is_neither_silent_nor_lopsided(piece: Piece) -> None:
    left, right = 20 * np.log10(np.sqrt((performance(piece) ** 2).mean(axis=0)))
    assert -21 < left < -13
    assert abs(left - right) < 2.5


@every_piece
def test_a_piece_dies_away_at_the_end(piece: Piece) -> None:
    assert np.abs(performance(piece)[-RATE // 50 :]).max() < 0.001


@every_piece
def test_a_performance_is_the_same_every_time(piece: Piece) -> None:
    assert np.array_equal(perform(piece, rate=RATE), performance(piece))


@every_piece
def test_a_performance_is_made_of_sixteen_bit_steps(piece: Piece) -> None:
    steps = performance(piece) * 32768
    assert np.array_equal(steps, np.round(steps))


@every_piece
def test_the_parts_of_a_piece_end_within_a_bar_of_each_other(piece: Piece) -> None:
    ends = [read_part(piece, part)[-1] for part in piece.parts]
    ends_s = [note.start_s + note.duration_s for note in ends]
    assert max(ends_s) - min(ends_s) < 1e-9


def test_the_prelude_begins_by_breaking_c_major_upwards() -> None:
    piece = piece_of("prelude")
    sixteenth_s = 60 / piece.quarters / 4
    starts = [number * sixteenth_s for number in range(5)]
    assert heard(piece, starts, sixteenth_s) == ["C4", "E4", "G4", "C5", "E5"]


def test_fuer_elise_begins_with_its_trembling_semitone() -> None:
    piece = piece_of("elise")
    sixteenth_s = 60 / piece.quarters / 4
    starts = [number * sixteenth_s for number in range(8)]
    assert heard(piece, starts, sixteenth_s) == ["E5", "D#5", "E5", "D#5", "E5", "B4", "D5", "C5"]


def test_the_canon_is_one_melody_entering_every_two_bars() -> None:
    piece = piece_of("canon")
    first, second, third = (read_part(piece, piece.parts[voice]) for voice in range(3))
    entry_s = 8 * 60 / piece.quarters
    assert [voice[0].start_s for voice in (first, second, third)] == pytest.approx(
        [entry_s, 2 * entry_s, 3 * entry_s]
    )
    assert [note.pitch for note in second[:-1]] == [note.pitch for note in first[: len(second) - 1]]
    assert [note.pitch for note in third[:-1]] == [note.pitch for note in second[: len(third) - 1]]
    assert names(piece, 3)[:8] == ["D3", "A2", "B2", "F#2", "G2", "D2", "G2", "A2"]


def test_the_gymnopedie_waits_four_bars_for_its_melody() -> None:
    piece = piece_of("gymnopedie")
    melody = read_part(piece, piece.parts[0])
    assert melody[0].start_s == pytest.approx(13 * 60 / piece.quarters)
    assert names(piece, 0) == ["F#5", "A5", "G5", "F#5", "C#5", "B4", "C#5", "D5", "A4", "F#4"]


def test_greensleeves_and_the_minuet_begin_and_end_at_home() -> None:
    greensleeves, minuet = names(piece_of("greensleeves"), 0), names(piece_of("minuet"), 0)
    assert greensleeves[:6] == ["A4", "C5", "D5", "E5", "F#5", "E5"]
    assert greensleeves[-1] == "A4"
    assert minuet[:5] == ["D5", "G4", "A4", "B4", "C5"]
    assert minuet[-1] == "G4"


def test_notation_gives_starts_lengths_and_chords() -> None:
    notes = read("r:4 C4+E4:8. Bb3:16 | A4:2", bar=Fraction(1, 2), whole_s=4.0)
    assert [(note.start_s, note.duration_s, note.pitch) for note in notes] == [
        (1.0, 0.75, 60),
        (1.0, 0.75, 64),
        (1.75, 0.25, 58),
        (2.0, 2.0, 69),
    ]


def test_a_tie_across_the_bar_makes_one_note() -> None:
    (note,) = read("F#5:2. | ~ | ~:4", bar=Fraction(3, 4), whole_s=4.0)
    assert (note.duration_s, note.pitch) == (7.0, 78)


def test_a_dynamic_holds_and_the_beat_is_accented() -> None:
    first, second, third = read("p C4 C4 f C4", bar=Fraction(1), whole_s=4.0)
    assert second.velocity < first.velocity < third.velocity


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("C4:1 | C4:2 | C4:1", "bar 2 holds 1/2"),
        ("C4:1 C4:4", "bar 1 holds 5/4"),
        ("H4", "'H4' is no note"),
        ("C4:3", "'3' is no length"),
    ],
)
def test_wrong_notation_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(text, bar=Fraction(1), whole_s=4.0)
