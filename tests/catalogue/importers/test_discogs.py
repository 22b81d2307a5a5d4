"""Discogs: dumps with their oddities, real samples with exact counts, any bytes are rows or malformed."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from driving import Imported, import_file
from dumps_discogs import artist, credited, dump, release, track, write_dump
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers.discogs import ARTISTS_LIMIT, IMPORTER, TRACKS_LIMIT
from longplay.catalogue.importers.discogs_elements import RECORD_LIMIT
from longplay.catalogue.sources.importing import Importing
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.sources.rows import Pseudonyms, Rows
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput
from longplay.progress import Silent

REAL = Path(__file__).resolve().parents[4] / "shared/real/metadata/discogs"


def taken(folder: Path, plural: str, *records: str) -> Imported:
    return import_file(IMPORTER, write_dump(folder, plural, dump(plural, *records)))


def counts(done: Imported) -> dict[str, int]:
    return {table.value: len(rows) for table, rows in done.tables.items()}


def read(record: bytes) -> Rows:
    rows = Rows(Pseudonyms(b"k" * 32), IMPORTER.source)
    IMPORTER.read(record, rows)
    return rows


def test_an_artist_has_its_name_as_written_and_all_other_spellings_once(tmp_path: Path) -> None:
    one = artist(3, "Wink (2)", variations=("J. Wink", "Wink"), aliases=("Size 9", "Accent (3)", "J. Wink"))
    done = taken(tmp_path, "artists", one)
    (row,) = done.tables[SourceTable.ARTIST]
    assert (row["id"], row["name"]) == ("3", "Wink (2)")
    assert row["aliases"] == ["Wink", "J. Wink", "Size 9", "Accent"]
    assert "Somebody Else" not in str(row), "who somebody is in private is no name of the artist"


def test_a_release_has_what_is_printed_on_it(tmp_path: Path) -> None:
    artists = (
        credited(1, "Ada (2)", join="&") + credited(2, "Bø", anv="B.", join=",") + credited(0, "Cé", join=",")
    )
    done = taken(tmp_path, "releases", release(20, "Homogenic", artists=artists))
    (row,) = done.tables[SourceTable.RELEASE]
    assert row == {
        "id": "20",
        "title": "Homogenic",
        "artist_credit": "Ada & B., Cé",
        "artist_ids": ["1", "2"],
        "date": "1997-09",
        "country": "UK & Europe",
        "label": "One Little",
        "barcode": "5016958035921",
        "group_id": "500",
        "genres": ["electronic", "idm"],
        "identifiers": [],
        "licence": None,
    }
    assert counts(done) == {"release": 1}


@pytest.mark.parametrize(
    "master", ["", "<master_id/>", "<master_id>0</master_id>", "<master_id>none</master_id>"]
)
def test_a_release_without_a_master_is_of_no_group(tmp_path: Path, master: str) -> None:
    done = taken(tmp_path, "releases", release(1, "A", master=master))
    assert [row["group_id"] for row in done.tables[SourceTable.RELEASE]] == [None]


@pytest.mark.parametrize(("stated", "kept"), [("1999-00-00", "1999"), ("1999-05-28", "1999-05-28"), ("", None)])
def test_unknown_parts_of_a_date_are_left_out(tmp_path: Path, stated: str, kept: str | None) -> None:
    done = taken(tmp_path, "releases", release(1, "A", released=stated))
    assert [row["date"] for row in done.tables[SourceTable.RELEASE]] == [kept]


def test_tracks_are_numbered_through_without_headings_and_with_parts_in_place_of_the_whole(
    tmp_path: Path,
) -> None:
    suite = track("A2", "Suite", parts=track("A2a", "First", "0:30") + track(None, "Second", "-1:00"))
    tracks = (
        track(None, "Side One", "20:00"),
        track("A1", "Opening", "3:45"),
        suite,
        track("B1", None, "1:00"),
        track("B2", "Long", "1:02:03", artists=credited(5, "Guest (4)")),
    )
    done = taken(tmp_path, "releases", release(20, "Album", *tracks))
    recordings = done.tables[SourceTable.RECORDING]
    assert [(row["id"], row["title"], row["duration_ms"]) for row in recordings] == [
        ("20-1", "Opening", 225_000),
        ("20-2", "First", 30_000),
        ("20-3", "Second", None),
        ("20-5", "Long", 3_723_000),
    ]
    assert [(row["artist_credit"], row["artist_ids"]) for row in recordings[2:]] == [
        ("Ada", ["1"]),
        ("Guest", ["5"]),
    ]
    placed = done.tables[SourceTable.TRACK]
    assert [(row["medium"], row["position"], row["number"]) for row in placed] == [
        (1, 1, "A1"),
        (1, 2, "A2a"),
        (1, 3, None),
        (2, 2, "B2"),
    ]
    assert {row["release_id"] for row in placed} == {"20"}


@pytest.mark.parametrize(
    ("numbers", "media"),
    [
        ("1 2 3", [1, 1, 1]),
        ("1-1 1-2 2-1", [1, 1, 2]),
        ("CD1-1 CD1-2 DVD-1", [1, 1, 2]),
        ("A A2 B AA1", [1, 1, 2, 3]),
        ("A1 x A2 7 B1", [1, 1, 1, 1, 2]),
    ],
)
def test_discs_and_sides_are_told_by_the_printed_numbers(
    tmp_path: Path, numbers: str, media: list[int]
) -> None:
    done = taken(tmp_path, "releases", release(1, "A", *(track(one, "T") for one in numbers.split())))
    assert [row["medium"] for row in done.tables[SourceTable.TRACK]] == media


def test_labels_masters_and_other_files_leave_no_rows(tmp_path: Path) -> None:
    for plural, record in (("labels", "<label><id>1</id></label>"), ("masters", '<master id="1"/>')):
        assert taken(tmp_path, plural, record) == Imported(tables={})
    (tmp_path / "discogs_20260801_CHECKSUM.txt").write_text("0  x")
    assert import_file(IMPORTER, tmp_path / "discogs_20260801_CHECKSUM.txt") == Imported(tables={})


def test_bad_records_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    bad = [
        '<release id="x"><title>T</title></release>',
        "<release><title>No id</title></release>",
        '<release id="4"><title> </title></release>',
        release(5, "Crowd", artists=credited(1, "A") * (ARTISTS_LIMIT + 1)),
    ]
    done = taken(tmp_path, "releases", release(1, "One", track("1", "T")), *bad, release(2, "Two"))
    assert counts(done) == {"release": 2, "recording": 1, "track": 1}
    assert (len(done.rejects), done.broken) == (4, None)


def test_a_release_of_more_tracks_than_can_be_counted_is_rejected_whole(tmp_path: Path) -> None:
    done = taken(tmp_path, "releases", release(1, "Endless", track("1", "T") * (TRACKS_LIMIT + 1)))
    assert (done.tables, len(done.rejects)) == ({}, 1)


@pytest.mark.parametrize("end", [b"<artist><id>3</id><na", b"<artist>\xff</artist></artists>", b"", b"&no;"])
def test_what_came_before_a_break_stands(tmp_path: Path, end: bytes) -> None:
    whole = dump("artists", artist(1, "Ada"), artist(2, "Bø")).removesuffix(b"</artists>")
    done = import_file(IMPORTER, write_dump(tmp_path, "artists", whole + end))
    assert counts(done) == {"artist": 2}
    assert done.broken


def test_a_truncated_archive_is_broken_and_its_whole_records_stand(tmp_path: Path) -> None:
    path = write_dump(
        tmp_path, "artists", dump("artists", *(artist(one, f"A {one}") for one in range(1, 5_000)))
    )
    path.write_bytes(path.read_bytes()[:-20])
    done = import_file(IMPORTER, path)
    assert done.broken
    assert 0 < len(done.tables[SourceTable.ARTIST]) < 5_000


@pytest.mark.parametrize(
    "prolog",
    [
        b'<!DOCTYPE artists [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        b'<!DOCTYPE artists SYSTEM "http://127.0.0.1:9/x.dtd">',
        b'<?a?><!DOCTYPE artists [<!ENTITY a "?><artists ">]>',
        b'<!-- --><!DOCTYPE artists [<!ENTITY a "--><artists ">]>',
    ],
)
def test_a_document_type_is_refused_before_anything_is_parsed(tmp_path: Path, prolog: bytes) -> None:
    document = prolog + b"<artists><artist><id>1</id><name>&a;</name></artist></artists>"
    done = import_file(IMPORTER, write_dump(tmp_path, "artists", document))
    assert (done.tables, done.rejects) == ({}, [])
    assert "does not begin as a dump does" in (done.broken or "")
    with pytest.raises(MalformedInput):
        read(prolog + b"<artist><id>1</id><name>&a;</name></artist>")


def test_declarations_and_comments_before_the_root_are_no_harm(tmp_path: Path) -> None:
    prolog = b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- made monthly -->\n'
    done = import_file(IMPORTER, write_dump(tmp_path, "artists", prolog + dump("artists", artist(1, "Ada"))))
    assert (counts(done), done.broken) == ({"artist": 1}, None)


@pytest.mark.parametrize("filling", [b"<junk/>", b"<release id='1'>" + b"<notes>x</notes>" * 10, b"x" * 1_000])
def test_what_never_becomes_a_record_is_not_gathered_without_end(tmp_path: Path, filling: bytes) -> None:
    document = b"<releases>" + filling * (2 * RECORD_LIMIT // len(filling))
    done = import_file(IMPORTER, write_dump(tmp_path, "releases", document))
    assert done.broken
    assert done.tables == {}


@pytest.mark.parametrize("document", [b"", b"<artists/>", b"<artists></artists>\n"])
def test_an_empty_dump_is_no_mistake(tmp_path: Path, document: bytes) -> None:
    assert import_file(IMPORTER, write_dump(tmp_path, "artists", document)) == Imported(tables={})


def test_elements_of_the_same_name_deeper_down_are_no_records(tmp_path: Path) -> None:
    done = taken(tmp_path, "artists", f"<group>{artist(1, 'Inner')}</group>", artist(2, "Outer"))
    assert [row["name"] for row in done.tables[SourceTable.ARTIST]] == ["Outer"]


def test_an_import_is_as_of_the_day_in_the_name_and_in_the_public_domain(tmp_path: Path) -> None:
    records = [release(one, f"R {one}", track("1", "T")) for one in range(1, 40)]
    path = write_dump(tmp_path, "releases", dump("releases", *records))
    use = Importing(imports=Imports(tmp_path / "archive"), importer=IMPORTER, part_rows=10)
    done = use.take(path, as_of=None, progress=Silent()).done
    assert (done.as_of, done.records, done.rejected, done.broken) == (date(2026, 8, 1), 39, 0, None)
    assert done.rows == {"release": 39, "recording": 39, "track": 39}
    assert set(done.licences.values()) == {"CC0-1.0"}


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_malformed(data: bytes) -> None:
    with suppress(MalformedInput):
        read(data).take()


@given(st.data())
def test_any_damage_to_a_record_gives_rows_or_malformed(data: st.DataObject) -> None:
    whole = release(
        20, "Homogenic", track("A1", "Jóga", "5:05"), track("B1", "Nested", parts=track("B1a", "x"))
    ).encode()
    at = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 40))
    with suppress(MalformedInput):
        read(whole[:at] + data.draw(st.binary(max_size=12)) + whole[at + length :]).take()


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6), max_size=6))
def test_every_track_is_of_its_own_recording_and_place(numbers: list[str]) -> None:
    printed = [one.replace("&", "").replace("<", "").replace("]", "") for one in numbers]
    rows = read(release(1, "A", *(track(one, "T", "1:00") for one in printed)).encode()).take()
    tracks = rows[SourceTable.TRACK].to_pylist() if SourceTable.TRACK in rows else []
    assert len(tracks) == sum(bool(one.strip()) for one in printed)
    assert [row["recording_id"] for row in tracks] == [f"1-{place}" for place in range(1, len(tracks) + 1)]
    assert len({(row["medium"], row["position"]) for row in tracks}) == len(tracks)
    assert {row["medium"] for row in tracks} == set(range(1, len({row["medium"] for row in tracks}) + 1))


def test_real_dumps_are_read_whole() -> None:
    if not REAL.is_dir():
        pytest.skip("no real dumps of Discogs beside the repository")
    artists = import_file(IMPORTER, REAL / "discogs_20200806_artists.xml.gz")
    assert (counts(artists), artists.rejects, artists.broken) == ({"artist": 1_000}, [], None)
    rows = artists.tables[SourceTable.ARTIST]
    assert len({row["id"] for row in rows}) == 1_000
    assert rows[0]["name"] == "The Persuader"
    assert rows[0]["aliases"][:3] == ["Persuader", "The Presuader", "Jesper Dahlbäck"]
    for name in ("labels", "masters"):
        assert import_file(IMPORTER, REAL / f"discogs_20200806_{name}.xml.gz") == Imported(tables={})
