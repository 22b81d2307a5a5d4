"""Taking a snapshot out: the whole of it, its head, or a sample, as Parquet, JSON lines or SQLite.

What a licence was asked for leaves out every row to which a source under another licence, or under none that is
known, has contributed. Who listened to what never leaves the archive.

Source: docs/guides/catalogue-of-the-world.md, "Take it out".
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import zstandard

from longplay.catalogue.engine import quoted
from longplay.catalogue.snapshot_tables import PRIVATE, TABLES, Column, SnapshotTable
from longplay.catalogue.snapshots import Snapshot, Snapshots, SourceSeen
from longplay.errors import UsageError
from longplay.progress import Progress
from longplay.store.failures import storing
from longplay.store.local import sync_folder, write_durably

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

MANIFEST: Final = "manifest.json"
_ROWS: Final = 50_000
_SQLITE_TYPES: Final = {"VARCHAR": "TEXT", "UUID": "TEXT", "DATE": "TEXT", "VARCHAR[]": "TEXT"}


class ExportForm(StrEnum):
    """What an export is made of."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    SQLITE = "sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWanted:
    """What somebody wants to take out.

    Attributes:
        form: of the files.
        top: only so many recordings, the most listened, with what belongs to them; `None`: all.
        percent: only this share of the recordings, 1 to 100, the same ones in every snapshot; `None`: all.
        licences: of the data, SPDX ids; empty: whatever is there, for use at home.
    """

    form: ExportForm
    top: int | None = None
    percent: int | None = None
    licences: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was taken out. Its JSON form is the export's `manifest.json`.

    Attributes:
        snapshot: its number.
        made_of: as in the snapshot.
        licences: that were asked for; empty: none was, and what is there may not be passed on as it is.
        sources: that contributed, with their days and licences.
        rows: by table.
        sha256: by file.
    """

    snapshot: int
    made_of: str
    licences: tuple[str, ...]
    sources: tuple[SourceSeen, ...]
    rows: dict[SnapshotTable, int]
    sha256: dict[str, str]


def export(
    connection: "DuckDBPyConnection",
    snapshots: Snapshots,
    snapshot: Snapshot,
    wanted: ExportWanted,
    *,
    out: Path,
    progress: Progress,
) -> Exported:
    """Write an export into a new folder, whole or not at all.

    Args:
        connection: of `engine.connected`.
        snapshots: the archive's.
        snapshot: which.
        wanted: what of it.
        out: the folder; must not exist.
        progress: advances by tables.

    Raises:
        UsageError: the folder exists.
        StorageError: something could not be written.
    """
    if out.exists():
        raise UsageError(f"{out} exists: name a folder that does not")
    unfinished = out.with_name(f".{out.name}.unfinished")
    with storing(unfinished):
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
    progress.begin("Exporting", files=len(TABLES) - len(PRIVATE))
    try:
        _select(connection, snapshots, snapshot, wanted)
        rows = _written(connection, wanted.form, unfinished, progress)
    finally:
        progress.end()
    done = Exported(
        snapshot=snapshot.number,
        made_of=snapshot.made_of,
        licences=tuple(sorted(wanted.licences)),
        sources=tuple(snapshot.sources[place] for place in sorted(_allowed(snapshot, wanted, None))),
        rows=rows,
        sha256=_digests(unfinished),
    )
    write_durably(unfinished / MANIFEST, msgspec.json.format(msgspec.json.encode(done)))
    with storing(out):
        unfinished.rename(out)
        sync_folder(out.parent)
    return done


def _allowed(snapshot: Snapshot, wanted: ExportWanted, column: str | None) -> set[int]:
    """Places of the sources whose data, or whose data of one column of theirs, may go out."""
    if not wanted.licences:
        return set(range(len(snapshot.sources)))
    return {
        place
        for place, source in enumerate(snapshot.sources)
        if _is_under(source.licences, column, wanted.licences)
    }


def _is_under(licences: Mapping[str, tuple[str, ...]], column: str | None, wanted: frozenset[str]) -> bool:
    """Whether a source's data are under the licences; `None`: all of its tables, columns of their own apart."""
    if column is not None:
        stated = [licences.get(column) or licences.get(column.partition(".")[0], ())]
    else:
        stated = [of_table for name, of_table in licences.items() if "." not in name]
    return bool(stated) and all(one and set(one) <= wanted for one in stated)


