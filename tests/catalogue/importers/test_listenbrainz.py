"""ListenBrainz and MLHD+: dumps in every form, mapped recordings, users as numbers, any bytes safe."""

import io
import json
import tarfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from driving import Imported, import_file
from dumps_musicbrainz import MBID, tar_of
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers import listen_lines, listenbrainz, mlhd
from longplay.catalogue.importers.listenbrainz import IMPORTER
from longplay.catalogue.sources.importing import Importing
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.sources.rows import Pseudonyms, Rows
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput
from longplay.progress import Silent

AT = 1_782_000_000
RECORDING = MBID.format(7)


def listens(done: Imported) -> list[dict[str, object]]:
    return done.tables.get(SourceTable.LISTEN, [])


def line(**more: object) -> bytes:
    listen = {
        "user_id": 5,
        "user_name": "Ada Unmistakable",
        "timestamp": AT,
        "track_metadata": {
            "artist_name": "Ada",
            "track_name": "Song",
            "release_name": "Album",
            "additional_info": {},
        },
        "recording_msid": "x",
    }
    return json.dumps(listen | more).encode()


def listens_dump(path: Path, *lines: bytes) -> Path:
    top = path.name.removesuffix(".tar.zst")
    members = {
        f"{top}/COPYING": b"CC0",
        f"{top}/SCHEMA_SEQUENCE": b"8",
        f"{top}/listens/2026/6.listens": b"\n".join(lines),
    }
    path.write_bytes(zstandard.compress(tar_of(members)))
    return path


def spark_table(unit: str = "ms") -> pa.Table:
    moment = datetime(2026, 6, 21)  # noqa: DTZ001 - Spark dumps name no zone
    return pa.table(
        {
            "listened_at": pa.array([moment, moment, None], pa.timestamp(unit)),
            "created": pa.array([moment, moment, moment], pa.timestamp(unit)),
            "user_id": pa.array([5, 6, 5], pa.int64()),
            "recording_msid": ["a", "b", "c"],
            "artist_name": ["Ada", "Bø", "Cé"],
            "artist_credit_id": pa.array([1, None, None], pa.int64()),
            "release_name": ["Album", None, None],
            "release_mbid": [RECORDING, None, None],
            "recording_name": ["Song", "Song", "Song"],
            "recording_mbid": [RECORDING, "no mbid", None],
            "artist_credit_mbids": pa.array([[RECORDING], None, None], pa.list_(pa.string())),
        }
    )


def parquet(table: pa.Table) -> bytes:
    packed = io.BytesIO()
    pq.write_table(table, packed, compression="zstd")
    return packed.getvalue()


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_spark_dump_maps_listens_to_recordings(tmp_path: Path, unit: str) -> None:
    name = "listenbrainz-spark-dump-2011-20260801-000003-full"
    path = tmp_path / f"{name}.tar"
    path.write_bytes(
        tar_of({f"{name}/0.parquet": parquet(spark_table(unit)), f"{name}/TIMESTAMP": b"2026-08-01"})
    )
    done = import_file(IMPORTER, path)
    assert [(row["at"], row["artist"], row["recording_id"]) for row in listens(done)] == [
        (1782000000, "Ada", RECORDING),
        (1782000000, "Bø", None),
    ]
    assert len(done.rejects) == 1
    one, two = (row["listener"] for row in listens(done))
    assert one != two != 6


def test_a_listens_dump_is_read_line_by_line(tmp_path: Path) -> None:
    mapped = line(
        track_metadata={"artist_name": "A", "track_name": "S", "additional_info": {"recording_mbid": RECORDING}}
    )
    later = line(timestamp=None, listened_at=AT + 1)
    bad = [b"{", b"\xff", line(timestamp=-4), line(timestamp=AT * 10**9), line(track_metadata=None), b"[]"]
    name = "listenbrainz-listens-dump-2011-20260801-000003-full.tar.zst"
    done = import_file(IMPORTER, listens_dump(tmp_path / name, line(), mapped, *bad, later))
    assert [(row["at"], row["recording_id"]) for row in listens(done)] == [
        (AT, None),
        (AT, RECORDING),
        (AT + 1, None),
    ]
    assert len({row["listener"] for row in listens(done)}) == 1
    assert len(done.rejects) == len(bad)
    assert "Unmistakable" not in str(done)


