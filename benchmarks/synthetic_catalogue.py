"""A made-up source of the size and shape of the world's catalogue, as an import lies on disk.

Listens by rank follow the tiers of Luminate 2024; durations, credits, ISRCs and albums the published counts of
the release of December 2025. Names are words of several scripts, so that many are alike. Nothing here is
anybody's data.

Source: facts gathered for the design: 256,039,007 tracks, 15,430,442 artists, 58,590,982 releases.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from longplay.catalogue.sources.tables import SCHEMAS, SourceTable, stamped

TRACKS: Final = 256_039_007
ARTISTS: Final = 15_430_442
RELEASES: Final = 58_590_982
ISRC_SHARE: Final = 198 / 256
ARTISTS_PER_TRACK: Final = 1.36
LUMINATE: Final = 202_000_000
TIERS: Final = (
    (1, 3.137e9), (33, 1e9), (4_833, 1e8), (64_833, 1e7), (492_533, 1e6), (2_592_533, 1e5), (26_692_533, 1e3),
    (61_292_533, 101), (108_992_533, 11), (202_000_000, 0.4),
)  # fmt: skip
"""Recordings with at least so many streams a year: rank of the last of them, streams."""
MINUTES: Final = ((0, 60, 2.0), (60, 120, 11.4), (120, 180, 27.3), (180, 240, 31.7), (240, 300, 13.7),
                  (300, 360, 6.0), (360, 900, 7.9))  # fmt: skip
"""Seconds from and to, with the share of tracks in percent."""
DAY: Final = date(2026, 8, 1)
SOURCE: Final = "synthetic"

_CHUNK: Final = 4_000_000
_WORDS: Final = (
    *("love", "night", "heart", "fire", "dance", "light", "blue", "rain", "time", "home", "river", "song"),
    *("summer", "dream", "lost", "road", "gold", "city", "wild", "moon", "träume", "Über", "élan", "niño"),
    *("coração", "żal", "měsíc", "ночь", "свет", "дом", "река", "夜", "愛", "東京", "雨", "花", "사랑", "밤"),
    *("바람", "नदी", "गीत", "ليل", "حب"),
)

Integers = npt.NDArray[np.int64]
Naming = Callable[[Integers, int, int], pa.Array]
"""Numbers, a salt, about how many words: a name for each number."""


def mixed(numbers: Integers, salt: int) -> npt.NDArray[np.uint64]:
    """Well-mixed 64 bits of each number (the finaliser of MurmurHash 3)."""
    bits = numbers.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 & (2**64 - 1))
    for shift, factor in ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53), (33, 1)):
        bits ^= bits >> np.uint64(shift)
        bits *= np.uint64(factor)
    return bits


def uniform(numbers: Integers, salt: int) -> npt.NDArray[np.float64]:
    """A number from 0 up to 1, evenly spread, for each number."""
    return (mixed(numbers, salt) >> np.uint64(11)).astype(np.float64) / 2.0**53


def texts(prefix: str, numbers: Integers) -> pa.Array:
    """A source's own identifier for each number."""
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def names_of(numbers: Integers, salt: int, words: int) -> pa.Array:
    """Some words, and a number for one name in two."""
    vocabulary = pa.array(_WORDS)
    parts = [
        vocabulary.take(pa.array((mixed(numbers, salt + place) % np.uint64(len(_WORDS))).astype(np.int64)))
        for place in range(words)
    ]
    tail = (mixed(numbers, salt + 90) % np.uint64(100_000)).astype(np.int64)
    numbered = pc.if_else(pa.array(tail < 50_000), pa.array(tail).cast(pa.string()), "")
    return pc.binary_join_element_wise(*parts, numbered, " ")


def _lists(lengths: Integers, values: pa.Array) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _empty_lists(number: int) -> pa.Array:
    return _lists(np.zeros(number, np.int64), pa.array([], pa.string()))


class World:
    """A catalogue of a given number of tracks, the rest in proportion."""

    def __init__(self, tracks: int) -> None:
        self.tracks = tracks
        self.artists = max(1, round(tracks * ARTISTS / TRACKS))
        self.releases = max(1, round(tracks * RELEASES / TRACKS))
        step = int(tracks * 0.618) | 1
        while np.gcd(step, tracks) != 1:
            step += 2
        self._step = step

    def rank_of(self, numbers: Integers) -> Integers:
        """The place of a track by popularity, from 0: every place once, scattered over the file."""
        return (numbers * self._step) % self.tracks

    def listens_of(self, ranks: Integers) -> Integers:
        """Streams a year by place, along the tiers."""
        places = np.log([rank for rank, _ in TIERS])
        streams = np.log([number for _, number in TIERS])
        scaled = np.log(np.maximum(1.0, (ranks + 0.5) * LUMINATE / self.tracks))
        exact: npt.NDArray[np.float64] = np.exp(np.interp(scaled, places, streams))
        return np.floor(exact + uniform(ranks, 7)).astype(np.int64)

    def artist_of(self, numbers: Integers, salt: int) -> Integers:
        """An artist: a few have very many tracks."""
        return (self.artists * uniform(numbers, salt) ** 2.5).astype(np.int64)

    def durations_of(self, numbers: Integers) -> Integers:
        """Milliseconds, spikes at whole minutes included."""
        edges = np.cumsum([share for *_, share in MINUTES]) / 100
        which = np.searchsorted(edges, np.minimum(uniform(numbers, 3), edges[-1] - 1e-9))
        low = np.array([row[0] for row in MINUTES])[which]
        high = np.array([row[1] for row in MINUTES])[which]
        exact = (low + (high - low) * uniform(numbers, 4)) * 1_000
        spike = uniform(numbers, 5) < 0.01
        rounded = np.maximum(60_000, np.round(exact / 60_000) * 60_000)
        return np.maximum(1, np.where(spike, rounded, exact)).astype(np.int64)