def _select(
    connection: "DuckDBPyConnection", snapshots: Snapshots, snapshot: Snapshot, wanted: ExportWanted
) -> None:
    """A view of each table, called as the table is: only what goes out."""
    paths = {table: quoted(snapshots.table(snapshot.number, table)) for table in TABLES}
    whole = sum(1 << place for place in _allowed(snapshot, wanted, None))
    genres = sorted(_allowed(snapshot, wanted, "recording.genres"))
    places = f"{sorted(_allowed(snapshot, wanted, None))}::UTINYINT[]"
    counts_go = whole == (1 << len(snapshot.sources)) - 1
    some = ["true"]
    if wanted.top is not None:
        some.append(f"rank <= {int(wanted.top)}")
    if wanted.percent is not None:
        some.append(
            f"CAST('0x' || left(md5(CAST(id AS VARCHAR)), 8) AS UINTEGER) % 100 < {int(wanted.percent)}"
        )
    only = f"(sources & {whole}::UBIGINT) = sources"
    # counts add up listens of all sources, also of those that do not go out
    listening = "" if counts_go else "REPLACE (NULL AS listens, NULL AS weighted)"
    # the year may be that of a release, under another source than the recording's own
    replaced = [f"CASE WHEN list_contains({places}, year_source) THEN year END AS year"]
    if not counts_go:
        replaced += [f"NULL AS {name}" for name in ("listens", "listeners", "weighted", "score")]
    connection.execute(
        f"CREATE VIEW recording AS SELECT * REPLACE ({', '.join(replaced)}) "
        f"FROM read_parquet({paths[SnapshotTable.RECORDING]}) "
        f"WHERE {' AND '.join(some)} AND {only}"
    )
    _keep(connection, "recording", "SELECT rank FROM recording")
    kept = "recording IN (FROM kept_recording)"
    views = {
        SnapshotTable.TRACK: f"SELECT * FROM {{}} WHERE {kept} AND release IN "
        f"(SELECT rank FROM read_parquet({paths[SnapshotTable.RELEASE]}) WHERE {only})",
        SnapshotTable.CREDIT: f"SELECT * FROM {{}} WHERE {kept} AND artist IN "
        f"(SELECT rank FROM read_parquet({paths[SnapshotTable.ARTIST]}) WHERE {only})",
        SnapshotTable.RELEASE: f"SELECT * {listening} FROM {{}} WHERE {only} AND rank IN (FROM kept_release)",
        SnapshotTable.ARTIST: f"SELECT * {listening} FROM {{}} WHERE {only} AND rank IN (FROM kept_artist)",
        SnapshotTable.IDENTIFIER: "SELECT * FROM {} WHERE ("
        "kind = 'recording' AND entity IN (FROM kept_recording)"
        " OR kind = 'release' AND entity IN (FROM kept_release)"
        " OR kind = 'artist' AND entity IN (FROM kept_artist))"
        f" AND list_contains({places}, source)",
        SnapshotTable.LISTENS: f"SELECT * FROM {{}} WHERE {kept} AND list_contains({places}, source)",
        SnapshotTable.GENRE: f"SELECT * FROM {{}} WHERE {kept} AND list_contains({genres}::UTINYINT[], source)",
        SnapshotTable.EVIDENCE: "SELECT * FROM {} WHERE " + ("true" if counts_go else "false"),
    }
    for table, text in views.items():
        source = f"read_parquet({paths[table]})"
        connection.execute(f"CREATE VIEW {table.value} AS {text.format(source)}")
        if table is SnapshotTable.TRACK:
            _keep(connection, "release", "SELECT DISTINCT release FROM track")
        elif table is SnapshotTable.CREDIT:
            _keep(connection, "artist", "SELECT DISTINCT artist FROM credit")


def _keep(connection: "DuckDBPyConnection", kind: str, ranks: str) -> None:
    """What goes out of a kind, found once: each view of a view would look for it again."""
    connection.execute(f"CREATE TEMP TABLE kept_{kind} AS {ranks}")


def _written(
    connection: "DuckDBPyConnection", form: ExportForm, folder: Path, progress: Progress
) -> dict[SnapshotTable, int]:
    rows = {}
    for table in (one for one in TABLES if one not in PRIVATE):
        match form:
            case ExportForm.PARQUET:
                target = quoted(folder / f"{table.value}.parquet")
                connection.execute(f"COPY (FROM {table.value}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
            case ExportForm.JSONL:
                _write_lines(connection, table, folder / f"{table.value}.jsonl.zst")
            case ExportForm.SQLITE:
                _write_sqlite(connection, table, folder / "catalogue.sqlite")
        rows[table] = int(connection.execute(f"SELECT count(*) FROM {table.value}").fetchall()[0][0])
        progress.advance(files=1)
    return rows


def _pages(
    connection: "DuckDBPyConnection", table: SnapshotTable, columns: Sequence[Column]
) -> Iterator[list[tuple[object, ...]]]:
    """Rows of a table some thousand at a time, values as JSON and SQLite hold them."""
    as_text = {"UUID", "DATE"}
    names = [f"CAST({one.name} AS VARCHAR)" if one.type in as_text else one.name for one in columns]
    found = connection.execute(f"SELECT {', '.join(names)} FROM {table.value}")
    while page := found.fetchmany(_ROWS):
        yield page


def _write_lines(connection: "DuckDBPyConnection", table: SnapshotTable, target: Path) -> None:
    columns = TABLES[table]
    names = [one.name for one in columns]
    encoder = msgspec.json.Encoder()
    with (
        storing(target),
        target.open("wb") as file,
        zstandard.ZstdCompressor(level=6).stream_writer(file) as packed,
    ):
        for page in _pages(connection, table, columns):
            lines = (encoder.encode(dict(zip(names, row, strict=True))) for row in page)
            packed.write(b"\n".join(lines) + b"\n")


def _write_sqlite(connection: "DuckDBPyConnection", table: SnapshotTable, target: Path) -> None:
    columns = TABLES[table]
    kinds = ", ".join(f"{one.name} {_SQLITE_TYPES.get(one.type, 'INTEGER')}" for one in columns)
    marks = ", ".join("?" for _ in columns)
    with storing(target):
        database = sqlite3.connect(target)
        try:
            database.execute(f"CREATE TABLE {table.value} ({kinds})")
            for page in _pages(connection, table, columns):
                values = ([_plain(value) for value in row] for row in page)
                database.executemany(f"INSERT INTO {table.value} VALUES ({marks})", values)
            if columns[0].name == "rank":
                database.execute(f"CREATE UNIQUE INDEX {table.value}_by_rank ON {table.value} (rank)")
            database.commit()
        finally:
            database.close()


def _plain(value: object) -> object:
    """A list as JSON text: SQLite has no lists."""
    return msgspec.json.encode(value).decode() if isinstance(value, list) else value


def _digests(folder: Path) -> dict[str, str]:
    digests = {}
    for path in sorted(folder.iterdir()):
        with storing(path), path.open("rb") as file:
            digests[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests
