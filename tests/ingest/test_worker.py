"""A worker: reads once, says what a file is, leaves nothing behind of what it refuses."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from longplay.audio.encode import Encoding
from longplay.errors import StorageError
from longplay.formats.merkle import digest_bytes
from longplay.ingest.worker import Beside, Recording, Refused, Taken, Task, take
from longplay.model.findings import FindingCode
from longplay.model.holdings import CompanionKind

MakeTone = Callable[..., Path]


def task(source: Path, folder: Path, companion: CompanionKind | None = None) -> Task:
    staged = folder / f"staged{source.suffix}"
    staged.unlink(missing_ok=True)
    return Task(source=source, staged=staged, path=f"album/{source.name}", companion=companion)


def refusal(taken: Taken) -> FindingCode:
    assert isinstance(taken, Refused)
    return taken.finding.code


def test_a_recording_is_copied_digested_and_measured(tmp_path: Path, make_tone: MakeTone) -> None:
    source = make_tone(tmp_path / "song.ogg", encoding=Encoding.VORBIS, title="Lied")
    todo = task(source, tmp_path)
    taken = take(todo)
    assert isinstance(taken, Recording)
    assert taken.digests == digest_bytes(source.read_bytes())
    assert todo.staged.read_bytes() == source.read_bytes()
    assert (taken.audio.container, taken.audio.codec, taken.tags.title) == ("ogg", "vorbis", "Lied")
    assert taken.findings == ()


def test_a_companion_is_copied_and_not_decoded(tmp_path: Path, make_tone: MakeTone) -> None:
    source = make_tone(tmp_path / "really.jpg")
    taken = take(task(source, tmp_path, CompanionKind.PICTURE))
    assert taken == Beside(digests=digest_bytes(source.read_bytes()))


def test_words_of_a_licence_file_are_read(tmp_path: Path) -> None:
    source = tmp_path / "LICENSE"
    source.write_text("SPDX-License-Identifier: CC0-1.0\n")
    taken = take(task(source, tmp_path, CompanionKind.LICENCE))
    assert isinstance(taken, Beside)
    assert [one.statement.licence for one in taken.rights.readings] == ["CC0-1.0"]
    assert taken.rights.digest == taken.digests.content_id


def test_a_broken_list_of_licences_is_a_finding(tmp_path: Path) -> None:
    source = tmp_path / "REUSE.toml"
    source.write_text("annotations = [")
    taken = take(task(source, tmp_path, CompanionKind.LICENCE))
    assert isinstance(taken, Beside)
    assert [finding.code for finding in taken.findings] == [FindingCode.SIDECAR_UNREADABLE]


def test_what_is_refused_leaves_no_copy(tmp_path: Path) -> None:
    (tmp_path / "empty.flac").touch()
    (tmp_path / "noise.xyz").write_bytes(bytes(range(256)) * 8)
    os.mkfifo(tmp_path / "pipe.flac")
    (tmp_path / "link.flac").symlink_to("noise.xyz")
    found = {}
    for name in ("empty.flac", "noise.xyz", "pipe.flac", "link.flac", "absent.flac"):
        todo = task(tmp_path / name, tmp_path)
        found[name] = refusal(take(todo))
        assert not todo.staged.exists()
    assert found == {
        "empty.flac": FindingCode.EMPTY,
        "noise.xyz": FindingCode.NOT_AUDIO,
        "pipe.flac": FindingCode.SPECIAL_FILE,
        "link.flac": FindingCode.UNREADABLE,
        "absent.flac": FindingCode.UNREADABLE,
    }


def test_a_cut_file_is_kept_with_a_remark(tmp_path: Path, make_tone: MakeTone) -> None:
    whole = make_tone(tmp_path / "whole.wav", seconds=1, encoding=Encoding.WAV).read_bytes()
    source = tmp_path / "cut.wav"
    source.write_bytes(whole[: len(whole) // 2])
    taken = take(task(source, tmp_path))
    assert isinstance(taken, Recording)
    codes = {one.code for one in taken.measurement.findings}
    assert {FindingCode.TRUNCATED, FindingCode.SHORTER_THAN_DECLARED} <= codes
    cut = tmp_path / "cut.flac"
    cut.write_bytes(make_tone(tmp_path / "whole.flac", seconds=1).read_bytes()[:-9_000])
    taken = take(task(cut, tmp_path))
    assert isinstance(taken, Recording)
    codes = {one.code for one in taken.measurement.findings}
    assert {FindingCode.CHECKSUM_DIFFERS, FindingCode.SHORTER_THAN_DECLARED} <= codes
    assert not taken.measurement.is_whole


@contextmanager
def always_changing(path: Path, change: Callable[[int], None]) -> Iterator[None]:
    stop = threading.Event()

    def run() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            change(number)
            time.sleep(0.0005)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_file_that_is_written_to_while_it_is_read_is_a_finding(tmp_path: Path) -> None:
    source = tmp_path / "song.wav"
    with source.open("wb") as out:
        out.truncate(24 << 20)
        todo = task(source, tmp_path)
        with always_changing(source, lambda number: (os.pwrite(out.fileno(), b"x", number), None)[1]):
            assert refusal(take(todo)) is FindingCode.CHANGED_WHILE_READ
    assert not todo.staged.exists()


def test_a_file_that_shrinks_while_it_is_read_is_a_finding(tmp_path: Path) -> None:
    source = tmp_path / "song.wav"
    size = 24 << 20
    with source.open("wb") as out:
        out.truncate(size)
        with always_changing(source, lambda number: out.truncate(size - number) and None):
            assert refusal(take(task(source, tmp_path))) is FindingCode.CHANGED_WHILE_READ


def test_a_store_that_cannot_be_written_is_no_fault_of_the_file(tmp_path: Path, make_tone: MakeTone) -> None:
    source = make_tone(tmp_path / "song.flac")
    todo = Task(source=source, staged=tmp_path / "absent" / "1.flac", path="song.flac", companion=None)
    with pytest.raises(StorageError):
        take(todo)


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\n{other}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{other}'\n",
        "file '{other}'\n",
        "[playlist]\nFile1={other}\nNumberOfEntries=1\n",
        "<?xml version='1.0'?><MPD><Period><BaseURL>file:{other}</BaseURL></Period></MPD>",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    ],
)
@pytest.mark.parametrize("suffix", [".flac", ".m3u8", ".mp3", ""])
def test_a_playlist_that_names_another_file_is_not_followed(
    tmp_path: Path, make_tone: MakeTone, playlist: str, suffix: str
) -> None:
    other = make_tone(tmp_path / "other.flac")
    source = tmp_path / f"song{suffix}"
    source.write_text(playlist.format(other=other))
    assert refusal(take(task(source, tmp_path))) in {FindingCode.NOT_AUDIO, FindingCode.NO_SAMPLES}


def test_the_other_file_of_a_playlist_is_never_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "other.flac"
    os.mkfifo(pipe)  # opening it for reading would wait for ever
    source = tmp_path / "song.m3u8"
    source.write_text(f"#EXTM3U\n#EXTINF:9,\n{pipe}\n")
    code = "import sys; from test_worker import *; print(take(task(Path(sys.argv[1]), Path(sys.argv[2]))))"
    done = subprocess.run(
        [sys.executable, "-c", code, source, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parent,
    )
    assert "Refused" in done.stdout


def test_a_large_recording_is_streamed_in_bounded_memory(tmp_path: Path, make_tone: MakeTone) -> None:
    small = make_tone(tmp_path / "small.wav", encoding=Encoding.WAV)
    large = tmp_path / "large.wav"
    size = 96 << 20
    header = bytearray(small.read_bytes()[: small.read_bytes().index(b"data") + 8])
    header[4:8] = (size - 8).to_bytes(4, "little")
    header[-4:] = (size - len(header)).to_bytes(4, "little")
    with large.open("wb") as out:
        out.write(header)
        out.truncate(size)
    assert _peak(large, tmp_path) - _peak(small, tmp_path) < 32 << 20


def _peak(source: Path, folder: Path) -> int:
    """Most memory a process has had that took one file in, bytes."""
    code = (
        "import resource, sys; from test_worker import *;"
        "assert isinstance(take(task(Path(sys.argv[1]), Path(sys.argv[2]))), Recording);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)"
    )
    command = [sys.executable, "-c", code, source, folder]
    here = Path(__file__).parent
    return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=here).stdout)
