"""Tags of every container as Vorbis comments."""

from pathlib import Path

import mutagen
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mutagen._vorbis import is_valid_key
from mutagen.id3 import TIT2, TPE1, UFID, Frames

from longplay.audio.comments import as_comments
from longplay.audio.decode import Decoded, decode
from longplay.audio.tags import read_tags
from measuring import white, write
from walks import chunk, fmt, riff

USUAL = {
    "ID3v2": {
        "TIT2": "TITLE", "TPE1": "ARTIST", "TPE2": "ALBUMARTIST", "TALB": "ALBUM", "TRCK": "TRACKNUMBER",
        "TDRC": "DATE", "COMM::eng": "COMMENT", "USLT::eng": "LYRICS", "WCOP": "LICENSE",
        "TXXX:MusicBrainz Album Id": "MUSICBRAINZ ALBUM ID", "TXXX:tit2": "TITLE",
    },
    "Vorbis": {
        "title": "TITLE", "date": "DATE", "solo": "SOLO", "link": "LINK", "time": "TIME",
        "description": "DESCRIPTION", "a:b": "A:B",
    },
    "MP4": {
        "©nam": "TITLE", "aART": "ALBUMARTIST", "trkn": "TRACKNUMBER", "----:com.apple.iTunes:ISRC": "ISRC",
    },
    "APEv2": {
        "Year": "DATE", "Track": "TRACKNUMBER", "Album Artist": "ALBUMARTIST", "ISRC": "ISRC", "MOOD": "MOOD",
        "BAND": "BAND",
    },
    "RIFF": {"INAM": "TITLE", "IART": "ARTIST", "IPRD": "ALBUM", "ICRD": "DATE", "ITRK": "TRACKNUMBER"},
    "ASF": {"Author": "ARTIST", "WM/AlbumTitle": "ALBUM", "WM/TrackNumber": "TRACKNUMBER"},
    "FFmpeg": {"album_artist": "ALBUMARTIST", "track": "TRACKNUMBER", "disc": "DISCNUMBER"},
}  # fmt: skip

LEFT_BEHIND = [
    "PRIV:x", "UFID:http://musicbrainz.org", "TSSE", "APIC:", "priv", "TXXX", "TXXX:", "TXXX:TXXX:",
    "LINK:TIT2:x", "TXXX:replaygain_track_gain", "COMM:iTunNORM:eng", "tmpo", "pgap", "cpil",
    "----:com.apple.iTunes:iTunNORM",
    "----:x", "----:x:", "ISFT", "REPLAYGAIN_TRACK_GAIN", "r128_track_gain", "R128_ALBUM_GAIN", "encoder",
    "metadata_block_picture", "a=b", "Ünïcode", "tab\t", "", "x" * 101,
]  # fmt: skip

NAMES = st.sampled_from([*(name for names in USUAL.values() for name in names), *LEFT_BEHIND])
ANY_NAME = (
    NAMES
    | NAMES.map(str.upper)
    | NAMES.map(str.lower)
    | st.text(max_size=8)
    | st.lists(NAMES | st.sampled_from(["TXXX", "----", "x"]), max_size=4).map(":".join)
)
TAGS = st.lists(st.tuples(ANY_NAME, st.lists(st.text(max_size=6), max_size=3).map(tuple)), max_size=6).map(
    tuple
)


@pytest.mark.parametrize(
    ("name", "comment"), [pair for names in USUAL.values() for pair in names.items()], ids=lambda name: name
)
def test_the_usual_names_of_every_container_are_understood(name: str, comment: str) -> None:
    assert as_comments(((name, ("value",)),)) == ((comment, ("value",)),)


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_is_about_the_file_or_has_no_name_is_left_behind(name: str) -> None:
    assert as_comments(((name, ("value",)),)) == ()


@pytest.mark.parametrize("name", Frames)
def test_no_frame_that_mutagen_knows_keeps_its_name_unless_it_is_a_word(name: str) -> None:
    names = {comment for comment, _values in as_comments(((name, ("value",)),))}
    assert name not in names or name in {"TIME", "GRID", "LINK", "SIGN", "USER"}


def test_values_of_one_name_are_joined_once_each_in_their_order() -> None:
    tags = (("TIT2", ("a", "b")), ("TPE1", ("x",)), ("title", ("b", "c", " ")))
    assert as_comments(tags) == (("TITLE", ("a", "b", "c")), ("ARTIST", ("x",)))


def test_a_name_without_values_is_left_behind() -> None:
    assert as_comments((("title", ()), ("artist", ("", " \n")))) == ()


@given(TAGS)
@example((("solo", ("x",)), ("inam", ("y",))))
@example((("TXXX:TIT2", ("x",)), ("txxx:title", ("y",))))
def test_comments_have_plain_names_and_values_and_stay_as_they_are(
    tags: tuple[tuple[str, tuple[str, ...]], ...],
) -> None:
    """mutagen judges the names."""
    comments = as_comments(tags)
    for name, values in comments:
        assert is_valid_key(name)
        assert name == name.upper()
        assert values
        assert all(value.strip() for value in values)
    assert as_comments(comments) == comments


def test_what_mutagen_writes_into_an_mp3_comes_over(tmp_path: Path) -> None:
    path = write(tmp_path / "song.mp3", white(0.2), codec="libmp3lame")
    file = mutagen.File(path)
    file.tags.clear()
    file.tags.add(TIT2(text=["One", "Two"]))
    file.tags.add(TPE1(text=["Ada", "Bob"]))
    file.tags.add(UFID(owner="http://musicbrainz.org", data=b"x"))
    file.save()
    facts, problem = read_tags(path, name=path.name, metadata=())
    assert problem is None
    assert set(as_comments(facts.tags)) == {("TITLE", ("One", "Two")), ("ARTIST", ("Ada", "Bob"))}


def test_what_only_ffmpeg_reads_of_a_wave_file_comes_over(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    told = {b"INAM": b"One\0", b"ITRK": b"3\0", b"ISFT": b"Us\0"}
    info = chunk(b"LIST", b"INFO" + b"".join(chunk(name, value) for name, value in told.items()))
    path.write_bytes(riff(fmt(), info, chunk(b"data", bytes(4_000))))
    decoded = decode(path)
    assert isinstance(decoded, Decoded)
    facts, _problem = read_tags(path, name=path.name, metadata=decoded.metadata)
    assert set(as_comments(facts.tags)) == {("TITLE", ("One",)), ("TRACKNUMBER", ("3",))}
