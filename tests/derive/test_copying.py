"""Copies made beside the meters: what is carried over, what is stated, what is left behind."""

import hashlib
from pathlib import Path

import pytest
from mutagen.oggopus import OggOpus

from longplay.audio.opus import track_gain_q78
from longplay.derive.copying import BIT_RATES, Copying, copy_path, drop_copies
from longplay.errors import StorageError
from longplay.model.audio import Tags
from measuring import blocks, white

TAGS = (
    ("TIT2", ("Noise",)),
    ("TPE1", ("Ada", "Bob")),
    ("TXXX:REPLAYGAIN_TRACK_GAIN", ("-7 dB",)),
    ("R128_TRACK_GAIN", ("99",)),
    ("r128_album_gain", ("98",)),
    ("PRIV:x", ("y",)),
)


def copying(staged: Path, *, seconds: float = 1) -> Copying:
    """Two copies under way."""
    made = Copying({rate: copy_path(staged, rate) for rate in BIT_RATES})
    for block in blocks(white(seconds, 48_000), 48_000):
        for writer in made.writers:
            writer.take(block)
    return made


def written(path: Path) -> Tags:
    return tuple(sorted((name, value) for name, value in OggOpus(path).tags))


@pytest.mark.parametrize("lufs", [-70.0, -23.0, -9.53, 0.0, None])
def test_copies_have_the_tags_and_the_gain_and_nothing_about_the_original_file(
    tmp_path: Path, lufs: float | None
) -> None:
    gain = None if lufs is None else track_gain_q78(lufs)
    stated = () if gain is None else (("R128_TRACK_GAIN", str(gain)),)
    for copy in copying(tmp_path / "song").finish(TAGS, lufs):
        assert copy.gain_q78 == gain
        assert written(copy.staged) == (("ARTIST", "Ada"), ("ARTIST", "Bob"), *stated, ("TITLE", "Noise"))


def test_each_copy_is_where_it_should_be_and_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    copies = copying(tmp_path / "song").finish(TAGS, -23.0)
    assert [copy.bit_rate for copy in copies] == list(BIT_RATES)
    for copy in copies:
        data = copy.staged.read_bytes()
        assert copy.staged == copy_path(tmp_path / "song", copy.bit_rate)
        assert (copy.digests.size, copy.digests.content_id) == (len(data), hashlib.sha256(data).hexdigest())
    assert copies[0].digests != copies[1].digests


def test_making_them_again_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (copying(tmp_path / name).finish(TAGS, -20.0) for name in ("one", "other"))
    assert [copy.digests for copy in one] == [copy.digests for copy in other]


def test_discarded_copies_leave_nothing_behind(tmp_path: Path) -> None:
    copying(tmp_path / "song").discard()
    Copying({96_000: tmp_path / "never-begun"}).discard()
    assert list(tmp_path.iterdir()) == []


def test_finished_copies_can_still_be_discarded(tmp_path: Path) -> None:
    made = copying(tmp_path / "song")
    made.finish(TAGS, -23.0)
    made.discard()
    assert list(tmp_path.iterdir()) == []


def test_when_one_copy_cannot_be_ended_all_can_be_discarded(tmp_path: Path) -> None:
    made = copying(tmp_path / "song")
    made.writers[0].path.unlink()
    with pytest.raises(StorageError):
        made.finish(TAGS, -23.0)
    made.discard()
    assert list(tmp_path.iterdir()) == []


def test_dropping_copies_leaves_everything_else_and_may_be_done_twice(tmp_path: Path) -> None:
    staged = tmp_path / "song.flac"
    staged.write_bytes(b"the original")
    copying(staged).finish(TAGS, -23.0)
    for _ in range(2):
        drop_copies(staged)
        assert list(tmp_path.iterdir()) == [staged]


def test_without_targets_there_are_no_copies(tmp_path: Path) -> None:
    made = Copying({})
    assert made.finish(TAGS, -23.0) == ()
    assert list(tmp_path.iterdir()) == []
