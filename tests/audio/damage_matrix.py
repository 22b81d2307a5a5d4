"""The damage matrix: clean files are made, damaged in every usual way at several places, and judged.

It is what `docs/damage.csv` is held to, one row for each kind of file and of damage, and writes it:

    PYTHONPATH=tests python tests/audio/damage_matrix.py
"""

import csv
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from damaged_files import FILES, Clean, Span, make

from longplay.audio.decode import Unfit
from longplay.audio.measure import measure
from longplay.audio.structure import StructureWatch
from longplay.model.findings import FindingCode, Severity

TABLE: Final = Path(__file__).parents[2] / "docs" / "damage.csv"
COLUMNS: Final = ("file", "damage", "damaged", "found", "codes", "advised")

PLACES: Final = (0.0, 0.1, 0.37, 0.5, 0.9, 1.0)
"""Where in the sound damage is done: its beginning, parts of its length, its end."""

FLIPS: Final = 2
"""Bits flipped at each place, each in a copy of its own."""

CUT: Final = 200
ZEROED: Final = 4_096
JUNK: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was said of one file.

    Attributes:
        damage: codes of warnings, or the one of a refusal.
        advice: codes of notes.
    """

    damage: frozenset[FindingCode]
    advice: frozenset[FindingCode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of damage done to one kind of file.

    Attributes:
        damaged: how many copies were damaged; 0 where the file has nothing to damage in this way.
        found: of how many it was found out.
        codes: as few codes as tell all that was found, the one that tells most first.
        advised: how many of the others got a note that the clean file has not.
    """

    damaged: int
    found: int
    codes: tuple[FindingCode, ...]
    advised: int


def judge(data: bytes, suffix: str, folder: Path) -> Verdict:
    """Watch and measure a file as ingest does."""
    path = folder / f"judged{suffix}"
    path.write_bytes(data)
    watch = StructureWatch(path.name)
    watch.update(memoryview(data))
    measured = measure(path, watch.finish())
    if isinstance(measured, Unfit):
        return Verdict(damage=frozenset({measured.code}), advice=frozenset())
    found = measured.measurement.findings
    notes = {finding.code for finding in found if finding.severity is Severity.NOTE}
    return Verdict(damage=frozenset({finding.code for finding in found} - notes), advice=frozenset(notes))


def _units(clean: Clean) -> Iterator[int]:
    """Numbers of the units at the places."""
    last = len(clean.units) - 1
    return (round(place * last) for place in PLACES)


def _offsets(clean: Clean, length: int, chance: random.Random) -> Iterator[int]:
    """Offsets at the places at which `length` bytes of sound follow, up to 64 bytes away from each."""
    start, end = clean.sound
    room = end - start - length
    for place in PLACES:
        yield start + min(room, max(0, round(place * room) + chance.randrange(-64, 64)))


def _without(data: bytes, start: int, end: int) -> bytes:
    return data[:start] + data[end:]


def _flipped(data: bytes, at: int, chance: random.Random) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _truncate(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    return (clean.data[:at] for at in _offsets(clean, 1, chance))


def _truncate_between(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    return (clean.data[: clean.units[number][0]] for number in _units(clean))


def _cut_out(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    return (_without(clean.data, at, at + CUT) for at in _offsets(clean, CUT, chance))


def _flip_sound(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    for number in _units(clean):
        start, end = clean.units[number]
        for _ in range(FLIPS):
            yield _flipped(clean.data, chance.randrange(start + clean.unit_head, end), chance)


def _flip_within(clean: Clean, spans: Sequence[Span], chance: random.Random) -> Iterator[bytes]:
    """Bits anywhere in these spans, the first of them and the last surely among them."""
    places = [at for start, end in spans for at in range(start, end)]
    for nth in range(len(PLACES) * FLIPS if places else 0):
        index = nth * len(places) // (len(PLACES) * FLIPS)
        yield _flipped(clean.data, places[index], chance)


def _flip_heads(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    return _flip_within(clean, clean.heads, chance)


def _flip_tags(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    return _flip_within(clean, clean.tags, chance)


def _zero(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    for at in _offsets(clean, ZEROED, chance):
        yield clean.data[:at] + bytes(ZEROED) + clean.data[at + ZEROED :]


def _drop(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    return (_without(clean.data, *clean.units[number]) for number in _units(clean))


def _swap(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    for number in _units(clean):
        one, other = clean.units[max(0, number - 1)], clean.units[max(1, number)]
        data = clean.data
        between = data[one[1] : other[0]]
        swapped = data[other[0] : other[1]] + between + data[one[0] : one[1]]
        yield data[: one[0]] + swapped + data[other[1] :]


def _append(clean: Clean, chance: random.Random) -> Iterator[bytes]:
    return (clean.data + chance.randbytes(JUNK) for _ in PLACES)


DAMAGES: Final[Mapping[str, Callable[[Clean, random.Random], Iterator[bytes]]]] = {
    "truncated": _truncate,
    "truncated between units": _truncate_between,
    "200 bytes cut out": _cut_out,
    "a bit flipped in the sound": _flip_sound,
    "a bit flipped in the headers": _flip_heads,
    "a bit flipped in a tag": _flip_tags,
    "4,096 bytes zeroed": _zero,
    "a unit left out": _drop,
    "two units swapped": _swap,
    "1,000 bytes appended": _append,
}
"""Every kind of damage, with what makes the damaged copies, in the order of the places."""


def cell(clean: Clean, damage: str, whole: Verdict, folder: Path) -> tuple[Cell, list[Verdict]]:
    """Do one kind of damage to one file; what came of it, and the verdict on each copy.

    Args:
        clean: the file.
        damage: of `DAMAGES`.
        whole: the verdict on the file before.
        folder: to write copies in.
    """
    chance = random.Random(f"{clean.name}, {damage}")
    copies = [copy for copy in DAMAGES[damage](clean, chance) if copy != clean.data]
    verdicts = [judge(copy, clean.suffix, folder) for copy in copies]
    found = [verdict.damage for verdict in verdicts if verdict.damage]
    advised = sum(not verdict.damage and bool(verdict.advice - whole.advice) for verdict in verdicts)
    told = Cell(damaged=len(copies), found=len(found), codes=_cover(found), advised=advised)
    return told, verdicts


def _cover(found: Sequence[frozenset[FindingCode]]) -> tuple[FindingCode, ...]:
    """As few codes as tell all, taken greedily."""
    codes: list[FindingCode] = []
    waiting = list(found)
    while waiting:
        counts = Counter(code for some in waiting for code in some)
        best = min(counts, key=lambda code: (-counts[code], code))
        codes.append(best)
        waiting = [some for some in waiting if best not in some]
    return tuple(codes)


def documented() -> dict[tuple[str, str], Cell]:
    """The cells as the table has them, by file and damage."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            (row["file"], row["damage"]): Cell(
                damaged=int(row["damaged"]),
                found=int(row["found"]),
                codes=tuple(map(FindingCode, row["codes"].split())),
                advised=int(row["advised"]),
            )
            for row in csv.DictReader(lines)
        }


def write_table() -> None:
    """Measure everything and write the table."""
    with tempfile.TemporaryDirectory() as folder, TABLE.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(COLUMNS)
        for name in FILES:
            clean = make(name)
            whole = judge(clean.data, clean.suffix, Path(folder))
            for damage in DAMAGES:
                told, _ = cell(clean, damage, whole, Path(folder))
                codes = " ".join(told.codes)
                rows.writerow([clean.name, damage, told.damaged, told.found, codes, told.advised])


if __name__ == "__main__":
    write_table()
