"""Tags of every container as Vorbis comments."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.audio.comments import as_comments

NAMES = st.sampled_from(
    [
        *(
            "TIT2",
            "TPE1",
            "COMM::eng",
            "TXXX:Label",
            "PRIV:x",
            "UFID:http://musicbrainz.org",
            "©nam",
            "trkn",
            "tmpo",
        ),
        *("----:com.apple.iTunes:LICENSE", "title", "date", "mood", "ISRC", "Year", "Album Artist", "INAM"),
        *("WM/AlbumTitle", "REPLAYGAIN_TRACK_GAIN", "R128_TRACK_GAIN", "encoder", "Ünïcode", "a=b", ""),
    ]
) | st.text(max_size=8)
TAGS = st.lists(st.tuples(NAMES, st.lists(st.text(max_size=6), max_size=3).map(tuple)), max_size=6).map(tuple)


@pytest.mark.parametrize(
    ("name", "comment"),
    [
        ("TIT2", "TITLE"), ("TPE2", "ALBUMARTIST"), ("COMM::eng", "COMMENT"), ("WCOP", "LICENSE"),
        ("TXXX:MusicBrainz Album Id", "MUSICBRAINZ ALBUM ID"), ("©nam", "TITLE"), ("trkn", "TRACKNUMBER"),
        ("----:com.apple.iTunes:ISRC", "ISRC"), ("title", "TITLE"), ("date", "DATE"), ("solo", "SOLO"),
        ("Year", "DATE"), ("ISRC", "ISRC"), ("MOOD", "MOOD"), ("INAM", "TITLE"), ("WM/AlbumTitle", "ALBUM"),
    ],
)  # fmt: skip
def test_the_usual_names_of_every_container_are_understood(name: str, comment: str) -> None:
    assert as_comments(((name, ("value",)),)) == ((comment, ("value",)),)


@pytest.mark.parametrize(
    "name",
    [
        "PRIV:x",
        "UFID:x",
        "TSSE",
        "tmpo",
        "pgap",
        "REPLAYGAIN_TRACK_GAIN",
        "r128_track_gain",
        "encoder",
        "a=b",
        "",
    ],
)
def test_what_is_about_the_file_or_has_no_name_is_left_behind(name: str) -> None:
    assert as_comments(((name, ("value",)),)) == ()


def test_values_of_one_name_are_joined_once_each_in_their_order() -> None:
    tags = (("TIT2", ("a", "b")), ("title", ("b", "c", " ")))
    assert as_comments(tags) == (("TITLE", ("a", "b", "c")),)


@given(TAGS)
def test_comments_have_plain_names_and_values_and_stay_as_they_are(
    tags: tuple[tuple[str, tuple[str, ...]], ...],
) -> None:
    comments = as_comments(tags)
    plain = set(string.printable) - set("=\t\n\r\v\f~")
    for name, values in comments:
        assert name
        assert set(name) <= plain
        assert values
        assert all(value.strip() for value in values)
    assert dict(as_comments(comments)).keys() <= dict(comments).keys()
