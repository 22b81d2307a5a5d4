"""MusicBrainz: dumps with their oddities, real documents with exact counts, any bytes are rows or malformed."""

import gzip
import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from time import sleep

import pytest
from driving import Imported, import_file
from dumps_musicbrainz import MBID, artist, as_lines, recording, release, tracks, write_canonical, write_dump
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers import musicbrainz, musicbrainz_canonical
from longplay.catalogue.importers.musicbrainz import IMPORTER, Document
from longplay.catalogue.sources.importer import Fault
from longplay.catalogue.sources.importing import Importing
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.sources.rows import Pseudonyms, Rows
from longplay.catalogue.sources.streams import Member
from longplay.catalogue.sources.tables import SCHEMAS, SourceTable
from longplay.catalogue.sources.texts import TEXT_LIMIT
from longplay.errors import MalformedInput
from longplay.progress import Silent


def counts(done: Imported) -> dict[str, int]:
    return {table.value: len(rows) for table, rows in done.tables.items()}


def test_a_release_brings_its_recordings_tracks_and_artists(tmp_path: Path) -> None:
    path = write_dump(tmp_path / "release.tar.xz", "release", as_lines(release(20, "Homogenic", tracks())))
    done = import_file(IMPORTER, path)
    (album,) = done.tables[SourceTable.RELEASE]
    assert album["artist_credit"] == "Ada & Bø"
    assert album["artist_ids"] == [MBID.format(1), MBID.format(2)]
    assert (album["barcode"], album["label"], album["genres"]) == (
        "5016958035921",
        "One Little",
        ["electronic"],
    )
    by_title = {row["title"]: row for row in done.tables[SourceTable.RECORDING]}
    assert list(by_title) == ["Hidden", "Jóga", "As recorded", "Film"]
    assert by_title["Jóga"]["isrcs"] == ["GBAYE9700001"]
    assert by_title["Jóga"]["artist_credit"] == "Ada & Bø"
    assert by_title["As recorded"]["artist_credit"] == "Cé"
    assert [by_title[title]["duration_ms"] for title in ("Hidden", "As recorded", "Film")] == [
        180_000,
        None,
        None,
    ]
    placed = [(row["medium"], row["position"], row["title"]) for row in done.tables[SourceTable.TRACK]]
    assert placed == [(1, 0, None), (1, 1, None), (1, 2, "As printed"), (1, 4, None)]
    assert {row["name"] for row in done.tables[SourceTable.ARTIST]} == {"Ada", "Bø", "Cé"}


def test_bad_lines_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    good = as_lines(recording(1, "One"), recording(2, "Two"))
    bad = [
        b'{"id": "x", "titl',
        b"\xff\xfe",
        b"[]",
        b'{"title": "no id"}',
        b'{"id": null, "title": 5}',
        b"null",
    ]
    path = write_dump(tmp_path / "recording.tar.xz", "recording", [good[0], *bad, good[1]])
    done = import_file(IMPORTER, path)
    assert [row["title"] for row in done.tables[SourceTable.RECORDING]] == ["One", "Two"]
    assert len(done.rejects) == len(bad)


def test_a_dump_cut_in_the_middle_keeps_what_came_before(tmp_path: Path) -> None:
    lines = as_lines(*(recording(n, f"Song {n} {n * 7919 % 104729}") for n in range(20_000)))
    path = write_dump(tmp_path / "recording.tar.xz", "recording", lines)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    done = import_file(IMPORTER, path)
    assert done.broken is not None
    assert 0 < len(done.tables[SourceTable.RECORDING]) < 20_000


def test_the_day_of_a_dump_is_its_timestamp(tmp_path: Path) -> None:
    path = write_dump(tmp_path / "artist.tar.xz", "artist", as_lines(artist(1, "Ada")))
    outcome = Importing(imports=Imports(tmp_path), importer=IMPORTER).take(path, as_of=None, progress=Silent())
    assert outcome.done.as_of == date(2026, 8, 1)
    assert outcome.done.rows == {SourceTable.ARTIST: 1}


