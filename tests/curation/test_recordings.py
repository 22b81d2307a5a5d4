"""Which holdings are one recording: sound through the whole archive, people's decisions, and their loss."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chords import chords, write_wav
from grouped import compare, curating, grouping, groups
from longplay.audio.encode import Encoding, encode
from longplay.errors import UsageError
from longplay.ledger.ledger import remove
from longplay.model.digests import ContentId
from taking import accept, digest, holdings, journal_size, new_archive

RunLongplay = Callable[..., "subprocess.CompletedProcess[str]"]
RATE = 44_100


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A piece in four encodings, one of them mono at half the rate, and another piece."""
    folder = tmp_path_factory.mktemp("music")
    piece = chords(24, RATE)
    stereo = np.stack([piece, piece], axis=1).astype(np.float32) / 32_768
    write_wav(folder / "piece.wav", np.stack([piece, piece], axis=1), RATE)
    for encoding in (Encoding.FLAC, Encoding.MP3, Encoding.OPUS):
        encode(
            stereo,
            rate=RATE,
            path=folder / f"piece{encoding.suffix}",
            encoding=encoding,
            tags={"title": "Piece"},
        )
    other = chords(24, 50_000)  # slower and lower at this rate: another piece of the same length
    encode(
        np.stack([other, other], axis=1).astype(np.float32) / 32_768,
        rate=RATE, path=folder / "other.flac", encoding=Encoding.FLAC, tags={"title": "Piece"},
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory, music: Path) -> Path:
    """An archive of it: not to be changed."""
    archive = new_archive(tmp_path_factory.mktemp("taken") / "archive")
    accept(archive, music)
    return archive


@pytest.fixture
def archive(tmp_path: Path, taken: Path) -> Path:
    """An archive of one's own."""
    import shutil

    return Path(shutil.copytree(taken, tmp_path / "archive"))


def ids(archive: Path) -> dict[str, ContentId]:
    return {path: one.content_id for path, one in holdings(archive).items()}


ALL = ["piece.wav", "piece.flac", "piece.mp3", "piece.opus"]


def test_the_encodings_of_a_piece_are_one_recording_the_best_first(archive: Path) -> None:
    done = compare(archive)
    assert (done.holdings, done.unmeasured) == (5, 0)
    assert groups(archive) == [ALL]


def test_comparing_again_changes_nothing(archive: Path) -> None:
    compare(archive)
    before, found = journal_size(archive), grouping(archive)
    again = compare(archive)
    assert (again.holdings, again.pairs) == (0, 0)
    assert (journal_size(archive), grouping(archive)) == (before, found)


def test_a_lost_index_is_made_again_without_a_journal_line(archive: Path) -> None:
    import shutil

    compare(archive)
    before, found = journal_size(archive), grouping(archive)
    (index,) = (archive / "derived").glob("candidates-*")
    shutil.rmtree(index)
    assert compare(archive).holdings == 5
    assert (journal_size(archive), grouping(archive)) == (before, found)


def test_what_was_found_and_decided_survives_the_loss_of_the_ledger(archive: Path) -> None:
    compare(archive)
    with curating(archive) as (recordings, register):
        recordings.split(register, ids(archive)["piece.opus"], (), by="Ada", reason="test")
    found, before = grouping(archive), digest(archive)
    remove(archive / "ledger.sqlite")
    assert (grouping(archive), digest(archive)) == (found, before)


def test_what_comes_later_joins_its_recording(tmp_path: Path, music: Path) -> None:
    archive = new_archive(tmp_path / "archive")
    accept(archive, music / "piece.opus", music / "other.flac")
    assert compare(archive).same == 0
    accept(archive, music / "piece.mp3")
    assert compare(archive).holdings == 1
    assert groups(archive) == [["piece.mp3", "piece.opus"]]
    accept(archive, music)
    compare(archive)
    assert groups(archive) == [ALL]
    (recording,) = (one for one in grouping(archive).recordings if len(one.manifestations) > 1)
    assert recording.id == ids(archive)["piece.opus"]


def test_a_split_holds_against_the_comparison_and_a_merge_against_the_split(archive: Path) -> None:
    compare(archive)
    opus = ids(archive)["piece.opus"]
    with curating(archive) as (recordings, register):
        apart = recordings.split(register, opus, (), by="Ada", reason="another take")
    assert len(apart) == 3
    assert groups(archive) == [ALL[:3]]
    compare(archive)
    assert groups(archive) == [ALL[:3]]
    with curating(archive) as (recordings, register):
        recordings.merge(register, [opus, ids(archive)["piece.flac"]], by="Bob", reason="no, the same")
    assert groups(archive) == [ALL]


def test_a_merge_joins_what_does_not_sound_alike(archive: Path) -> None:
    compare(archive)
    known = ids(archive)
    with curating(archive) as (recordings, register):
        recordings.merge(register, [known["other.flac"], known["piece.mp3"]], by="Ada", reason="medley")
    assert len(groups(archive)) == 1
    assert set(groups(archive)[0]) == {*ALL, "other.flac"}


def test_nonsense_is_refused(archive: Path) -> None:
    one = ids(archive)["piece.mp3"]
    with curating(archive) as (recordings, register):
        with pytest.raises(UsageError, match="two different"):
            recordings.merge(register, [one, one], by="Ada", reason="")
        with pytest.raises(UsageError, match="by itself"):
            recordings.split(register, one, (), by="Ada", reason="")


def test_what_has_no_fingerprint_waits_for_it(archive: Path) -> None:
    import shutil

    shutil.rmtree(archive / "derived")
    done = compare(archive)
    assert (done.holdings, done.unmeasured) == (0, 5)


def test_the_commands_list_review_merge_and_split(archive: Path, run_longplay: RunLongplay) -> None:
    listed = run_longplay("recordings", "--archive", archive, "--format", "json")
    assert listed.returncode == 0, listed.stderr
    recording, summary = (json.loads(line) for line in listed.stdout.splitlines())
    assert [one["path"] for one in recording["manifestations"]] == ALL
    assert recording["best"] == ids(archive)["piece.wav"]
    assert (summary["recordings"], summary["compared"]["holdings"]) == (1, 5)
    opus = ids(archive)["piece.opus"][:12]
    split = run_longplay("recordings", "split", opus, "--by", "Ada", "--reason", "live", "--archive", archive)
    assert split.returncode == 0, split.stderr
    review = run_longplay("recordings", "review", "--archive", archive)
    assert "doubtful pairs  0" in review.stdout
    other = ids(archive)["other.flac"][:12]
    merged = run_longplay(
        "recordings", "merge", opus, other, "--by", "Ada", "--reason", "same", "--archive", archive
    )
    assert merged.returncode == 0, merged.stderr
    text = run_longplay("recordings", "--as-is", "--archive", archive).stdout
    assert "best" in text
    assert "recordings held more than once  2" in text
