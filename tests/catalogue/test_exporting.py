"""Exports: every form holds the same rows, only what the licence lets out, and never who listened."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard

from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.exporting import Exported, ExportForm, ExportWanted, export
from longplay.catalogue.snapshot_tables import TABLES, SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.errors import UsageError
from longplay.progress import Silent
from made_sources import build, take

MBID = "11111111-1111-4111-8111-{:012d}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An open source, one whose genres are not open, one without a known licence; they share one recording."""
    folder = tmp_path / "archive"
    folder.mkdir()
    licences = {"recording": "CC0-1.0", "artist": "CC0-1.0", "recording.genres": "CC-BY-NC-SA-3.0"}
    songs = [
        (
            "recording",
            {
                "id": MBID.format(n),
                "title": f"Song {n}",
                "artist_credit": "Ada",
                "duration_ms": 200_000,
                "artist_ids": [MBID.format(100)],
                "genres": ["rock"],
            },
        )
        for n in range(1, 41)
    ]
    take(
        folder, "musicbrainz", [("artist", {"id": MBID.format(100), "name": "Ada"}), *songs], licences=licences
    )
    secret = [
        ("recording", {"id": "x", "title": "Secret", "artist_credit": "Ada"}),
        ("recording", {"id": "y", "title": "Song 1", "artist_credit": "Ada", "duration_ms": 200_500}),
    ]
    take(folder, "deals", secret)
    heard = [
        ("listen", {"user": "u", "at": 1_782_000_000 + n, "artist": "Ada", "title": f"Song {n}"})
        for n in range(2, 9)
    ]
    take(folder, "listenbrainz", heard, licences={"listen": "CC0-1.0"})
    build(folder)
    return folder


def exported(root: Path, out: Path, form: str = "parquet", **wanted: Any) -> Exported:
    snapshots = Snapshots(root)
    asked = ExportWanted(form=ExportForm(form), **wanted)
    with connected(root, Limits(memory_gb=1.0, threads=2)) as connection:
        return export(connection, snapshots, snapshots.get(), asked, out=out, progress=Silent())


def rows_of(out: Path, table: str) -> list[dict[str, Any]]:
    return duckdb.read_parquet(str(out / f"{table}.parquet")).to_arrow_table().to_pylist()


def test_all_forms_hold_the_same_rows(root: Path, tmp_path: Path) -> None:
    done = {form: exported(root, tmp_path / form, form) for form in ("parquet", "jsonl", "sqlite")}
    assert done["parquet"].rows == done["jsonl"].rows == done["sqlite"].rows
    database = sqlite3.connect(tmp_path / "sqlite" / "catalogue.sqlite")
    for table, number in done["parquet"].rows.items():
        packed = (tmp_path / "jsonl" / f"{table.value}.jsonl.zst").read_bytes()
        lines = zstandard.ZstdDecompressor().stream_reader(packed).read().splitlines()
        ours = [tuple(json.loads(line).values()) for line in lines]
        theirs = database.execute(f"SELECT * FROM {table.value}").fetchall()
        assert len(ours) == len(theirs) == len(rows_of(tmp_path / "parquet", table.value)) == number
        if table is not SnapshotTable.ARTIST:  # its aliases are a list, which SQLite has not
            assert ours == theirs
    database.close()


def test_who_listened_is_in_no_export(root: Path, tmp_path: Path) -> None:
    done = exported(root, tmp_path / "out")
    assert set(TABLES) - set(done.rows) == {SnapshotTable.LISTENER}
    assert not (tmp_path / "out" / "listener.parquet").exists()


def test_a_licence_lets_out_only_rows_of_sources_under_it(root: Path, tmp_path: Path) -> None:
    done = exported(root, tmp_path / "out", licences=frozenset(["CC0-1.0"]))
    titles = {row["title"] for row in rows_of(tmp_path / "out", "recording")}
    assert titles == {f"Song {n}" for n in range(2, 41)}  # Song 1 is also of a source without a known licence
    assert rows_of(tmp_path / "out", "genre") == []
    assert rows_of(tmp_path / "out", "evidence") == []
    assert {row["name"] for row in rows_of(tmp_path / "out", "artist")} == {"Ada"}
    assert [source.name for source in done.sources] == ["musicbrainz", "listenbrainz"]


def test_counts_that_add_up_what_stays_here_are_left_out(root: Path, tmp_path: Path) -> None:
    exported(root, tmp_path / "open", licences=frozenset(["CC0-1.0"]))
    exported(root, tmp_path / "all")
    assert {row["listens"] for row in rows_of(tmp_path / "open", "recording")} == {None}
    assert {row["listens"] for row in rows_of(tmp_path / "all", "recording")} == {0, 1}
    assert sum(row["listens"] for row in rows_of(tmp_path / "open", "listens")) == 7


def test_genres_go_out_under_their_own_licence(root: Path, tmp_path: Path) -> None:
    exported(root, tmp_path / "out", licences=frozenset(["CC0-1.0", "CC-BY-NC-SA-3.0"]))
    assert {row["genre"] for row in rows_of(tmp_path / "out", "genre")} == {"rock"}


def test_the_head_and_a_sample_take_with_them_what_belongs_to_them(root: Path, tmp_path: Path) -> None:
    head = exported(root, tmp_path / "head", top=5)
    assert head.rows[SnapshotTable.RECORDING] == 5
    assert {row["recording"] for row in rows_of(tmp_path / "head", "credit")} <= set(range(1, 6))
    some = exported(root, tmp_path / "some", percent=50)
    again = exported(root, tmp_path / "again", percent=50)
    assert 5 < some.rows[SnapshotTable.RECORDING] < 36
    assert some.sha256 == again.sha256


def test_an_export_never_goes_into_a_folder_that_is_there(root: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError, match="exists"):
        exported(root, tmp_path / "out")


def test_a_table_of_somebody_else_under_a_source_s_name_is_not_under_its_licence(tmp_path: Path) -> None:
    songs = [("recording", {"id": MBID.format(n), "title": f"Song {n}"}) for n in (1, 2)]
    take(tmp_path, "musicbrainz", songs[:1], licences={"recording": "CC0-1.0"})
    take(tmp_path, "musicbrainz", songs[1:])
    build(tmp_path)
    done = exported(tmp_path, tmp_path / "out", licences=frozenset(["CC0-1.0"]))
    assert (done.rows[SnapshotTable.RECORDING], done.sources) == (0, ())


def test_a_year_that_only_another_source_states_stays_here(tmp_path: Path) -> None:
    """The release is known to two sources; only the one without a known licence dates it."""
    album = {"title": "Album", "barcode": "5016958035921"}
    rows = [
        ("recording", {"id": MBID.format(1), "title": "Song"}),
        ("release", {"id": MBID.format(2), **album}),
        ("track", {"release_id": MBID.format(2), "recording_id": MBID.format(1), "medium": 1, "position": 1}),
    ]
    take(tmp_path, "musicbrainz", rows, licences=dict.fromkeys(("recording", "release", "track"), "CC0-1.0"))
    take(tmp_path, "deals", [("release", {"id": "r", "date": "1999", **album})])
    build(tmp_path)
    exported(tmp_path, tmp_path / "open", licences=frozenset(["CC0-1.0"]))
    exported(tmp_path, tmp_path / "all")
    years = {name: [row["year"] for row in rows_of(tmp_path / name, "recording")] for name in ("open", "all")}
    assert years == {"open": [None], "all": [1999]}
