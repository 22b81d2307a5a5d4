"""The serving table: every id, identifier and rank gives what the snapshot says; killed, it is made again."""

import json
import uuid
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from indexed import LIMITS, catalogue, mbid, plays, recording, serving

from longplay.catalogue import entity_rows
from longplay.catalogue import serving as serving_module
from longplay.catalogue.engine import connected
from longplay.catalogue.entities import KINDS, EntityKind, Place
from longplay.catalogue.keys import KEY_SIZE, KeyFile, identifier_key
from longplay.catalogue.serving import Serving, serving_folder
from longplay.catalogue.snapshots import Snapshots
from longplay.errors import StorageError
from made_sources import Row, build, take

ROWS: list[Row] = [
    ("artist", {"id": mbid(900), "name": "Björk", "sort_name": "Bjork", "aliases": ["ビョーク"],
                "country": "IS"}),
    ("artist", {"id": mbid(901), "name": "Nobody"}),
    ("release", {"id": mbid(800), "title": "Homogenic", "artist_credit": "Björk", "artist_ids": [mbid(900)],
                 "date": "1997-09-22", "country": "GB", "barcode": "5016958035921"}),
    *(
        recording(number, f"Song {number}", "Björk", artist_ids=[mbid(900)], isrcs=[f"GBAYE97{number:05d}"],
                  duration_ms=200_000 + number)
        for number in range(1, 30)
    ),
    recording(30, "Unknown"),
    *(plays(number, 100 - number) for number in range(1, 20)),
    ("track", {"release_id": mbid(800), "recording_id": mbid(3), "medium": 1, "position": 2}),
]  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return catalogue(tmp_path_factory.mktemp("served") / "archive", ROWS)


@pytest.fixture(scope="module")
def table(root: Path) -> Serving:
    return serving(root)


def test_every_row_of_the_snapshot_is_found_by_rank_and_by_id(root: Path, table: Serving) -> None:
    for kind in KINDS:
        path = Snapshots(root).table(1, kind.table)
        rows = duckdb.read_parquet(str(path)).to_arrow_table().to_pylist()
        assert table.count(kind) == len(rows)
        assert list(table.between(kind, 0, 10**9)) == [table.get(str(row["id"])) for row in rows]
        for row in rows:
            entity = table.at(Place(kind, row["rank"]))
            assert entity is not None
            assert entity == table.get(str(row["id"]).upper())
            assert (entity.place, entity.id) == (Place(kind, row["rank"]), str(row["id"]))
            assert entity.title == row.get("title", row.get("name"))
            assert (entity.artist, entity.year) == (row.get("artist_credit"), row.get("year"))
            assert (entity.duration_ms, entity.country) == (row.get("duration_ms"), row.get("country"))
            assert (entity.listens, entity.weighted) == (row["listens"], row["weighted"])
            assert table.names(entity.place) == (entity.title, entity.artist, entity.aliases)


def test_every_identifier_of_the_snapshot_names_what_it_says(root: Path, table: Serving) -> None:
    path = Snapshots(root).table(1, serving_module.SnapshotTable.IDENTIFIER)
    rows = duckdb.read_parquet(str(path)).to_arrow_table().to_pylist()
    assert len(rows) > 60
    for row in rows:
        found = table.by_identifier(row["scheme"], row["value"])
        assert Place(EntityKind(row["kind"]), row["entity"]) in [one.place for one in found]
    (named,) = table.by_identifier("barcode", "5016958035921")
    assert (named.title, named.year) == ("Homogenic", 1997)


def test_what_is_not_there_is_not_found(table: Serving) -> None:
    assert table.get(str(uuid.UUID(int=5))) is None
    assert table.get(f"{mbid(3)[:-1]}f") is None  # shares the bytes that are sorted by
    assert table.get("Björk") is None
    assert table.get("") is None
    assert table.by_identifier("isrc", "GBAYE9799999") == []
    assert table.by_identifier("", "") == []
    for rank in (0, 31, -1, 2**40):
        assert table.at(Place(EntityKind.RECORDING, rank)) is None


@pytest.mark.parametrize("head", [6, 12, 30, 36])
def test_ranks_are_found_across_batches_of_head_and_tail(
    head: int, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"BATCH_ROWS": 6, "HEAD_ROWS": head, "TAIL_BATCH_ROWS": 3, "UNPACKED": 2}
    for name, rows in sizes.items():
        monkeypatch.setattr(entity_rows, name, rows)
    parquet = Snapshots(root).table(1, EntityKind.RECORDING.table)
    entity_rows.write_rows(parquet, EntityKind.RECORDING, tmp_path)
    table = entity_rows.opened_rows(tmp_path, EntityKind.RECORDING)
    titles = pq.read_table(parquet, columns=["title"])["title"].to_pylist()
    assert table.rows == len(titles) == 30
    assert [table.text(at, 1) for at in range(30)] == titles
    for begin, end in ((0, 30), (5, 23), (13, 14), (29, 30), (7, 7)):
        assert [values[1] for values in table.slice(begin, end)] == titles[begin:end]
        assert [table.row(at)[1] for at in range(begin, end)] == titles[begin:end]
    assert table.text(29, 2) is None


