"""Tags: every value of every container, pictures noted, hostile text made harmless, no bytes ever raising."""

import base64
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, TIT2, TPE1, TRCK, TXXX, UFID, WCOP, WXXX
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from longplay.audio.encode import Encoding
from longplay.audio.tags import VALUE_LIMIT, VALUES_LIMIT, read_tags
from longplay.model.audio import TagFacts

MakeTone = Callable[..., Path]
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
PICTURE = b"\x89PNG and more"


def read(path: Path, *, metadata: tuple[tuple[str, str], ...] = ()) -> TagFacts:
    facts, problem = read_tags(path, name=path.name, metadata=metadata)
    assert problem is None
    return facts


@pytest.mark.parametrize("encoding", Encoding)
def test_the_usual_tags_of_every_container_are_found(
    tmp_path: Path, make_tone: MakeTone, encoding: Encoding
) -> None:
    path = make_tone(
        tmp_path / f"song{encoding.suffix}",
        encoding=encoding,
        title="Für Elise",
        artist="Somebody",
        album="Pieces",
        tracknumber="7",
        licence=CC_BY,
    )
    facts = read(path)
    assert (facts.title, facts.artist, facts.album, facts.track) == ("Für Elise", "Somebody", "Pieces", 7)
    assert CC_BY in {value for _name, value in facts.licences}


@pytest.mark.parametrize("encoding", Encoding)
def test_a_file_without_tags_has_none(tmp_path: Path, make_tone: MakeTone, encoding: Encoding) -> None:
    facts = read(make_tone(tmp_path / f"song{encoding.suffix}", encoding=encoding))
    assert (facts.title, facts.artist, facts.track, facts.pictures) == (None, None, None, ())
    assert facts.licences == ()


def test_every_value_of_a_vorbis_comment_is_kept(tmp_path: Path, make_tone: MakeTone) -> None:
    for encoding, kind in ((Encoding.FLAC, FLAC), (Encoding.OPUS, OggOpus), (Encoding.VORBIS, OggVorbis)):
        path = make_tone(tmp_path / f"song{encoding.suffix}", encoding=encoding)
        file = kind(path)
        file["ARTIST"] = ["One", "Two", "Three"]
        file["LICENSE"] = [CC_BY, "all rights reserved"]
        file.save()
        facts = read(path)
        assert dict(facts.tags)["artist"] == ("One", "Two", "Three")
        assert facts.artist == "One"
        assert [value for _name, value in facts.licences] == [CC_BY, "all rights reserved"]


def test_every_value_of_id3_frames_is_kept(tmp_path: Path, make_tone: MakeTone) -> None:
    for encoding, kind in ((Encoding.MP3, MP3), (Encoding.WAV, WAVE)):
        path = make_tone(tmp_path / f"song{encoding.suffix}", encoding=encoding, title="x")
        file = kind(path)
        file.tags.add(TPE1(encoding=3, text=["One", "Two"]))
        file.tags.add(TRCK(encoding=3, text=["3/12"]))
        file.tags.add(TXXX(encoding=3, desc="LICENSE", text=[CC_BY]))
        file.tags.add(WCOP(url=CC_BY))
        file.tags.add(WXXX(encoding=3, desc="home", url="https://example.org"))
        file.tags.add(COMM(encoding=3, lang="eng", desc="", text=["a comment"]))
        file.tags.add(UFID(owner="http://musicbrainz.org", data=b"id"))
        file.save()
        facts = read(path)
        assert dict(facts.tags)["TPE1"] == ("One", "Two")
        assert (facts.artist, facts.track) == ("One", 3)
        assert {value for _name, value in facts.licences} == {CC_BY, "a comment"}


def test_every_value_of_mp4_atoms_is_kept(tmp_path: Path, make_tone: MakeTone) -> None:
    path = make_tone(tmp_path / "song.m4a", encoding=Encoding.M4A)
    file = MP4(path)
    file["©ART"] = ["One", "Two"]
    file["trkn"] = [(4, 9)]
    file["cpil"] = True
    file["tmpo"] = [120]
    file.save()
    facts = read(path)
    tags = dict(facts.tags)
    assert (tags["©ART"], tags["trkn"], facts.track) == (("One", "Two"), ("4/9",), 4)
    assert tags["cpil"] == ("True",)


