"""Internet Archive items and DDEX messages: what is audio, whose it is, how long; hostile ones are refused."""

import json
from pathlib import Path

import pytest
from driving import Imported, import_file
from dumps_ddex import message

from longplay.catalogue.importers import ddex, internetarchive
from longplay.catalogue.source_tables import SourceTable

ITEM = {
    "created": 1,
    "d1": "ia.example",
    "files": [
        {"name": "01 Low Tide.flac", "source": "original", "length": "225.4", "title": "Low Tide"},
        {"name": "02 Lamps.flac", "source": "original", "length": "03:05", "title": ["Lamps", "x"]},
        {"name": "01 Low Tide.mp3", "source": "derivative", "original": "01 Low Tide.flac", "length": "225.4"},
        {"name": "cover.jpg", "source": "original", "format": "JPEG"},
        {"name": "item_meta.xml", "source": "metadata", "format": "Metadata"},
    ],
    "metadata": {
        "identifier": "the-pier-quiet-harbour",
        "mediatype": "audio",
        "title": "Quiet Harbour",
        "creator": ["The Pier", "Ada"],
        "date": "1999-05-01",
        "licenseurl": "http://creativecommons.org/licenses/by/4.0/",
    },
}  # fmt: skip


def taken(tmp_path: Path, item: object, name: str = "item.json") -> Imported:
    path = tmp_path / name
    path.write_text(item if isinstance(item, str) else json.dumps(item))
    return import_file(internetarchive.IMPORTER, path)


def test_an_item_is_a_release_and_its_original_audio_files_are_recordings(tmp_path: Path) -> None:
    done = taken(tmp_path, ITEM)
    (release,) = done.tables[SourceTable.RELEASE]
    assert (release["id"], release["title"], release["date"]) == (
        "the-pier-quiet-harbour", "Quiet Harbour", "1999-05-01",
    )  # fmt: skip
    assert release["licence"] == "http://creativecommons.org/licenses/by/4.0/"
    told = [(row["id"], row["title"], row["duration_ms"]) for row in done.tables[SourceTable.RECORDING]]
    assert told == [
        ("the-pier-quiet-harbour/01 Low Tide.flac", "Low Tide", 225_400),
        ("the-pier-quiet-harbour/02 Lamps.flac", "Lamps", 185_000),
    ]
    assert len(done.tables[SourceTable.TRACK]) == 2


@pytest.mark.parametrize(
    "change", [{"is_dark": True}, {"metadata": {**ITEM["metadata"], "mediatype": "texts"}}]
)
def test_what_is_dark_or_no_audio_leaves_no_rows(tmp_path: Path, change: dict[str, object]) -> None:
    assert taken(tmp_path, ITEM | change).tables == {}


def test_items_may_stand_one_a_line_and_bad_ones_stop_nothing(tmp_path: Path) -> None:
    done = taken(tmp_path, "\n".join([json.dumps(ITEM), "{", "[]", json.dumps(ITEM)]), "items.jsonl")
    assert len(done.tables[SourceTable.RELEASE]) == 2
    assert len(done.rejects) == 2


@pytest.mark.parametrize("version", ["382", "41", "42", "43"])
def test_a_message_of_every_version_gives_its_album(tmp_path: Path, version: str) -> None:
    path = tmp_path / "message.xml"
    path.write_bytes(message(version, ("Low Tide", "Lamps", "No code")))
    done = import_file(ddex.IMPORTER, path)
    assert (done.rejects, done.broken) == ([], None)
    told = [
        (row["title"], row["isrcs"], row["artist_credit"], row["duration_ms"])
        for row in done.tables[SourceTable.RECORDING]
    ]
    assert told == [
        ("Low Tide", ["SEABC2600001"], "The Pier", 225_400),
        ("Lamps", ["GBXYZ9912345"], "The Pier", 225_400),
        ("No code", [], "The Pier", 225_400),
    ]
    (release,) = done.tables[SourceTable.RELEASE]
    assert (release["title"], release["barcode"]) == ("Quiet Harbour", "7300000000017")
    tracks = [(row["position"], row["recording_id"]) for row in done.tables[SourceTable.TRACK]]
    assert tracks == [(1, "SEABC2600001"), (2, "GBXYZ9912345")]


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a xmlns="http://ddex.net/xml/ern/382">&b;</a>',
        b'<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/382"><MessageHeader>',
        b"<a/>",
    ],
)
def test_a_hostile_or_broken_message_is_rejected(tmp_path: Path, hostile: bytes) -> None:
    path = tmp_path / "message.xml"
    path.write_bytes(hostile)
    done = import_file(ddex.IMPORTER, path)
    assert (done.tables, len(done.rejects)) == ({}, 1)