def test_the_day_of_a_dump_is_in_its_name(tmp_path: Path) -> None:
    path = listens_dump(tmp_path / "listenbrainz-listens-dump-2011-20260801-000003-incremental.tar.zst", line())
    use = Importing(imports=Imports(tmp_path), importer=IMPORTER)
    outcome = use.take(path, as_of=None, progress=Silent())
    assert (outcome.done.as_of, outcome.done.rows) == (date(2026, 8, 1), {SourceTable.LISTEN: 1})


def test_a_truncated_dump_keeps_the_listens_before_the_break(tmp_path: Path) -> None:
    name = "listenbrainz-listens-dump-2011-20260801-000003-full.tar.zst"
    path = listens_dump(tmp_path / name, *(line(timestamp=AT + n * 7919) for n in range(30_000)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    done = import_file(IMPORTER, path)
    assert done.broken is not None
    assert 0 < len(listens(done)) < 30_000


REAL = {
    "full-dump-1/2.parquet": (10, 0),
    "full-dump-1/3.parquet": (18, 0),
    "full-dump-1/4.parquet": (14, 0),
    "full-dump-1/5.parquet": (10, 0),
    "full-dump-1/6.parquet": (9, 0),
    "incremental-dump-2/0.parquet": (9, 0),
    "incremental-dump-3/0.parquet": (8, 0),
    "incremental-dump-4/fresh_releases_listens.parquet": (13, 0),
    "incremental-dump-5/rec_listens.parquet": (30, 0),
    "mapped_listens_subset.parquet": (11, 0),
    "recording_genre.parquet": (0, 0),
    "release_metadata_cache.parquet": (0, 0),
    "listenbrainz_listens.jsonl": (2, 0),
    "listenbrainz_mixed_validity.jsonl": (3, 2),
    "listenbrainz_all_invalid.jsonl": (0, 3),
    "user_export_test.json": (3, 0),
    "valid_import.json": (2, 0),
    "valid_playing_now.json": (0, 0),
    "timestamp_in_ns.json": (0, 1),
    "user_top_artists_output.json": (0, 0),
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_has_these_listens_and_rejects(name: str, real: Path) -> None:
    done = import_file(IMPORTER, real / "metadata" / "listens" / "listenbrainz" / name)
    assert (len(listens(done)), len(done.rejects), done.broken) == (*REAL[name], None)


def test_a_real_mapped_listen_names_its_recording(real: Path) -> None:
    done = import_file(
        IMPORTER, real / "metadata" / "listens" / "listenbrainz" / "mapped_listens_subset.parquet"
    )
    first = listens(done)[0]
    assert first["recording_id"] == "2d6f51c6-afc5-457e-9c58-689679c08d30"
    assert (first["artist"], first["title"]) == ("Katy Perry", "The One That Got Away")


@given(data=st.binary(max_size=300), name=st.sampled_from(["a.jsonl", "a.json", "a.parquet", "2026/6.listens"]))
def test_any_bytes_are_listens_or_malformed(
    data: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    import_file(IMPORTER, path)


FIELDS = ["artist_name", "track_name", "additional_info", "mbid_mapping", "recording_mbid"]
metadata = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["artist_name", "track_name", "additional_info", "mbid_mapping", "recording_mbid"]),
            inner,
        )
    ),
    max_leaves=8,
)


@given(metadata, metadata, metadata)
def test_any_values_in_a_line_are_a_listen_or_malformed(at: object, track: object, user: object) -> None:
    rows = Rows(Pseudonyms(b"k" * 32), "listenbrainz")
    for raw in (
        line(timestamp=at, track_metadata=track, user_id=user),
        line(track_metadata=track),
        line(user_name=user),
    ):
        for record in listen_lines.cut_lines([raw], "o"):
            with suppress(MalformedInput):
                listenbrainz.read(record, rows)
    rows.take()


# MLHD+

USERS = [MBID.format(90), MBID.format(91)]