def test_an_empty_dump_has_no_rows(tmp_path: Path) -> None:
    done = import_file(IMPORTER, write_dump(tmp_path / "artist.tar.xz", "artist", []))
    assert (done.tables, done.rejects, done.broken) == ({}, [], None)


def test_an_id_or_a_title_of_nothing_but_nul_is_none(tmp_path: Path) -> None:
    lines = [b'{"id": "\\u0000", "title": "a"}', b'{"id": "a", "title": "\\u0000 "}']
    path = write_dump(tmp_path / "recording.tar.xz", "recording", [*lines, *as_lines(recording(1, "One"))])
    outcome = Importing(imports=Imports(tmp_path), importer=IMPORTER).take(path, as_of=None, progress=Silent())
    assert (outcome.done.rows, outcome.done.rejected) == ({SourceTable.RECORDING: 1}, 2)


@pytest.mark.parametrize("name", ["release.json.gz", "release.xml.gz", "TIMESTAMP.gz"])
def test_a_compressed_document_that_is_cut_is_broken(tmp_path: Path, name: str) -> None:
    whole = gzip.compress(json.dumps(release(20, "Homogenic", tracks())).encode())
    path = tmp_path / name
    path.write_bytes(whole[:12])
    readers = [IMPORTER, musicbrainz_canonical.IMPORTER] if name.startswith("TIMESTAMP") else [IMPORTER]
    for importer in readers:
        use = Importing(imports=Imports(tmp_path), importer=importer)
        taken = use.take(path, as_of=None, progress=Silent())
        assert taken.done.rows == {}
        assert taken.done.broken is not None


REAL = {
    "ws2-json/release.json": {"artist": 1, "release": 1, "recording": 10, "track": 10},
    "ws2-json/recording_multi_artists_1.json": {"artist": 3, "recording": 1},
    "ws2-json/artist.json": {"artist": 1},
    "ws2-json/release_group.json": {"release": 25},
    "ws2-json/acoustid.json": {},
    "ws2-xml/release/fbe4490e-e366-4da2-a37a-82162d2f41a9-recordings+artist-credits.xml": {
        "artist": 2,
        "release": 1,
        "recording": 14,
        "track": 14,
    },
    "ws2-xml/search-recording.xml": {"artist": 25, "recording": 25},
    "ws2-xml/discid/xp5tz6rE4OHrBafj0bLfDRMGK48-.xml": {"release": 3},
    "ws2-xml/search-work.xml": {},
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_document_has_these_rows(name: str, real: Path) -> None:
    done = import_file(IMPORTER, real / "metadata" / "musicbrainz" / name)
    assert (counts(done), done.rejects, done.broken) == (REAL[name], [], None)


def test_of_all_real_documents_three_are_rejected_and_each_says_why(real: Path) -> None:
    total: dict[str, int] = {}
    rejected = {}
    for path in sorted((real / "metadata" / "musicbrainz").rglob("*.*")):
        done = import_file(IMPORTER, path)
        assert done.broken is None
        for table, number in counts(done).items():
            total[table] = total.get(table, 0) + number
        if done.rejects:
            rejected[path.name] = done.rejects
    assert rejected == {
        "itunes_library_unix.xml": ["a document of 'plist', not of `metadata`"],
        "country_null.json": ["an entity without id"],
        "release_group_null.json": ["an entity without id"],
    }
    assert total == TOTAL


TOTAL = {"artist": 110, "release": 104, "recording": 276, "track": 242}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "title",
                    "name",
                    "sort-name",
                    "media",
                    "tracks",
                    "recording",
                    "length",
                    "isrcs",
                    "artist-credit",
                    "artist",
                    "release-group",
                    "genres",
                    "position",
                    "pregap",
                    "label-info",
                    "label",
                    "relations",
                    "work",
                    "iswcs",
                    "aliases",
                    "joinphrase",
                    "life-span",
                    "releases",
                    "barcode",
                    "date",
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=25,
)


