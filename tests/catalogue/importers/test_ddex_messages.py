"""DDEX messages: credits, discs, titles with versions, codes in any spelling; any bytes."""

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from driving import import_file
from dumps_ddex import message
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers.ddex import IMPORTER
from longplay.catalogue.sources.rows import Pseudonyms, Rows
from longplay.catalogue.sources.streams import CountedFile, members
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput
from longplay.formats.ddex import LENGTH_LIMIT

Told = dict[SourceTable, list[dict[str, Any]]]


def read(document: bytes) -> Told:
    rows = Rows(Pseudonyms(b"k" * 32), IMPORTER.source)
    IMPORTER.read(document, rows)
    return {table: taken.to_pylist() for table, taken in rows.take().items()}


def recording(reference: str, *inside: str, title: str = "<TitleText>Song</TitleText>") -> str:
    named = f"<ReferenceTitle>{title}</ReferenceTitle>"
    told_of = f"<ResourceReference>{reference}</ResourceReference>{named}{''.join(inside)}"
    return f"<SoundRecording>{told_of}</SoundRecording>"


def group(*references: str, inside: str = "", kind: str = "") -> str:
    items = "".join(
        f"<ResourceGroupContentItem><SequenceNumber>{place}</SequenceNumber>"
        f"<ReleaseResourceReference>{one}</ReleaseResourceReference></ResourceGroupContentItem>"
        for place, one in enumerate(references, 1)
    )
    attribute = f' ResourceGroupType="{kind}"' if kind else ""
    return f"<ResourceGroup{attribute}>{items}{inside}</ResourceGroup>"


def told(
    *recordings: str, releases: str = "", header: str = "", parties: str = "", identifier: str = "M1"
) -> Told:
    """What comes of a message of ERN 3.8 with these parts."""
    return read(
        f"""<e:NewReleaseMessage xmlns:e="http://ddex.net/xml/ern/382"><MessageHeader>
<MessageId>{identifier}</MessageId><MessageSender><PartyId>PADPIDA1</PartyId></MessageSender>{header}</MessageHeader>
<PartyList>{parties}</PartyList><ResourceList>{"".join(recordings)}</ResourceList>
<ReleaseList>{releases}</ReleaseList></e:NewReleaseMessage>""".encode()
    )


def release(*inside: str) -> str:
    title = "<ReferenceTitle><TitleText>Album</TitleText></ReferenceTitle>"
    return f"<Release><ReleaseReference>R0</ReleaseReference>{title}{''.join(inside)}</Release>"


def test_what_has_no_code_is_named_by_its_sender_message_and_reference() -> None:
    rows = told(recording("A1"), releases=release("<ReleaseResourceReference>A1</ReleaseResourceReference>"))
    assert rows[SourceTable.RECORDING][0]["id"] == "PADPIDA1:M1:A1"
    assert rows[SourceTable.RELEASE][0]["id"] == "PADPIDA1:M1:R0"
    assert rows[SourceTable.TRACK] == [
        {
            "release_id": "PADPIDA1:M1:R0",
            "recording_id": "PADPIDA1:M1:A1",
            "medium": 1,
            "position": 1,
            "number": None,
            "title": None,
        }
    ]


@pytest.mark.parametrize(
    ("title", "whole"),
    [
        ("<TitleText>Song</TitleText><SubTitle>Live</SubTitle>", "Song (Live)"),
        ("<TitleText>Song</TitleText><SubTitle>(Live)</SubTitle>", "Song (Live)"),
        ("<TitleText>Song (live)</TitleText><SubTitle>Live</SubTitle>", "Song (live)"),
        ("<TitleText> Song\n One </TitleText><SubTitle/>", "Song One"),
    ],
)
def test_a_version_is_part_of_the_title(title: str, whole: str) -> None:
    assert told(recording("A1", title=title))[SourceTable.RECORDING][0]["title"] == whole


def test_artists_are_credited_in_their_order_and_known_by_their_isni() -> None:
    artists = (
        "<SoundRecordingDetailsByTerritory><TerritoryCode>SE</TerritoryCode></SoundRecordingDetailsByTerritory>"
        "<SoundRecordingDetailsByTerritory><TerritoryCode>Worldwide</TerritoryCode>"
        '<DisplayArtist SequenceNumber="3"><PartyName><FullName>Cé</FullName></PartyName>'
        "<ArtistRole>FeaturedArtist</ArtistRole></DisplayArtist>"
        '<DisplayArtist SequenceNumber="2"><PartyName><FullName>Bø</FullName></PartyName></DisplayArtist>'
        '<DisplayArtist SequenceNumber="1"><PartyName><FullName>Ada</FullName></PartyName>'
        '<PartyId IsISNI="true">0000 0001 2170 748X</PartyId></DisplayArtist>'
        "</SoundRecordingDetailsByTerritory>"
    )
    rows = told(recording("A1", artists))
    [row] = rows[SourceTable.RECORDING]
    assert (row["artist_credit"], row["artist_ids"]) == ("Ada, Bø feat. Cé", ["000000012170748X"])
    [artist] = rows[SourceTable.ARTIST]
    assert (artist["id"], artist["name"]) == ("000000012170748X", "Ada")
    assert artist["identifiers"] == ["isni:000000012170748X"]


def test_artists_of_ern_4_are_looked_up_among_the_parties() -> None:
    rows = read(message("43", ("Low Tide",)))
    assert rows[SourceTable.RECORDING][0]["artist_ids"] == ["0000000121707484"]
    assert [row["name"] for row in rows[SourceTable.ARTIST]] == ["The Pier"]


