"""Damaged tables, with a mapping or of FMA and MTG-Jamendo: good rows stand, bad ones are told apart."""

import gzip
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driving import import_file
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers import fma, jamendo
from longplay.catalogue.importers.table import importer
from longplay.catalogue.sources.importer import Importer
from longplay.catalogue.sources.rows import Pseudonyms, Rows
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput

LISTENS = """
    source = "loans"
    table = "listen"
    [columns]
    listener = "who"
    at = "when"
    artist = "artist"
    title = "title"
"""
SONGS = """
    source = "songs"
    table = "recording"
    [columns]
    id = "id"
    title = "title"
    isrcs = "isrc"
    duration_ms = "length"
    [split]
    isrcs = ";"
    [units]
    duration_ms = "s"
"""
RAW_TRACKS = (
    b"track_id,track_title,license_url,track_duration,track_genres,album_id,album_title,artist_id,artist_name\n"
    b"2,\"Food, x\",http://x,02:48,\"[{'genre_id': '21', 'genre_title': 'Hip-Hop'}]\",1.0,AWOL,1,AWOL\n"
)
TAGS = (
    b"TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n"
    b"track_0000214\tartist_000014\talbum_000031\t14/214.mp3\t124.6\tgenre---rock\n"
)
NAMES = (
    b"TRACK_ID\tARTIST_ID\tALBUM_ID\tTRACK_NAME\tARTIST_NAME\tALBUM_NAME\tRELEASEDATE\tURL\n"
    b"track_0000214\tartist_000014\talbum_000031\tUn Poil\tLes Poissons\tSimplement\t2004-12-02\thttp://x\n"
)


def parquet() -> bytes:
    rows = {"id": ["1", "2"], "title": ["a", "é"], "isrc": [["SEABC2500001"], None], "length": [1.5, None]}
    out = io.BytesIO()
    pq.write_table(pa.table(rows), out)
    return out.getvalue()


SEEDS = [
    (
        importer(SONGS, name="m.toml"),
        "a.csv",
        b'id,title,isrc,length\n1,"a ""b""",SEABC2500001,3.5\n2,\xff,,\n',
    ),
    (
        importer(SONGS, name="m.toml"),
        "a.jsonl",
        b'{"id":1,"title":"x","isrc":"se-abc-25-00001","length":-1}\n[]\n',
    ),
    (importer(SONGS, name="m.toml"), "a.parquet", parquet()),
    (fma.IMPORTER, "raw_tracks.csv", RAW_TRACKS),
    (jamendo.IMPORTER, "autotagging.tsv", TAGS),
    (jamendo.IMPORTER, "raw.meta.tsv", NAMES),
]


@pytest.mark.parametrize(("kind", "name", "seed"), SEEDS, ids=[name for _, name, _ in SEEDS])
@given(data=st.data())
def test_a_table_with_other_bytes_in_it_gives_rows_rejects_or_is_broken(
    kind: Importer, name: str, seed: bytes, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    start = data.draw(st.integers(0, len(seed)))
    stop = data.draw(st.integers(start, min(len(seed), start + 20)))
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(seed[:start] + data.draw(st.binary(max_size=12)) + seed[stop:])
    done = import_file(kind, path)
    recordings = done.tables.get(SourceTable.RECORDING, [])
    assert all(row["id"] and row["title"] for row in recordings)
    assert all(row["duration_ms"] is None or row["duration_ms"] > 0 for row in recordings)


@pytest.mark.parametrize("kind", [fma.IMPORTER, jamendo.IMPORTER, importer(SONGS, name="m.toml")])
@given(raw=st.one_of(st.binary(), st.text(), st.none(), st.integers()))
def test_what_is_no_record_is_malformed_and_leaves_no_row(kind: Importer, raw: object) -> None:
    rows = Rows(Pseudonyms(b"k" * 32), "source")
    with pytest.raises(MalformedInput):
        kind.read(raw, rows)
    assert len(rows) == 0


def test_a_ragged_line_that_is_not_utf_8_is_rejected_alone(tmp_path: Path) -> None:
    path = tmp_path / "songs.csv"
    path.write_bytes(b"id,title,isrc,length\n1,a,,\n2,\xff\n3,c,,\n4,\xff,,\n5,e,,\n")
    done = import_file(importer(SONGS, name="m.toml"), path)
    assert [row["id"] for row in done.tables[SourceTable.RECORDING]] == ["1", "3", "5"]
    assert (len(done.rejects), done.broken) == (2, None)


def test_no_words_of_a_listener_stand_in_what_is_said_of_damage(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    good = b"who,when,artist,title\nAda Unmistakable,1782000000,A,T\n"
    bad = b"Ada Unmistakable,1,A,T\nAda Unmistakable,1782000000\nAda Unmistakable,1782000000,,T\n"
    path.write_bytes(good + bad + b'Ada Unmistakable,"' + b"Ada Unmistakable\n" * 1_600_000)
    done = import_file(importer(LISTENS, name="m.toml"), path)
    assert "Unmistakable" not in f"{done.rejects} {done.broken}"
    assert done.broken is not None


def test_a_compressed_table_that_is_cut_says_so(tmp_path: Path) -> None:
    path = tmp_path / "autotagging.tsv.gz"
    path.write_bytes(gzip.compress(TAGS * 1000)[:-9])
    done = import_file(jamendo.IMPORTER, path)
    assert done.broken is not None
    assert done.tables[SourceTable.RECORDING]


def test_a_real_cache_of_releases_is_read(real: Path) -> None:
    mapping = """
        source = "caches"
        table = "release"
        [columns]
        id = "release_mbid"
        title = "release_name"
        artist_credit = "album_artist_name"
        artist_ids = "artist_credit_mbids"
        date = "first_release_date_year"
        identifiers = "release_mbid"
        [units]
        identifiers = "musicbrainz"
    """
    path = real / "metadata" / "listens" / "listenbrainz" / "release_metadata_cache.parquet"
    done = import_file(importer(mapping, name="m.toml"), path)
    releases = done.tables[SourceTable.RELEASE]
    assert (len(releases), done.rejects, done.broken) == (35, [], None)
    assert all(row["identifiers"] == [f"musicbrainz:{row['id']}"] for row in releases)
    assert (releases[0]["title"], releases[0]["date"]) == ("Infinite Euphoria", "2004")


@pytest.mark.parametrize("name", ["genres.csv", "raw_genres.csv"])
def test_real_tables_of_genres_give_no_rows_and_no_rejects(real: Path, name: str) -> None:
    done = import_file(fma.IMPORTER, real / "metadata" / "fma" / name)
    assert (done.tables, done.rejects, done.broken) == ({}, [], None)