def read_any(data: bytes, entity: str, *, is_xml: bool) -> None:
    document = Document(data)
    document.entity, document.is_xml = entity, is_xml
    rows = Rows(Pseudonyms(b"k" * 32), "musicbrainz")
    with suppress(MalformedInput):
        musicbrainz.read(document, rows)
        for table, taken in rows.take().items():
            for field in SCHEMAS[table]:
                assert field.nullable or taken.column(field.name).null_count == 0


@given(json_values, st.sampled_from(["", "artist", "recording", "release"]))
def test_any_json_is_rows_or_malformed(value: object, entity: str) -> None:
    import msgspec

    read_any(msgspec.json.encode(value), entity, is_xml=False)


@given(st.binary(max_size=300), st.sampled_from(["", "artist", "release"]), st.booleans())
def test_any_bytes_are_rows_or_malformed(data: bytes, entity: str, is_xml: bool) -> None:
    read_any(data, entity, is_xml=is_xml)


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><metadata><artist id="1"><name>&b;</name></artist></metadata>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><metadata><artist id="1"/>',
        b"<metadata><artist id='1'><name>cut",
        b"<html/>",
    ],
)
def test_xml_with_entities_or_of_something_else_is_malformed(tmp_path: Path, document: bytes) -> None:
    path = tmp_path / "document.xml"
    path.write_bytes(document)
    done = import_file(IMPORTER, path)
    assert (done.tables, len(done.rejects)) == ({}, 1)


# canonical data

DATA = (
    "id,artist_credit_id,artist_mbids,artist_credit_name,release_mbid,release_name,recording_mbid,recording_name,"
    "combined_lookup,score"
)
A, B, C = (MBID.format(n) for n in (1, 2, 3))


def canonical(tmp_path: Path, **tables: str | bytes) -> Imported:
    data = {name: text.encode() if isinstance(text, str) else text for name, text in tables.items()}
    path = write_canonical(tmp_path / "musicbrainz-canonical-dump-20260801-080003.tar.zst", data)
    return import_file(musicbrainz_canonical.IMPORTER, path)


def test_canonical_data_are_mappings_and_redirects(tmp_path: Path) -> None:
    done = canonical(
        tmp_path,
        canonical_musicbrainz_data=f'{DATA}\n1,2,"{A},{B}","Ada, Bø",{C},Album,{A},"Song, 1",adabosong1,7\n',
        canonical_recording_redirect=f"recording_mbid,canonical_recording_mbid,canonical_release_mbid\n{B},{A},{C}\n",
        canonical_release_redirect=f"release_mbid,canonical_release_mbid,release_group_mbid\n{B},{C},{A}\n",
    )
    assert done.tables[SourceTable.MAPPING] == [
        {"artist": "Ada, Bø", "title": "Song, 1", "recording_id": A, "release_id": C, "score": 7}
    ]
    assert done.tables[SourceTable.REDIRECT] == [
        {"kind": "recording", "from_id": B, "to_id": A},
        {"kind": "release", "from_id": B, "to_id": C},
    ]
    assert done.rejects == []


def test_bad_rows_of_canonical_data_are_counted_one_by_one(tmp_path: Path) -> None:
    rows = [
        f"1,2,{A},Ada,{C},Album,{A},Song,x,7".encode(),
        f"1,2,{A},Ada,{C},Album,no mbid,Song,x,7".encode(),
        f"1,2,{A},Ada,{C},Album,{A},Song,x,best".encode(),
        b"1,2,3",
        f"1,2,{A},Ad".encode() + b"\xff" + f",{C},Album,{A},Song,x,7".encode(),
        f"1,2,{A},Ada,{C},Album,{B},Song,x,8".encode(),
    ]
    done = canonical(tmp_path, canonical_musicbrainz_data=b"\n".join([DATA.encode(), *rows]))
    assert [row["score"] for row in done.tables[SourceTable.MAPPING]] == [7, 8]
    assert len(done.rejects) == 4