def test_pictures_are_noted_and_not_extracted(tmp_path: Path, make_tone: MakeTone) -> None:
    noted = (3, len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
    cover = Picture()
    cover.data, cover.type, cover.mime = PICTURE, 3, "image/png"
    flac = FLAC(make_tone(tmp_path / "song.flac"))
    flac.add_picture(cover)
    flac.save()
    ogg = OggVorbis(make_tone(tmp_path / "song.ogg", encoding=Encoding.VORBIS))
    ogg["metadata_block_picture"] = [base64.b64encode(cover.write()).decode()]
    ogg.save()
    mp3 = MP3(make_tone(tmp_path / "song.mp3", encoding=Encoding.MP3, title="x"))
    mp3.tags.add(APIC(encoding=3, mime="image/png", type=3, desc="", data=PICTURE))
    mp3.save()
    mp4 = MP4(make_tone(tmp_path / "song.m4a", encoding=Encoding.M4A))
    mp4["covr"] = [MP4Cover(PICTURE, imageformat=MP4Cover.FORMAT_PNG)]
    mp4.save()
    for file in tmp_path.iterdir():
        facts = read(file)
        (picture,) = facts.pictures
        assert (picture.kind, picture.size, picture.sha256) == noted
        assert picture.mime == "image/png"
        assert not any(
            PICTURE[:4].decode("latin-1") in value for _key, values in facts.tags for value in values
        )


def test_a_picture_that_cannot_be_read_costs_no_tag(tmp_path: Path, make_tone: MakeTone) -> None:
    path = make_tone(tmp_path / "song.ogg", encoding=Encoding.VORBIS)
    file = OggVorbis(path)
    file["artist"] = ["One", "Two"]
    file["license"] = [CC_BY]
    file["metadata_block_picture"] = ["this is no base64 and no picture"]
    file.save()
    facts, problem = read_tags(path, name=path.name, metadata=(("artist", "One"),))
    assert dict(facts.tags)["artist"] == ("One", "Two")
    assert [value for _name, value in facts.licences] == [CC_BY]
    assert facts.pictures == ()
    assert problem is not None
    assert "picture" in problem


HOSTILE = "a\0b\0\0 \x1b[31m \u202e \ud83d end\0"


def test_hostile_text_becomes_text_that_json_utf_8_and_sql_take(tmp_path: Path, make_tone: MakeTone) -> None:
    path = make_tone(tmp_path / "song.mp3", encoding=Encoding.MP3, title="x")
    file = MP3(path)
    file.tags.add(TIT2(encoding=1, text=["nul\0inside", "\u202ereversed"]))
    file.tags.add(TXXX(encoding=3, desc="bytes", text=["x" * (VALUE_LIMIT + 9)]))
    file.save()
    facts = read(path)
    json.dumps(facts.tags).encode()
    for key, values in facts.tags:
        for value in (key, *values):
            value.encode()
            assert "\0" not in value
            assert len(value) <= VALUE_LIMIT
    assert facts.title == "nul"


def test_lone_surrogates_of_the_demuxer_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "song.xyz"
    path.write_bytes(b"nothing mutagen knows")
    facts = read(path, metadata=(("title", HOSTILE), ("licence", CC_BY)))
    assert facts.title is not None
    facts.title.encode()
    assert "\0" not in facts.title
    assert dict(facts.tags)["title"] == ("a\nb\n\n \x1b[31m \u202e ? end",)
    assert facts.licences == (("licence", CC_BY),)


def test_no_more_values_are_read_than_the_limit(tmp_path: Path, make_tone: MakeTone) -> None:
    path = make_tone(tmp_path / "song.flac")
    file = FLAC(path)
    file["NOTE"] = ["x"] * (VALUES_LIMIT + 5)
    file.save()
    facts = read(path)
    assert sum(len(values) for _key, values in facts.tags) == VALUES_LIMIT


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("07/12", 7), ("0", 0), ("", None), ("A1", None), ("-3", None), ("٣", None), ("9999999", None)],
)
def test_a_track_number_is_a_plain_number_or_none(
    tmp_path: Path, make_tone: MakeTone, text: str, number: int | None
) -> None:
    path = make_tone(tmp_path / "song.flac")
    file = FLAC(path)
    file["TRACKNUMBER"] = [text]
    file.save()
    assert read(path).track == number


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_tags(tmp_path / "absent.flac", name="absent.flac", metadata=())


@pytest.mark.parametrize("name", ["\udcff.flac", "", "x" * 300 + ".flac", "new\nline.ogg", "song"])
def test_any_name_is_taken(tmp_path: Path, make_tone: MakeTone, name: str) -> None:
    path = make_tone(tmp_path / "song", title="Lied")
    facts, problem = read_tags(path, name=name, metadata=())
    assert (facts.title, problem) == ("Lied", None)


_MAGIC = [
    *(b"", b"fLaC\0\0\0\x22", b"RIFF\x24\0\0\0WAVEid3 ", b"OggS\0\x02", b"ID3\x04\0\0\0\0\x0f\x76"),
    *(b"\0\0\0\x20ftypM4A ", b"FORM\0\0\0\x40AIFFID3 ", b"MAC \x96\x0f", b"wvpk", b"APETAGEX\xd0\x07\0\0"),
    *(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", b"DSD \x1c\0\0\0", b"MThd\0\0\0\6"),
    *(b"TTA1", b"MPCK", b"tBaK", b"OFR ", b"FRM8"),
]
_NAMES = [
    "x",
    "x.mp3",
    "x.flac",
    "x.ogg",
    "x.m4a",
    "x.wav",
    "x.aiff",
    "x.ape",
    "x.wma",
    "x.dsf",
    "x.aac",
    "x.mid",
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), magic=st.sampled_from(_MAGIC), name=st.sampled_from(_NAMES))
def test_any_bytes_give_tags_or_a_sentence(tmp_path: Path, data: bytes, magic: bytes, name: str) -> None:
    path = tmp_path / "any"
    path.write_bytes(magic + data)
    check_any(path, name)


@pytest.mark.parametrize("encoding", Encoding)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_tags_give_tags_or_a_sentence(
    tmp_path: Path, make_tone: MakeTone, encoding: Encoding, data: st.DataObject
) -> None:
    path = make_tone(
        tmp_path / f"song{encoding.suffix}", encoding=encoding, title="Title", artist="Artist", tracknumber="3"
    )
    out = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8), label="changes")):
        head = min(len(out), data.draw(st.sampled_from([64, 600, len(out)]), label="within"))
        out[data.draw(st.integers(0, head - 1), label="place")] = data.draw(
            st.sampled_from([0, 1, 127, 128, 255]) | st.integers(0, 255), label="byte"
        )
    path.write_bytes(bytes(out[: data.draw(st.none() | st.integers(0, len(out)), label="cut")]))
    check_any(path, path.name)


def check_any(path: Path, name: str) -> None:
    facts, problem = read_tags(path, name=name, metadata=(("title", "of the demuxer"),))
    json.dumps([facts.tags, facts.licences, facts.title]).encode()
    assert problem is None or problem.isprintable() or "\n" in problem


def test_a_seek_before_the_start_of_a_hostile_file_is_a_sentence(tmp_path: Path) -> None:
    """A DSF header points to tags at an offset no file can have."""
    out = io.BytesIO()
    out.write(b"DSD " + struct.pack("<QQQ", 28, 100, (1 << 63) - 1) + bytes(100))
    path = tmp_path / "song.dsf"
    path.write_bytes(out.getvalue())
    check_any(path, path.name)


def test_vorbis_comments_come_in_the_order_of_the_file_whatever_the_hash_seed(
    tmp_path: Path, make_tone: Callable[..., Path]
) -> None:
    path = make_tone(tmp_path / "song.flac")
    names = ["zeta", "alpha", "title", "mike", "artist", "bravo"]
    file = FLAC(path)
    file.tags[:] = [(name, "x") for name in names]
    file.save()
    code = (
        "import sys; from pathlib import Path; from longplay.audio.tags import read_tags; "
        "print([n for n, _ in read_tags(Path(sys.argv[1]), name='song.flac', metadata=())[0].tags])"
    )
    for seed in ("1", "2", "3"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str(names)


def test_a_flac_under_another_suffix_keeps_all_its_values(
    tmp_path: Path, make_tone: Callable[..., Path]
) -> None:
    path = make_tone(tmp_path / "song.flac", title="Two", artist="One")
    facts, problem = read_tags(path, name="song.mp3", metadata=())
    assert (facts.title, facts.artist, problem) == ("Two", "One", None)


@pytest.mark.parametrize(
    ("name", "may_state_rights"),
    [
        ("TCOP", True),
        ("TXXX:License", True),
        ("COMM::eng", True),
        ("----:com.apple.iTunes:LICENSE", True),
        ("cprt", True),
        ("©cpy", True),
        ("ICOP", True),
        ("Copyright", True),
        ("CONTACT", False),
        ("TPE1", False),
    ],
)
def test_names_of_tags_tell_which_may_state_rights(tmp_path: Path, name: str, may_state_rights: bool) -> None:
    path = tmp_path / "no-tags.bin"
    path.write_bytes(b"nothing that has tags")
    assert bool(read(path, metadata=((name, CC_BY),)).licences) is may_state_rights
