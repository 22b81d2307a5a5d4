"""Clues: identifiers and names as taggers and people really write them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.curation.matching.clues import Name, clues_of
from longplay.model.audio import TagFacts
from longplay.model.digests import ContentId, FileDigests
from longplay.model.holdings import Holding, Provenance
from longplay.model.units import ByteCount, SampleCount
from standing import AUDIO

MBID = "8f3471b5-7e6a-48da-86a9-c1c07a0f47ae"
ID = ContentId("c" * 64)
BARE = Holding(
    digests=FileDigests(
        size=ByteCount(1), content_id=ID, pieces_root=None, piece_layer=b"", v1_pieces=b"", v1_last=b"\0" * 20
    ),
    audio=AUDIO,
    tags=TagFacts(),
    statements=(),
    provenances=(),
)


def placed(path: str, **given: str) -> Holding:
    place = Provenance(accession="one", source="test", root="/", path=path, given=tuple(given.items()))
    return replace(BARE, provenances=(place,))


def tagged(**tags: str) -> Holding:
    return replace(BARE, tags=TagFacts(tags=tuple((key, (value,)) for key, value in tags.items())))


@pytest.mark.parametrize(
    "key",
    [
        "musicbrainz_trackid",
        "UFID:http://musicbrainz.org",
        "----:com.apple.iTunes:MusicBrainz Track Id",
        "MusicBrainz/Track Id",
        "MUSICBRAINZ_TRACKID",
    ],
)
@pytest.mark.parametrize("value", [MBID, MBID.upper(), f"http://musicbrainz.org/recording/{MBID}"])
def test_the_mbid_stands_in_each_container_under_its_own_name(key: str, value: str) -> None:
    assert ("musicbrainz", MBID) in clues_of(tagged(**{key: value})).identifiers


@pytest.mark.parametrize("key", ["musicbrainz_releasetrackid", "musicbrainz_albumid", "musicbrainz_workid"])
def test_other_mbids_are_no_recordings(key: str) -> None:
    assert clues_of(tagged(**{key: MBID})).identifiers == (("sha256", ID),)


@pytest.mark.parametrize("key", ["TSRC", "isrc", "WM/ISRC", "----:com.apple.iTunes:ISRC"])
@pytest.mark.parametrize("value", ["SE-ABC-25-00001", "seabc2500001", "SEABC2500001/SEABC2500002"])
def test_isrcs_lose_hyphens_and_case_and_may_be_several(key: str, value: str) -> None:
    assert ("isrc", "SEABC2500001") in clues_of(tagged(**{key: value})).identifiers


def test_what_is_no_identifier_is_none() -> None:
    assert clues_of(tagged(isrc="none", musicbrainz_trackid="n/a")).identifiers == (("sha256", ID),)


def test_a_title_alone_may_have_the_artist_in_front() -> None:
    assert clues_of(placed("x.flac", title="Ada - Song")).names == (
        Name(artist="", title="Ada - Song"),
        Name(artist="Ada", title="Song"),
    )
    assert Name(artist="ada", title="Song") in clues_of(placed("x", title="Ada - Song", artist="ada")).names


def test_a_file_that_nothing_names_is_called_what_its_name_says() -> None:
    assert clues_of(placed("Disc 1/03 - Song.flac")).names == (
        Name(artist="", title="03 - Song"),
        Name(artist="", title="Song"),
    )
    assert Name(artist="Ada", title="Song") in clues_of(placed("1-07 Ada - Song.ogg")).names
    assert clues_of(placed("03.flac")).names == (Name(artist="", title="03"),)
    assert Name(artist="Ada", title="Song") in clues_of(placed("Ada - Song")).names
    assert clues_of(placed("Vol. 1 Intro")).names == (Name(artist="", title="Vol. 1 Intro"),)
    assert clues_of(placed("100%25 pure.ogg")).names[0].title == "100% pure"
    assert not clues_of(placed("03.flac")).is_named
    assert clues_of(placed("03.flac", title="Song")).is_named


@given(path=st.text(max_size=40), title=st.text(max_size=40), artist=st.text(max_size=20))
def test_whatever_stands_there_names_are_names(path: str, title: str, artist: str) -> None:
    for holding in (placed(path), placed(path, title=title, artist=artist)):
        clues = clues_of(holding)
        assert all(name.title.strip() for name in clues.names)
        assert list(clues.names) == sorted(set(clues.names))


def test_no_sound_has_no_playing_time() -> None:
    assert clues_of(replace(BARE, audio=replace(AUDIO, samples=SampleCount(0)))).duration_ms is None
    assert clues_of(BARE).duration_ms == 1_000