KEYS = st.binary(min_size=KEY_SIZE, max_size=KEY_SIZE)


@given(keys=st.lists(KEYS, max_size=40), other=KEYS)
def test_keys_are_found_wherever_they_lie(
    keys: list[bytes], other: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Evenly spread, bunched at an end, repeated: the guess of where a key lies must never lead astray."""
    skewed = [b"\xff" * 11 + key[:1] for key in keys] + [b"\0" * 11 + key[:1] for key in keys]
    for some in (keys, skewed, keys * 3):
        listed = sorted(enumerate(some, 1), key=lambda pair: (pair[1], pair[0]))
        path = tmp_path_factory.mktemp("keys") / "ids.keys"
        path.write_bytes(b"".join(key + (2 << 30 | rank).to_bytes(4, "little") for rank, key in listed))
        file = KeyFile(path)
        assert len(file) == len(some)
        for wanted in (*some, other):
            ranks = [rank for rank, key in listed if key == wanted]
            assert list(file.places(wanted)) == [Place(EntityKind.RECORDING, rank) for rank in ranks]


def test_keys_of_identifiers_are_made_alike_in_sql(tmp_path: Path) -> None:
    values = ["GBAYE0601477", "", "a:b", "ёлка", "x" * 300]
    rows = "SELECT 'recording' AS kind, 1 AS entity, 's' AS scheme, unnest($v) AS value"
    duckdb.sql(rows, params={"v": values}).write_parquet(str(tmp_path / "identifier.parquet"))
    with connected(tmp_path, LIMITS) as connection:
        serving_module.write_keys(
            connection, "serving_identifiers", tmp_path / "k", identifier=str(tmp_path / "identifier.parquet")
        )
    file = KeyFile(tmp_path / "k")
    for value in values:
        assert list(file.places(identifier_key("s", value))) == [Place(EntityKind.RECORDING, 1)]


def test_a_catalogue_without_identifiers_is_served(tmp_path: Path) -> None:
    take(tmp_path, "deals", [("artist", {"id": "x", "name": "Ada"})])
    build(tmp_path)
    table = serving(tmp_path)
    assert table.count(EntityKind.RECORDING) == 0
    assert table.at(Place(EntityKind.RECORDING, 1)) is None
    assert [one.title for one in table.by_identifier("deals", "x")] == ["Ada"]


class Killed(BaseException):
    """What a kill looks like from inside."""


def test_killed_anywhere_it_is_made_again_and_is_the_same(
    root: Path, table: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert table.count(EntityKind.RECORDING) == len(
        pq.read_table(Snapshots(root).table(1, EntityKind.RECORDING.table))
    )
    take(tmp_path, "musicbrainz", ROWS)
    build(tmp_path)
    folder = serving_folder(tmp_path, 1)
    whole = {
        path.name: path.read_bytes() for path in serving_folder(root, 1).iterdir() if path.suffix != ".json"
    }
    written = serving_module.write_keys

    def kill(*arguments: object, **values: object) -> int:
        written(*arguments, **values)  # type: ignore[arg-type]
        raise Killed

    monkeypatch.setattr(serving_module, "write_keys", kill)
    with pytest.raises(Killed):
        serving(tmp_path)
    assert not folder.exists()
    monkeypatch.undo()
    serving(tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".json"} == whole
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == ["000001"]


def test_a_table_of_something_else_is_made_again(tmp_path: Path) -> None:
    catalogue(tmp_path, ROWS[:4])
    serving(tmp_path)
    told = serving_folder(tmp_path, 1) / "made.json"
    rows = serving_folder(tmp_path, 1) / "recording.arrow"
    found = json.loads(told.read_text())
    whole = rows.read_bytes()
    for other in (json.dumps({**found, "method": "0"}), json.dumps({**found, "made_of": "another"}), "{", ""):
        told.write_text(other)
        rows.write_bytes(b"of something else")
        assert serving(tmp_path).count(EntityKind.RECORDING) == 1
        assert (json.loads(told.read_text()), rows.read_bytes()) == (found, whole)
    told.unlink()
    assert serving(tmp_path).count(EntityKind.RECORDING) == 1


def test_a_damaged_table_says_that_it_may_be_deleted(tmp_path: Path) -> None:
    catalogue(tmp_path, ROWS[:4])
    serving(tmp_path)
    folder = serving_folder(tmp_path, 1)
    (folder / "ids.keys").write_bytes(b"x" * 17)
    with pytest.raises(StorageError, match="delete that folder"):
        serving(tmp_path)
    (folder / "recording.arrow").write_bytes(b"nothing")
    with pytest.raises(StorageError, match="delete that folder"):
        serving(tmp_path)
