"""Importers against DuckDB's own reader of the same file, both writing what they read as Parquet.

DuckDB reads CSV, JSON lines and Parquet; of other forms there is no such reader. It is given the names of the
columns it shall read and nothing else; the importers check, normalise, hash the file and keep rejects besides.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from benchmarks.harness import Row, medians, table, wall_of
from benchmarks.synthetic_catalogue import World, names_of, size_of, texts
from longplay.catalogue.engine import Limits, connected, quoted
from longplay.catalogue.importers.kinds import importer_of
from longplay.catalogue.importers.table import importer as table_importer
from longplay.catalogue.sources.importer import Importer
from longplay.catalogue.sources.importing import Importing
from longplay.catalogue.sources.imports import Imports
from longplay.progress import Silent

MBID: Final = "00000000-0000-4000-8000-{:012d}"
MAPPING: Final = """
source = "measured"
table = "recording"
[columns]
id = "id"
title = "title"
artist_credit = "artist"
duration_ms = "duration_ms"
"""
TABLE_COLUMNS: Final = "id, title, artist, duration_ms"


def main(rows: int = 500_000) -> str:
    """The table of this benchmark."""
    with tempfile.TemporaryDirectory(prefix="longplay-bench-", dir=".") as folder:
        root = Path(folder)
        names = _table(rows)
        measured = [
            _row(
                root, "table: CSV", _as_csv(root, names), table_importer(MAPPING, name="mapping"), TABLE_COLUMNS
            ),
            _row(
                root,
                "table: Parquet",
                _as_parquet(root, names),
                table_importer(MAPPING, name="mapping"),
                TABLE_COLUMNS,
            ),
            _row(
                root,
                "table: JSON lines",
                _as_lines(root, names),
                table_importer(MAPPING, name="mapping"),
                TABLE_COLUMNS,
            ),
            _row(
                root,
                "listenbrainz: JSON lines of a listens dump",
                _as_listens(root, names),
                importer_of("listenbrainz"),
                "user_id, timestamp, track_metadata.artist_name, track_metadata.track_name, "
                "track_metadata.release_name",
            ),
            _row(
                root,
                "musicbrainz: JSON lines of a dump, one release of ten tracks a line",
                _as_releases(root, names),
                importer_of("musicbrainz"),
                'id, title, date, "artist-credit", media',
            ),
        ]
    return table(
        "Importing",
        f"synthetic, {rows:,} recordings or listens in each file",
        f"python -m benchmarks.importing --rows {rows}",
        measured,
    )


def _row(root: Path, what: str, path: Path, importer: Importer, columns: str) -> Row:
    """One file through both; each run starts with nothing imported."""
    size = size_of(path.parent) if path.is_dir() else path.stat().st_size

    def ours() -> float:
        with tempfile.TemporaryDirectory(dir=root) as archive:
            use = Importing(imports=Imports(Path(archive)), importer=importer)
            (Path(archive) / "catalogue").mkdir()
            return wall_of(lambda: use.take(path, as_of=date(2026, 8, 1), progress=Silent()))

    reader = {".csv": "read_csv", ".parquet": "read_parquet"}.get(path.suffix, "read_json")

    def theirs() -> float:
        with (
            tempfile.TemporaryDirectory(dir=root) as scratch,
            connected(Path(scratch), Limits(memory_gb=4.0, threads=2)) as connection,
        ):
            target = quoted(Path(scratch) / "read.parquet")
            read = f"SELECT {columns} FROM {reader}({quoted(path)})"
            text = f"COPY ({read}) TO {target} (FORMAT parquet, COMPRESSION zstd)"
            return wall_of(lambda: connection.execute(text))

    mine, other = medians(ours, theirs, repeats=3)
    return Row(
        what=what,
        figure=f"{mine:.2f} s, {size / 1e6 / mine:.0f} MB/s",
        peer=f"DuckDB {other:.2f} s, {size / 1e6 / other:.0f} MB/s",
        ratio=f"{other / mine:.2f}",
        target=">= 0.5",
    )


def _table(rows: int) -> pa.Table:
    import numpy as np

    numbers = np.arange(rows, dtype=np.int64)
    world = World(rows)
    return pa.table(
        {
            "id": texts("r", numbers),
            "title": names_of(numbers, 310, 3),
            "artist": names_of(world.artist_of(numbers, 200), 100, 2),
            "duration_ms": pa.array(world.durations_of(numbers)),
        }
    )


def _as_csv(root: Path, names: pa.Table) -> Path:
    path = root / "names.csv"
    csv.write_csv(names, path)
    return path


def _as_parquet(root: Path, names: pa.Table) -> Path:
    path = root / "names.parquet"
    pq.write_table(names, path, compression="zstd")
    return path


def _as_lines(root: Path, names: pa.Table) -> Path:
    return _written(root / "names.jsonl", iter(names.to_pylist()))


def _as_listens(root: Path, names: pa.Table) -> Path:
    return _written(
        root / "6.listens",
        (
            {
                "user_id": place % 1_000,
                "user_name": f"user {place % 1_000}",
                "timestamp": 1_780_000_000 + place,
                "track_metadata": {
                    "artist_name": row["artist"],
                    "track_name": row["title"],
                    "release_name": "Album",
                    "additional_info": {"listening_from": "nowhere"},
                },
                "recording_msid": f"msid {place}",
            }
            for place, row in enumerate(names.to_pylist())
        ),
    )


def _as_releases(root: Path, names: pa.Table) -> Path:
    """As `mbdump/release` has them, in a folder of that name."""
    (root / "mbdump").mkdir()
    rows = names.to_pylist()
    return _written(
        root / "mbdump" / "release", (_release(at, rows[at : at + 10]) for at in range(0, len(rows), 10))
    )


def _release(at: int, rows: list[dict[str, object]]) -> dict[str, object]:
    artist = {"id": MBID.format(at % 1_000), "name": rows[0]["artist"], "sort-name": rows[0]["artist"]}
    credit = [{"name": artist["name"], "joinphrase": "", "artist": artist}]
    tracks = [
        {
            "id": f"t{at + place}",
            "position": place,
            "number": str(place),
            "title": row["title"],
            "length": row["duration_ms"],
            "recording": {
                "id": MBID.format(at + place),
                "title": row["title"],
                "length": row["duration_ms"],
                "artist-credit": credit,
            },
        }
        for place, row in enumerate(rows, 1)
    ]
    return {
        "id": MBID.format(500_000_000 + at),
        "title": rows[0]["title"],
        "date": "1997-09-22",
        "country": "XE",
        "barcode": "5016958035921",
        "artist-credit": credit,
        "release-group": {"id": MBID.format(600_000_000 + at), "title": rows[0]["title"]},
        "media": [{"position": 1, "format": "CD", "tracks": tracks}],
    }


def _written(path: Path, records: Iterator[dict[str, object]]) -> Path:
    with path.open("wb") as out:
        for record in records:
            out.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    print(main(parser.parse_args().rows))
