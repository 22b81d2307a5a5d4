"""Verbatim words are kept of what is held, and of nothing else."""

from pathlib import Path

import pytest

from archives import json_of, noise
from longplay.ledger import withdrawn
from longplay.model.findings import FindingCode
from longplay.model.rights import KeepingBasis
from longplay.wiring import open_archive
from taking import accept, holdings, new_archive

PERSONAL = "This song is licensed under CC BY-NC 4.0, says Eve of 3 Harbour Street.\n\nRecorded in May.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A song with a sidecar whose words name a person."""
    folder = tmp_path / "deposit"
    noise(folder / "song.wav", seed=1)
    (folder / "song.txt").write_text(PERSONAL)
    return folder


def words_of(archive: Path) -> list[bytes]:
    return [path.read_bytes() for path in (archive / "evidence").glob("??/*")]


def test_words_about_a_recording_that_is_held_are_kept(tmp_path: Path, folder: Path) -> None:
    archive = new_archive(tmp_path / "archive")
    accept(archive, folder)
    [words] = words_of(archive)
    assert b"Harbour Street" in words
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        assert withdrawn.words_known(connection) == set(opened.evidence.names())


def test_what_was_purged_is_not_taken_in_again_and_none_of_its_words_is(tmp_path: Path, folder: Path) -> None:
    archive = new_archive(tmp_path / "archive")
    accept(archive, folder)
    song = holdings(archive)["song.wav"].content_id
    told = ("--reason", "data-protection", "--by", "Ada", "--approved-by", "Bo", "--archive", archive)
    assert json_of("purge", song, *told).summary["evidence"] == 1
    assert words_of(archive) == []

    heard = accept(archive, folder, source="again")

    assert heard.codes["song.wav"] is FindingCode.PURGED_BEFORE
    assert holdings(archive) == {}
    assert words_of(archive) == []
    audited = json_of("audit", "--archive", archive)
    assert (audited.code, audited.summary["left"], audited.summary["strays"]) == (0, 0, 0)


def test_of_what_nothing_permits_to_keep_no_words_are_kept(tmp_path: Path, folder: Path) -> None:
    (folder / "song.txt").write_text("Whether this song is under CC BY 4.0, ask Eve of 3 Harbour Street.\n")
    archive = new_archive(tmp_path / "archive", KeepingBasis.OPEN_LICENCES_ONLY)
    heard = accept(archive, folder)
    assert heard.codes["song.wav"] is FindingCode.NO_BASIS_TO_KEEP
    assert words_of(archive) == []


def test_lost_words_come_back_when_the_same_file_is_taken_in_again(tmp_path: Path, folder: Path) -> None:
    archive = new_archive(tmp_path / "archive")
    accept(archive, folder)
    [path] = (archive / "evidence").glob("??/*")
    words = path.read_bytes()
    path.unlink()
    accept(archive, folder)
    assert words_of(archive) == [words]
