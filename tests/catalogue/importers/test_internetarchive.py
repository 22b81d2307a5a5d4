"""Internet Archive items: texts or lists, originals only, real documents, any bytes are rows or malformed."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from driving import Imported, import_file
from dumps_internetarchive import concert, file, item
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers.internetarchive import FILES_LIMIT, IMPORTER
from longplay.catalogue.sources.rows import Pseudonyms, Rows
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput

REAL = Path(__file__).resolve().parents[4] / "shared/real/metadata/internet-archive"
MBID = "0b1bf3f0-5a0c-4b0b-8f0e-0123456789ab"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=6,
)


def read(document: bytes) -> dict[SourceTable, list[dict[str, Any]]]:
    rows = Rows(Pseudonyms(b"k" * 32), IMPORTER.source)
    IMPORTER.read(document, rows)
    return {table: taken.to_pylist() for table, taken in rows.take().items()}


def written(path: Path, *documents: bytes) -> Path:
    path.write_bytes(b"\n".join(documents))
    return path


def test_an_item_is_a_release_and_each_original_a_recording() -> None:
    rows = read(concert())
    [release] = rows[SourceTable.RELEASE]
    licence = "https://creativecommons.org/licenses/by/4.0/"
    assert (release["id"], release["title"], release["date"]) == (
        "gd77-05-08",
        "Live at Barton Hall",
        "1977-05-08",
    )
    assert (release["artist_credit"], release["licence"]) == ("Grateful Dead, Friends", licence)
    assert release["genres"] == ["jam"]
    first, second = rows[SourceTable.RECORDING]
    assert (first["id"], first["title"]) == ("gd77-05-08/gd77d1t01.flac", "Minglewood Blues")
    assert (first["artist_credit"], first["duration_ms"], first["licence"]) == (
        "Grateful Dead",
        331_000,
        licence,
    )
    assert (second["title"], second["artist_credit"]) == ("gd77d1t02", "Grateful Dead, Friends")
    assert (second["duration_ms"], second["genres"]) == (381_500, ["rock"])
    placed = [
        (row["recording_id"], row["medium"], row["position"], row["number"]) for row in rows[SourceTable.TRACK]
    ]
    assert placed == [(first["id"], 1, 1, "01"), (second["id"], 1, 2, "2/20")]
    assert "somebody" not in str(rows), "an uploader is a user"


@pytest.mark.parametrize(
    ("length", "kept"),
    [
        ("3:45", 225_000),
        ("1:02:03", 3_723_000),
        ("213.45", 213_450),
        (213.45, 213_450),
        (["60"], 60_000),
        ("-3", None),
        (-3, None),
        ("0:00", None),
        (0, None),
        (True, None),
        (1e300, None),
        ("9" * 9, None),
        ("٣:٤٥", None),
        ("3:75", None),
        (None, None),
        ({}, None),
    ],
)
def test_a_length_is_a_clock_or_seconds_or_nothing(length: object, kept: int | None) -> None:
    [recording] = read(item(file("a.flac", length=length)))[SourceTable.RECORDING]
    assert recording["duration_ms"] == kept


@pytest.mark.parametrize(
    ("numbers", "positions"),
    [
        (["2", "1"], [2, 1]),
        (["1", "1"], [1, 2]),
        (["A", "1"], [1, 2]),
        (["0", "1"], [1, 2]),
        ([7, "8"], [1, 2]),
    ],
)
def test_stated_numbers_are_the_places_where_each_file_has_its_own(
    numbers: list[object], positions: list[int]
) -> None:
    files = [file(f"{place}.flac", track=number) for place, number in enumerate(numbers)]
    assert [row["position"] for row in read(item(*files))[SourceTable.TRACK]] == positions


@pytest.mark.parametrize(
    "document",
    [
        item(file("a.flac"), mediatype="collection"),
        item(file("a.flac"), mediatype="movies"),
        item(file("a.flac"), top={"is_dark": True}),
        item(file("a.mp3", "derivative")),
        item(file("a.pdf")),
        item(),
        item("a.flac", None, 5, {"name": None}, {"name": ["a.flac"]}),
        item(top={"files": None}),
        item(top={"files": {"name": "a.flac"}}),
    ],
)
def test_what_is_no_audio_or_was_withdrawn_leaves_no_rows(document: bytes) -> None:
    assert read(document) == {}


def test_an_item_that_does_not_say_what_it_is_is_what_its_files_are() -> None:
    rows = read(item(file("a.flac"), mediatype=None, title=None, licenseurl=["", "https://x.example/l"]))
    assert rows[SourceTable.RELEASE][0]["title"] == "gd77-05-08"
    assert rows[SourceTable.RECORDING][0]["licence"] == "https://x.example/l"


def test_a_file_that_is_listed_twice_is_one_recording() -> None:
    rows = read(item(file("a.flac", title="First"), file("a.flac", title="Again")))
    assert [row["title"] for row in rows[SourceTable.RECORDING]] == ["First"]


def test_ids_of_musicbrainz_are_kept_where_they_are_ids() -> None:
    stated = [f"urn:mb_recording_id:{MBID.upper()}", "urn:mb_recording_id:none", "urn:acoustid:1", 5]
    rows = read(
        item(
            file("a.flac", **{"external-identifier": stated}),
            **{"external-identifier": f"urn:mb_release_id:{MBID}"},
        )
    )
    assert rows[SourceTable.RECORDING][0]["identifiers"] == [f"musicbrainz:{MBID}"]
    assert rows[SourceTable.RELEASE][0]["identifiers"] == [f"musicbrainz:{MBID}"]


@pytest.mark.parametrize("name", ["items.jsonl", "items.json", "items.ndjson"])
def test_documents_lie_one_a_line(tmp_path: Path, name: str) -> None:
    documents = (concert(), item(file("b.mp3"), identifier="second"), b'{"metadata": {"iden')
    done = import_file(IMPORTER, written(tmp_path / name, *documents))
    assert [row["id"] for row in done.tables[SourceTable.RELEASE]] == ["gd77-05-08", "second"]
    assert (len(done.rejects), done.broken) == (1, None)


def test_a_document_may_be_spread_over_many_lines(tmp_path: Path) -> None:
    spread = json.dumps(json.loads(concert()), indent=2).encode()
    done = import_file(IMPORTER, written(tmp_path / "item.json", spread))
    assert len(done.tables[SourceTable.RECORDING]) == 2


def test_files_that_are_no_json_are_left_alone(tmp_path: Path) -> None:
    for name in ("gd77_meta.xml", "._item.json", "item.txt"):
        assert import_file(IMPORTER, written(tmp_path / name, concert())) == Imported(tables={})
    assert import_file(IMPORTER, written(tmp_path / "empty.json", b"")) == Imported(tables={})


def test_bad_lines_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    bad = (b"[]", b"{}", b"\xff\xfe", b'{"metadata": {"identifier": "a\\u0000b"}, "files": []}', b"[" * 100_000)
    done = import_file(IMPORTER, written(tmp_path / "items.jsonl", *bad, concert()))
    assert (len(done.rejects), len(done.tables[SourceTable.RELEASE]), done.broken) == (5, 1, None)


def test_an_item_of_more_files_than_can_be_counted_is_malformed() -> None:
    with pytest.raises(MalformedInput, match="more than"):
        read(item(*({"name": f"{place}.mp3"} for place in range(FILES_LIMIT + 1))))


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_malformed(data: bytes) -> None:
    with suppress(MalformedInput):
        read(data)


@given(
    st.dictionaries(st.sampled_from(["title", "creator", "date", "licenseurl", "mediatype", "genre"]), JSON),
    JSON,
)
def test_values_of_any_type_are_rows_or_malformed(metadata: dict[str, object], value: object) -> None:
    fields = {"title": value, "track": value, "length": value, "artist": value, "genre": value}
    with suppress(MalformedInput):
        for rows in read(item(file("a.flac", **fields), **metadata)).values():
            assert all(row.get("title", "") != "" for row in rows)


@given(st.lists(st.text(max_size=6).map(lambda name: f"{name}x"), unique=True, max_size=5))
def test_every_recording_is_on_its_release_once(names: list[str]) -> None:
    rows = read(item(*(file(f"{place} {name}.flac") for place, name in enumerate(names))))
    recordings = [row["id"] for row in rows.get(SourceTable.RECORDING, [])]
    assert [row["recording_id"] for row in rows.get(SourceTable.TRACK, [])] == recordings
    assert [row["position"] for row in rows.get(SourceTable.TRACK, [])] == list(range(1, len(names) + 1))


def test_real_documents_leave_no_rows_of_what_is_no_audio() -> None:
    if not REAL.is_dir():
        pytest.skip("no real documents of the Internet Archive beside the repository")
    for name in ("nasa.json", "nasa_meta.json", "nasa_meta.xml"):
        assert import_file(IMPORTER, REAL / "ia-client" / name) == Imported(tables={})
    for name in ("ia-client/scrape_response.json", "relisten/collection-index.json"):
        done = import_file(IMPORTER, REAL / name)
        assert (done.tables, done.rejects) == ({}, ["not an object with `metadata`"])