def mlhd_dump(path: Path, users: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for user, text in users.items():
            packed = zstandard.compress(text)
            entry = tarfile.TarInfo(f"0/{user}.txt.zst")
            entry.size = len(packed)
            archive.addfile(entry, io.BytesIO(packed))
    return path


def test_mlhd_listens_have_a_recording_and_no_names(tmp_path: Path) -> None:
    rows = [
        f"{AT}\t{MBID.format(1)},{MBID.format(2)}\t{MBID.format(3)}\t{RECORDING}",
        f"{AT + 9}\t\t\t{RECORDING}",
    ]
    users = {
        USERS[0]: "\n".join(rows).encode(),
        USERS[1]: f"{AT}\t\t\t{RECORDING}\nnonsense\n5\t\t\t{RECORDING}".encode(),
    }
    done = import_file(mlhd.IMPORTER, mlhd_dump(tmp_path / "mlhdplus-complete-0.tar", users))
    assert [(row["at"], row["recording_id"], row["artist"]) for row in listens(done)] == [
        (AT, RECORDING, ""),
        (AT + 9, RECORDING, ""),
        (AT, RECORDING, ""),
    ]
    assert len({row["listener"] for row in listens(done)}) == 2
    assert len(done.rejects) == 2
    assert USERS[0] not in str(done.tables)


def test_a_reject_says_which_line_it_was(tmp_path: Path) -> None:
    lines = [line(timestamp=AT + n) for n in range(50)]
    lines[7], lines[20], lines[33] = b"{", line(timestamp=3), b"   "
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(lines))
    done = (
        Importing(imports=Imports(tmp_path), importer=IMPORTER).take(path, as_of=None, progress=Silent()).done
    )
    assert (done.records, done.rejected) == (49, 2)
    assert sorted(one.record for one in Imports(tmp_path).rejects(done.id)) == [8, 21]


@pytest.mark.parametrize("name", [" " * 4_001 + "x", "\0" * 4_001 + "x"])
def test_a_name_of_which_nothing_is_left_is_a_reject(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.jsonl"
    track = {"artist_name": name, "track_name": "S"}
    path.write_bytes(line() + b"\n" + line(track_metadata=track))
    done = import_file(IMPORTER, path)
    assert (len(listens(done)), done.rejects) == (1, ["no artist"])


@pytest.mark.parametrize(
    ("stated", "at"),
    [
        (AT, AT),
        (float(AT), AT),
        (AT + 0.9, AT),
        (str(AT), AT),
        (f" {AT}", None),
        ("9" * 19, None),
        (2**70, None),
        (1e300, None),
        (-1e300, None),
        (True, None),
        (None, None),
    ],
)
def test_a_time_is_whole_seconds_however_it_is_written(tmp_path: Path, stated: object, at: int | None) -> None:
    """Beside a listen that is sound: one in a block does not change how the others are read."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(line() + b"\n" + line(timestamp=stated))
    done = import_file(IMPORTER, path)
    assert [row["at"] for row in listens(done)] == [AT] + ([] if at is None else [at])
    assert len(done.rejects) == (at is None)


def test_a_user_is_its_number_else_its_name_else_the_owner_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    users = [
        {"user_id": 5},
        {"user_id": "5"},
        {"user_id": None},
        {"user_id": ""},
        {"user_id": None, "user_name": ""},
    ]
    path.write_bytes(b"\n".join(line(**user) for user in users))
    one, same, named, alike, owner = (row["listener"] for row in listens(import_file(IMPORTER, path)))
    assert one == same
    assert named == alike
    assert len({one, named, owner}) == 3


def test_a_recording_is_the_first_mbid_that_is_one(tmp_path: Path) -> None:
    other = MBID.format(8)
    track = {"artist_name": "A", "track_name": "S"}
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b"\n".join(
            [
                line(recording_mbid=RECORDING.upper(), track_metadata=track | {"recording_mbid": other}),
                line(recording_mbid="none", track_metadata=track | {"mbid_mapping": {"recording_mbid": other}}),
                line(recording_mbid=7, track_metadata=track | {"additional_info": {"recording_mbid": other}}),
                line(track_metadata=track | {"mbid_mapping": None}),
            ]
        )
    )
    done = import_file(IMPORTER, path)
    assert [row["recording_id"] for row in listens(done)] == [RECORDING, other, other, None]