def write(root: Path, tracks: int, naming: Naming = names_of) -> None:
    """The import of a world, where a build will find it; all names are of one making."""
    world = World(tracks)
    folder = root / "catalogue" / "imports" / "table-synthetic00000000"
    folder.mkdir(parents=True)
    rows = {
        SourceTable.ARTIST: _write(folder, SourceTable.ARTIST, _artists(world, naming)),
        SourceTable.RELEASE: _write(folder, SourceTable.RELEASE, _releases(world, naming)),
        SourceTable.RECORDING: _write(folder, SourceTable.RECORDING, _recordings(world, naming)),
        SourceTable.TRACK: _write(folder, SourceTable.TRACK, _tracks(world)),
        SourceTable.PLAYS: _write(folder, SourceTable.PLAYS, _plays(world)),
    }
    manifest = {
        "id": folder.name, "kind": "table", "source": SOURCE, "name": "synthetic", "size": 0,
        "sha256": hashlib.sha256(str(tracks).encode()).hexdigest(), "as_of": DAY.isoformat(),
        "records": sum(rows.values()),
        "rows": {table.value: number for table, number in rows.items()}, "rejected": 0, "broken": None,
        "licences": {table.value: "CC0-1.0" for table in rows},
    }  # fmt: skip
    (folder / "import.json").write_text(json.dumps(manifest))


def _write(folder: Path, table: SourceTable, parts: Iterator[dict[str, pa.Array]]) -> int:
    schema = stamped(SCHEMAS[table])
    rows = 0
    for number, part in enumerate(parts, 1):
        length = len(next(iter(part.values())))
        columns = []
        for field in SCHEMAS[table]:
            missing = _empty_lists(length) if pa.types.is_list(field.type) else pa.nulls(length, field.type)
            columns.append(part.get(field.name, missing).cast(field.type))
        columns += [pa.repeat(pa.scalar(SOURCE), length), pa.repeat(pa.scalar(DAY, pa.date32()), length)]
        pq.write_table(
            pa.table(columns, schema=schema), folder / f"{table.value}-{number:06d}.parquet", compression="zstd"
        )
        rows += length
    return rows


def _chunks(total: int) -> Iterator[Integers]:
    for begin in range(0, total, _CHUNK):
        yield np.arange(begin, min(total, begin + _CHUNK), dtype=np.int64)


def _artists(world: World, naming: Naming) -> Iterator[dict[str, pa.Array]]:
    for numbers in _chunks(world.artists):
        yield {"id": texts("a", numbers), "name": naming(numbers, 100, 2)}


def _releases(world: World, naming: Naming) -> Iterator[dict[str, pa.Array]]:
    for numbers in _chunks(world.releases):
        artists = world.artist_of(numbers, 200)
        recent = uniform(numbers, 201) < 0.765
        years = np.where(recent, 2020 + 6 * uniform(numbers, 202), 1963 + 57 * uniform(numbers, 203)).astype(
            np.int64
        )
        yield {
            "id": texts("l", numbers),
            "title": naming(numbers, 210, 2),
            "artist_credit": naming(artists, 100, 2),
            "artist_ids": _lists(np.ones(len(numbers), np.int64), texts("a", artists)),
            "date": pa.array(years).cast(pa.string()),
        }


def _release_of(world: World, numbers: Integers) -> Integers:
    return (numbers * world.releases // world.tracks).astype(np.int64)


def _recordings(world: World, naming: Naming) -> Iterator[dict[str, pa.Array]]:
    for numbers in _chunks(world.tracks):
        first = world.artist_of(_release_of(world, numbers), 200)
        is_two = uniform(numbers, 300) < ARTISTS_PER_TRACK - 1
        lengths = 1 + is_two.astype(np.int64)
        artists = np.repeat(first, lengths)
        artists[np.cumsum(lengths)[is_two] - 1] = world.artist_of(numbers[is_two], 301)
        has_code = uniform(numbers, 302) < ISRC_SHARE
        shared = (numbers * 186 // 198)[has_code]
        codes = pc.binary_join_element_wise("SEXX", pa.array(shared).cast(pa.string()), "")
        yield {
            "id": texts("r", numbers),
            "title": naming(numbers, 310, 3),
            "artist_credit": naming(first, 100, 2),
            "artist_ids": _lists(lengths, texts("a", artists)),
            "duration_ms": pa.array(world.durations_of(numbers)),
            "isrcs": _lists(has_code.astype(np.int64), codes),
        }


def _tracks(world: World) -> Iterator[dict[str, pa.Array]]:
    for numbers in _chunks(world.tracks):
        releases = _release_of(world, numbers)
        begins = -(-releases * world.tracks // world.releases)
        yield {
            "release_id": texts("l", releases),
            "recording_id": texts("r", numbers),
            "medium": pa.array(np.ones(len(numbers), np.int16)),
            "position": pa.array((numbers - begins + 1).clip(1).astype(np.int16)),
        }


def _plays(world: World) -> Iterator[dict[str, pa.Array]]:
    for numbers in _chunks(world.tracks):
        listens = world.listens_of(world.rank_of(numbers))
        heard = listens > 0
        months = 202_601 + (mixed(numbers[heard], 400) % np.uint64(7)).astype(np.int64)
        yield {
            "recording_id": texts("r", numbers[heard]),
            "month": pa.array(months),
            "listens": pa.array(listens[heard]),
        }


def size_of(folder: Path) -> int:
    """Bytes below a folder."""
    return sum((Path(place) / name).lstat().st_size for place, _, names in os.walk(folder) for name in names)