def test_codes_dates_and_genres_are_read_in_any_spelling() -> None:
    inside = (
        "<SoundRecordingId><ISRC>se-abc-26-00001</ISRC><ISRC>nonsense</ISRC></SoundRecordingId>"
        "<WorkId><ISWC>T1234567890</ISWC></WorkId><Duration>-PT3S</Duration>"
        "<FirstPublicationDate>1999-05</FirstPublicationDate><Genre><GenreText>Dub</GenreText></Genre>"
    )
    [row] = told(recording("A1", inside))[SourceTable.RECORDING]
    assert (row["id"], row["isrcs"], row["iswcs"]) == ("SEABC2600001", ["SEABC2600001"], ["T-123.456.789-0"])
    assert (row["duration_ms"], row["year"], row["genres"], row["licence"]) == (None, 1999, ["dub"], None)


def test_two_resources_of_one_code_are_one_recording_on_two_tracks() -> None:
    code = "<SoundRecordingId><ISRC>SEABC2600001</ISRC></SoundRecordingId>"
    both = release(group("A1", "A2"))
    rows = told(recording("A1", code), recording("A2", code), recording("A3"), releases=both)
    assert [row["id"] for row in rows[SourceTable.RECORDING]] == ["SEABC2600001", "PADPIDA1:M1:A3"]
    assert [row["position"] for row in rows[SourceTable.TRACK]] == [1, 2]


def test_groups_within_the_group_of_all_are_discs_and_parts_of_a_work_are_not() -> None:
    work = group("A2", "A3", kind="MultiWorkPart")
    discs = group(inside=group("A1", inside=work) + group("A4", "V1"))
    songs = [recording(f"A{number}") for number in range(1, 5)]
    placed = told(*songs, releases=release(discs))[SourceTable.TRACK]
    assert [(row["recording_id"][-2:], row["medium"], row["position"]) for row in placed] == [
        ("A1", 1, 1),
        ("A2", 1, 2),
        ("A3", 1, 3),
        ("A4", 2, 1),
    ]


def test_releases_of_one_track_videos_and_what_has_no_title_leave_no_rows() -> None:
    single = release("<ReleaseType>TrackRelease</ReleaseType>")
    video = "<Video><ResourceReference>V1</ResourceReference></Video>"
    assert told(recording("A1", title=""), video, releases=single) == {}


def test_a_message_that_is_marked_as_a_test_leaves_no_rows() -> None:
    assert told(recording("A1"), header="<MessageControlType>TestMessage</MessageControlType>") == {}


def test_a_message_without_an_id_is_malformed() -> None:
    with pytest.raises(MalformedInput, match="MessageId"):
        told(recording("A1"), identifier="")


@pytest.mark.parametrize("stated", ["7300000000017", " 7-300000-000017 "])
def test_a_release_is_known_by_its_barcode(stated: str) -> None:
    codes = f"<ReleaseId><GRid>A1-2425G-ABC1234002-M</GRid><ICPN IsEan='true'>{stated}</ICPN></ReleaseId>"
    [row] = told(releases=release(codes) + release(codes))[SourceTable.RELEASE]
    assert (row["id"], row["barcode"]) == ("7300000000017", "7300000000017")
    assert row["identifiers"] == ["grid:A12425GABC1234002M"]


def test_one_long_name_credited_everywhere_is_cut() -> None:
    names = "".join(
        f"<Party><PartyReference>P{one}</PartyReference>"
        f"<PartyName><FullName>{one}{'n' * 9_000}</FullName></PartyName></Party>"
        for one in range(9)
    )
    artists = "".join(
        f"<DisplayArtist><ArtistPartyReference>P{one}</ArtistPartyReference></DisplayArtist>"
        for one in range(9)
    )
    [row] = told(recording("A1", artists), parties=names)[SourceTable.RECORDING]
    assert len(row["artist_credit"]) == 4_000


def test_the_day_is_that_on_which_the_message_was_made(tmp_path: Path) -> None:
    path = tmp_path / "message.xml"
    for document, expected in ((message("382", ("A",)), date(2026, 3, 1)), (b"<a/>", None)):
        path.write_bytes(document)
        with CountedFile(path) as raw:
            assert [IMPORTER.day(member) for member in members(path, raw, kind="ddex")] == [expected]


def test_a_message_that_is_too_long_is_rejected_and_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "long.xml").write_bytes(message("43", ("A",)) + b" " * LENGTH_LIMIT)
    assert len(import_file(IMPORTER, tmp_path / "long.xml").rejects) == 1
    for name, content in (("a.flac", b"x"), ("._m.xml", b"x"), ("empty.xml", b"")):
        (tmp_path / name).write_bytes(content)
        done = import_file(IMPORTER, tmp_path / name)
        assert (done.tables, done.rejects, done.broken) == ({}, [], None)


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_malformed(data: bytes) -> None:
    with suppress(MalformedInput):
        read(data)


@given(st.data())
def test_any_damage_to_a_message_gives_rows_or_malformed(data: st.DataObject) -> None:
    whole = message(data.draw(st.sampled_from(["382", "41", "43"])), ("Low Tide", "Lamps", "No code"))
    at = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 60))
    with suppress(MalformedInput):
        rows = read(whole[:at] + data.draw(st.binary(max_size=12)) + whole[at + length :])
        known = {row["id"] for row in rows.get(SourceTable.RECORDING, [])}
        assert {row["recording_id"] for row in rows.get(SourceTable.TRACK, [])} <= known
