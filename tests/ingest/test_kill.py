"""`kill -9` of a real ingest at any time, then the same command again: as if nothing had happened."""

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from longplay.audio.encode import Encoding
from longplay.ledger import queries
from longplay.wiring import open_archive
from taking import check_whole, digest, new_archive

KILLS = 8
SMALL_GROUPS = "import longplay.ingest.intake as intake; intake.GROUP_EVENTS = 3"
"""So that a kill meets an accession of which a part is written down already."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, make_tone: Callable[..., Path]) -> Path:
    """26 files: recordings, duplicates, companions, a licence, a table, and what is refused."""
    folder = tmp_path_factory.mktemp("corpus") / "deposit"
    for number in range(12):
        encoding = [Encoding.FLAC, Encoding.WAV, Encoding.OPUS][number % 3]
        path = folder / f"album {number % 3}" / f"{number:02}{encoding.suffix}"
        make_tone(path, pitch=200 + 10 * number, encoding=encoding, title=f"Piece {number}")
    for number in (0, 3, 6):
        make_tone(
            folder / "copies" / f"copy of {number}.flac", pitch=200 + 10 * number, title=f"Piece {number}"
        )
    (folder / "album 0" / "LICENSE").write_text("SPDX-License-Identifier: CC-BY-4.0\n")
    (folder / "album 1" / "01.txt").write_text("words about one piece")
    for number in range(3):
        (folder / f"album {number}" / "cover.jpg").write_bytes(b"the same cover")
    (folder / "album 2" / "scans").mkdir()
    (folder / "album 2" / "scans" / "back.png").write_bytes(b"a scan")
    (folder / "broken").mkdir()
    for number in range(3):
        (folder / "broken" / f"{number}.mp3").write_bytes(b"no music %d" % number)
    (folder / "broken" / "empty.flac").touch()
    (folder / "rights.csv").write_text("path,licence\nalbum 1/01.wav,CC0-1.0\nnot/there.flac,CC0-1.0\n")
    (folder / "album 2" / "link.flac").symlink_to("02.opus")
    return folder


def command(archive: Path, corpus: Path) -> list[str | Path]:
    table = corpus / "rights.csv"
    return ["ingest", corpus, "--archive", archive, "--rights", table, "--jobs", "2", "--format", "json"]


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory,
    corpus: Path,
    run_longplay: Callable[..., "subprocess.CompletedProcess[str]"],
) -> tuple[str, set[str], float]:
    """State digest and blobs of a run that nothing disturbed, and how long it took after its chain was open."""
    archive = new_archive(tmp_path_factory.mktemp("undisturbed") / "archive")
    began = time.monotonic()
    done = run_longplay(*command(archive, corpus))
    assert done.returncode == 0, done.stderr
    return digest(archive), check_whole(archive), time.monotonic() - began


@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_at_any_time_and_a_plain_rerun_end_as_an_undisturbed_run(
    tmp_path: Path,
    corpus: Path,
    undisturbed: tuple[str, set[str], float],
    longplay_process: Callable[..., "subprocess.Popen[str]"],
    run_longplay: Callable[..., "subprocess.CompletedProcess[str]"],
    number: int,
) -> None:
    archive = new_archive(tmp_path / "archive")
    state, blobs, whole_s = undisturbed
    process = longplay_process(*command(archive, corpus), first=SMALL_GROUPS if number % 2 else "")
    with process:
        _wait_for_chain(archive)
        # an eighth of the time each, anywhere in it; before the chain is open nothing can go wrong
        time.sleep((number + random.Random(number).random()) / KILLS * 0.5 * whole_s)
        process.kill()
        told = [line for line in process.communicate()[0].splitlines() if '"type": "holding"' in line]
    acknowledged = _held(archive)
    assert len(told) <= acknowledged
    done = run_longplay(*command(archive, corpus))
    assert done.returncode == 0, done.stderr
    assert digest(archive) == state
    assert check_whole(archive) == blobs
    assert _open_accessions(archive) == 0


def _wait_for_chain(archive: Path) -> None:
    deadline = time.monotonic() + 60
    while not (archive / "journal" / "w0001" / "lock").exists() and time.monotonic() < deadline:
        time.sleep(0.005)


def _held(archive: Path) -> int:
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        return queries.counts(connection)["holdings"]


def _open_accessions(archive: Path) -> int:
    from sqlalchemy import func, select

    from longplay.ledger import tables

    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        is_open = tables.accession.c.closed_at.is_(None)
        return connection.scalar(select(func.count()).select_from(tables.accession).where(is_open)) or 0
