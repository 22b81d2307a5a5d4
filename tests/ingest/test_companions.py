"""Companions: told by their names, and about the nearest music."""

from collections.abc import Callable
from pathlib import Path

import pytest

from longplay.ingest.companions import companion_kind, is_sidecar, names_recording
from longplay.model.findings import FindingCode
from longplay.model.holdings import CompanionKind
from taking import accept, companions, new_archive


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cover.jpg", CompanionKind.PICTURE),
        ("COVER.JPEG", CompanionKind.PICTURE),
        ("album.cue", CompanionKind.CUE_SHEET),
        ("rip.log", CompanionKind.RIP_LOG),
        ("list.m3u8", CompanionKind.PLAYLIST),
        ("booklet.pdf", CompanionKind.BOOKLET),
        ("notes.txt", CompanionKind.TEXT),
        ("sums.md5", CompanionKind.CHECKSUMS),
        ("record.xml", CompanionKind.METADATA),
        ("LICENSE", CompanionKind.LICENCE),
        ("licence.txt", CompanionKind.LICENCE),
        ("COPYING.md", CompanionKind.LICENCE),
        ("song.flac.license", CompanionKind.LICENCE),
        ("credits.mp3", None),
        ("licence.jpg", CompanionKind.PICTURE),
        ("song.flac", None),
        ("song", None),
        ("", None),
        (".txt", None),
        ("cover.jpg ", None),
    ],
)
def test_the_kind_is_told_by_the_name(name: str, kind: CompanionKind | None) -> None:
    assert companion_kind(name) is kind


@pytest.mark.parametrize(
    ("companion", "recording", "names"),
    [
        ("song.txt", "song.ogg", True),
        ("song.ogg.license", "song.ogg", True),
        ("song.ogg.txt", "song.ogg", True),
        ("song.txt", "song.hq.ogg", True),
        ("song.txt", "song.remix.ogg", False),
        ("song.jpg", "song.ogg", True),
        ("song.txt", "song two.ogg", False),
        ("song", "song.ogg", True),
        ("Song.txt", "song.ogg", False),
        ("cover.jpg", "song.ogg", False),
    ],
)
def test_a_companion_names_the_recording_whose_name_it_shares(
    companion: str, recording: str, names: bool
) -> None:
    assert names_recording(companion, recording) is names


def test_a_sidecar_is_a_licence_file_of_one_file() -> None:
    assert [is_sidecar(name) for name in ("a.flac.license", "a.Licence", "LICENSE", "licence.txt")] == [
        *(True, True, False, False)
    ]


def test_companions_are_about_a_recording_a_folder_an_ancestor_or_refused(
    tmp_path: Path, make_tone: Callable[..., Path]
) -> None:
    source = tmp_path / "source"
    make_tone(source / "album" / "song.flac", pitch=300)
    make_tone(source / "box" / "disc" / "track.flac", pitch=400)
    about = {
        "album/song.lrc": "album/song.flac",
        "album/song.flac.license": "album/song.flac",
        "album/cover.jpg": "album",
        "album/scans/back.jpg": "album",
        "album/scans/more/inlay.jpg": "album",
        "album/song/notes.txt": "album",
        "box/booklet.pdf": "box",
        "readme.txt": "",
    }
    for number, path in enumerate(about):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(f"companion {number}")
    (source / "far").mkdir()
    (source / "far" / "letter.pdf").write_text("no music near")
    archive = new_archive(tmp_path / "archive")
    heard = accept(archive, source)
    assert heard.codes == {"far/letter.pdf": FindingCode.NO_RECORDING_NEAR}
    assert {path: one.about for path, one in companions(archive).items()} == about


def test_what_is_refused_is_no_music_near_for_a_companion(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "song.flac").write_bytes(b"no audio at all")
    (source / "song.txt").write_text("words")
    archive = new_archive(tmp_path / "archive")
    heard = accept(archive, source)
    assert heard.sums == (2, 0, 0, 0, 2)
    assert companions(archive) == {}