def test_an_empty_table_has_no_rows_and_one_without_its_columns_breaks(tmp_path: Path) -> None:
    assert canonical(tmp_path, canonical_musicbrainz_data="").tables == {}
    assert canonical(tmp_path, canonical_musicbrainz_data=DATA).tables == {}
    assert canonical(tmp_path, canonical_musicbrainz_data="a,b\n1,2\n").broken is not None


def mapping(number: int, *, artist: str = "Ada", title: str = "Song", release_id: str = C) -> str:
    return f"{number},2,{A},{artist},{release_id},Album,{MBID.format(number)},{title},x,{number}"


def test_a_mapping_without_both_names_is_bad_and_one_without_a_release_is_not(tmp_path: Path) -> None:
    rows = [
        mapping(1, artist=""),
        mapping(2, artist=" \0"),
        mapping(3, title="\u00a0"),
        mapping(4, release_id=""),
        mapping(5, release_id="no mbid"),
        mapping(6, artist=" Be\u0301", title="NULL"),
    ]
    done = canonical(tmp_path, canonical_musicbrainz_data="\n".join([DATA, *rows]))
    found = [
        (row["score"], row["artist"], row["title"], row["release_id"])
        for row in done.tables[SourceTable.MAPPING]
    ]
    assert found == [(4, "Ada", "Song", None), (5, "Ada", "Song", None), (6, "B\u00e9", "NULL", C)]
    assert len(done.rejects) == 3


def test_an_overlong_row_is_one_reject_and_a_long_name_is_cut(tmp_path: Path) -> None:
    rows = [mapping(1), mapping(2, title="a" * (20 << 20)), mapping(3, title="b" * 5_000), mapping(4)]
    done = canonical(tmp_path, canonical_musicbrainz_data="\n".join([DATA, *rows]))
    kept = [(row["score"], len(row["title"])) for row in done.tables[SourceTable.MAPPING]]
    assert kept == [(1, 4), (3, TEXT_LIMIT), (4, 4)]
    assert (len(done.rejects), done.broken) == (1, None)


def test_records_come_in_the_same_order_every_time(tmp_path: Path) -> None:
    """An import that was killed goes on after as many records as it had read."""
    rows = [mapping(n) if n % 40_000 else "1,2" for n in range(1, 400_001)]
    path = tmp_path / "canonical_musicbrainz_data.csv"
    path.write_text("\n".join([DATA, *rows]))
    seen = set()
    for pause_s in (0.0, 0.02, 0.0, 0.02):
        with path.open("rb") as stream:
            records = []
            for record in musicbrainz_canonical.cut(Member(name=path.name, stream=stream)):
                records.append(record.reason if isinstance(record, Fault) else record.count)
                sleep(pause_s)
        seen.add(tuple(records))
    (records_once,) = seen
    assert sum(isinstance(record, str) for record in records_once) == 10
    assert not any(isinstance(record, str) for record in records_once[:-10])


def test_bad_rows_before_a_break_are_counted(tmp_path: Path) -> None:
    rows = [mapping(n, title=f"s{n * 7919 % 104729}") if n % 1_000 else "1,2" for n in range(1, 400_001)]
    data = "\n".join([DATA, *rows]).encode()
    path = write_canonical(
        tmp_path / "musicbrainz-canonical-dump.tar.zst", {"canonical_musicbrainz_data": data}
    )
    path.write_bytes(path.read_bytes()[:-5_000])
    done = import_file(musicbrainz_canonical.IMPORTER, path)
    assert done.broken is not None
    assert len(done.tables[SourceTable.MAPPING]) >= 999 * (len(done.rejects) - 1) > 0
