"""The index of candidates: what is alike comes first, in whatever order it was added and whatever happened."""

import hashlib
import io
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import Items, coded, content_id, music, sample, silence

from longplay.curation import candidates, segment
from longplay.curation.candidates import CandidateIndex, keys_of
from longplay.curation.comparison import Sample
from longplay.errors import ArchiveBusy, StorageError
from longplay.model.digests import ContentId
from longplay.store.locks import locked

CORPUS = [
    sample(number, np.concatenate([music(number % 5, 40 + number), music(number, 100)])) for number in range(30)
]
"""Recordings that share their beginnings by sixes."""

QUERIES = [music(0, 60), music(3), coded(music(7, 100), 0.02), CORPUS[11].fingerprint, silence(100)]


def plain(samples: list[Sample], fingerprint: Items, limit: int) -> list[tuple[ContentId, int]]:
    """The answer without an index: every recording is looked at."""
    wanted = set(keys_of(fingerprint).tolist())
    hits = {one.content_id: len(wanted & set(keys_of(one.fingerprint).tolist())) for one in samples}
    found = [(name, count) for name, count in hits.items() if count]
    return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]


def answers(index: CandidateIndex) -> list[list[tuple[ContentId, int]]]:
    return [index.query(fingerprint) for fingerprint in QUERIES]


@given(st.permutations(CORPUS), st.lists(st.integers(1, 12), min_size=1, max_size=30), st.integers(1, 25))
@settings(max_examples=25)
def test_the_answer_is_that_of_a_plain_search_in_whatever_order_and_portions(
    tmp_path_factory: pytest.TempPathFactory, order: list[Sample], portions: list[int], limit: int
) -> None:
    index = CandidateIndex(tmp_path_factory.mktemp("index"))
    at = 0
    for portion in portions:
        index.add(order[at : at + portion])
        at += portion
    index.add(order)
    assert len(index) == len(CORPUS)
    for fingerprint in QUERIES:
        assert index.query(fingerprint, limit) == plain(CORPUS, fingerprint, limit)


def test_what_is_coded_and_cut_comes_first(tmp_path: Path) -> None:
    index = CandidateIndex(tmp_path)
    index.add(sample(seed, music(seed)) for seed in range(300))
    for seed in range(0, 300, 10):
        assert index.query(coded(music(seed)[40:], 0.03))[0][0] == content_id(seed)


@pytest.mark.parametrize("items", [12, 17, 60, 160, 161, 330, 700])
def test_a_short_recording_is_found_by_its_excerpt_and_the_long_one_by_it(tmp_path: Path, items: int) -> None:
    index = CandidateIndex(tmp_path)
    index.add([*(sample(seed, music(seed)) for seed in range(20)), sample(99, music(99, items))])
    assert index.query(coded(music(99, items), 0.01))[0][0] == content_id(99)
    assert index.query(music(99, items * 9 // 10))[0][0] == content_id(99)
    if items >= 60:  # one key in eight of a long one hardly hits a dozen
        assert index.query(music(99))[0][0] == content_id(99)


@given(st.integers(0, 2**32), st.integers(0, 948))
def test_the_keys_of_a_recording_are_among_all_of_its_keys_and_not_too_many(seed: int, items: int) -> None:
    kept = keys_of(music(seed, items))
    every = {key for at in range(0, items, 100) for key in keys_of(music(seed, items)[at : at + 100]).tolist()}
    assert kept.tolist() == sorted(set(kept.tolist()))
    assert set(kept.tolist()) <= every
    assert min(items, 80) * 0.6 - 1 <= len(kept) <= 220


def test_silence_gives_no_key() -> None:
    assert not len(keys_of(silence(948)))
    assert len(keys_of(np.concatenate([silence(800), music(1, 100)]))) > 90


@pytest.mark.parametrize("items", [0, 1, 5])
def test_a_recording_without_keys_is_in_it_but_not_found(tmp_path: Path, items: int) -> None:
    index = CandidateIndex(tmp_path)
    assert index.add([sample(1, silence(items * 100))]) == 1
    assert len(index) == 1
    assert index.missing([content_id(1), content_id(2)]) == [content_id(2)]
    assert index.query(silence(items * 100)) == []


def test_an_index_of_nothing_knows_nothing_and_makes_nothing(tmp_path: Path) -> None:
    index = CandidateIndex(tmp_path / "none")
    assert (len(index), index.segments, index.postings, index.query(music(1))) == (0, 0, 0, [])
    assert index.missing([content_id(1)]) == [content_id(1)]
    assert not (tmp_path / "none").exists()


def test_adding_twice_changes_nothing(tmp_path: Path) -> None:
    index = CandidateIndex(tmp_path)
    assert index.add([*CORPUS, *CORPUS]) == len(CORPUS)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert index.add(CORPUS) == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_number_of_segments_grows_with_the_logarithm(tmp_path: Path) -> None:
    index = CandidateIndex(tmp_path)
    for number in range(200):
        index.add([sample(number, music(number, 20))])
        assert index.segments <= 7 * 3
    assert len(index) == 200
    assert index.query(music(123, 20))[0][0] == content_id(123)
    assert len(list(tmp_path.glob("*.npy"))) == index.segments


def test_a_merge_in_many_parts_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "AT_ONCE", 50)
    index = CandidateIndex(tmp_path)
    for one in CORPUS:
        index.add([one])
    for fingerprint in QUERIES:
        assert index.query(fingerprint) == plain(CORPUS, fingerprint, 20)


def test_rare_keys_are_read_before_common_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "BUDGET", 120)
    common = music(1000, 40)
    crowd = [sample(seed, np.concatenate([common, music(seed, 40)])) for seed in range(50)]
    index = CandidateIndex(tmp_path)
    index.add(crowd)
    found = index.query(crowd[17].fingerprint)
    assert found[0][0] == content_id(17)
    assert found[0][1] >= 35
    other = CandidateIndex(tmp_path / "other")
    for one in reversed(crowd):
        other.add([one])
    assert other.query(crowd[17].fingerprint) == found


# Accidents

ADDING = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from test_candidates import CORPUS
from longplay.curation.candidates import CandidateIndex
index = CandidateIndex(Path(sys.argv[1]))
print("ready", flush=True)
for one in CORPUS:
    index.add([one])
    print("added", flush=True)
"""


def test_it_may_be_killed_at_any_instant(tmp_path: Path) -> None:
    chance, partly = random.Random(4), 0
    whole = CandidateIndex(tmp_path / "whole")
    whole.add(CORPUS)
    for turn in range(8):
        folder = tmp_path / str(turn)
        here = Path(__file__).parent
        command = [sys.executable, "-c", ADDING, str(folder), str(here), str(here.parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(len(CORPUS))):
                process.stdout.readline()
            time.sleep(chance.uniform(0, 0.005))
            process.send_signal(signal.SIGKILL)
        index = CandidateIndex(folder)
        partly += 0 < len(index) < len(CORPUS)
        known = [one for one in CORPUS if one.content_id not in index.missing([one.content_id])]
        assert answers(index) == [plain(known, fingerprint, 20) for fingerprint in QUERIES]
        index.add(CORPUS)
        assert answers(index) == answers(whole)
    assert partly


def test_replaced_segments_that_were_not_deleted_do_not_count_twice(tmp_path: Path) -> None:
    index = CandidateIndex(tmp_path / "index")
    for one in CORPUS[:7]:
        index.add([one])
    shutil.copytree(tmp_path / "index", tmp_path / "before")
    index.add(CORPUS[7:8])
    assert index.segments == 1
    for path in (tmp_path / "before").iterdir():
        shutil.copy(path, tmp_path / "index")
    (tmp_path / "index" / "half.unfinished").write_bytes(b"half")
    again = CandidateIndex(tmp_path / "index")
    assert (again.segments, len(again)) == (1, 8)
    assert answers(again) == [plain(CORPUS[:8], fingerprint, 20) for fingerprint in QUERIES]
    again.add(CORPUS[8:9])
    assert sorted(path.suffix for path in (tmp_path / "index").iterdir()) == ["", ".npy", ".npy"]


@given(st.data())
@settings(max_examples=60)
def test_a_damaged_segment_is_noticed_and_its_recordings_are_added_again(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("index")
    index = CandidateIndex(folder)
    index.add(CORPUS[:10])
    index.add(CORPUS[10:])
    path = data.draw(st.sampled_from(sorted(folder.glob("*.npy"))))
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[at] ^= data.draw(st.integers(1, 255))
    else:
        del content[at:]
    path.write_bytes(content)
    again = CandidateIndex(folder)
    known = len(again)
    assert known in {10, 20}
    assert again.add(CORPUS) == len(CORPUS) - known
    assert answers(again) == [plain(CORPUS, fingerprint, 20) for fingerprint in QUERIES]
    assert len(CandidateIndex(folder)) == len(CORPUS)


def test_large_segments_are_checked_in_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "WHOLE", 1 << 16)
    monkeypatch.setattr(segment, "_BLOCK", 1 << 8)
    index = CandidateIndex(tmp_path)
    index.add(sample(seed, music(seed)) for seed in range(200))
    (path,) = tmp_path.glob("*.npy")
    assert len(CandidateIndex(tmp_path)) == 200
    for damage in (path.read_bytes()[:-4], b"x" + path.read_bytes()[1:], path.read_bytes() + bytes(4)):
        (tmp_path / "damaged").mkdir(exist_ok=True)
        (tmp_path / "damaged" / path.name).write_bytes(damage)
        assert len(CandidateIndex(tmp_path / "damaged")) == 0


def write_named(folder: Path, content: bytes) -> Path:
    """A file that bears the name of its content, as a segment does."""
    path = folder / f"{hashlib.sha256(len(content).to_bytes(8, 'little') + content).hexdigest()}.npy"
    path.write_bytes(content)
    return path


def one_row(words: list[int]) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array(words, "<u4"))
    return file.getvalue()


WORDS = st.lists(st.integers(0, 3) | st.integers(0, 2**32 - 1), max_size=40)


@given(
    st.binary(max_size=200)
    | st.binary(max_size=100).map(lambda rest: b"\x93NUMPY\1\0" + rest)
    | WORDS.map(one_row)
    | WORDS.map(lambda words: one_row([0x4C504358, 1, *words]))
)
@settings(max_examples=300)
def test_any_bytes_are_a_segment_or_none(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    write_named(folder, content)
    index = CandidateIndex(folder)
    for fingerprint in QUERIES:
        index.query(fingerprint)
    assert len(index.missing([content_id(1)])) <= 1


@given(st.data())
@settings(max_examples=100)
def test_a_segment_with_other_numbers_in_it_does_not_break_a_query(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("index")
    index = CandidateIndex(folder)
    index.add(CORPUS[:5])
    (path,) = folder.glob("*.npy")
    content = bytearray(path.read_bytes())
    path.unlink()
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(32, len(content) // 4 - 1)) * 4
        content[at : at + 4] = data.draw(st.integers(0, 2**32 - 1)).to_bytes(4, "little")
    write_named(folder, bytes(content))
    again = CandidateIndex(folder)
    for fingerprint in QUERIES:
        assert len(again.query(fingerprint)) <= 20


def test_a_declared_size_that_is_not_there_takes_no_memory(tmp_path: Path) -> None:
    preface = b"\x93NUMPY\1\0v\0" + b"{'descr': '<u4', 'fortran_order': False, 'shape': (%d,), }"
    for size in (10**10, 10**18, 10**30):
        header = (preface % size).ljust(127) + b"\n"
        write_named(tmp_path, header + bytes(64))
    write_named(tmp_path, one_row([0x4C504358, 1, 2**32 - 1, 2**32 - 1, 2**32 - 1, 2**32 - 1, 2**32 - 1]))
    write_named(tmp_path, pickle.dumps(["anything"]))
    tracemalloc.start()
    assert len(CandidateIndex(tmp_path)) == 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_second_process_that_adds_has_to_wait(tmp_path: Path) -> None:
    index = CandidateIndex(tmp_path)
    with locked(tmp_path / "lock", what="a test"), pytest.raises(ArchiveBusy):
        index.add(CORPUS)
    assert index.add(CORPUS) == len(CORPUS)


def test_one_that_asks_sees_what_another_added(tmp_path: Path) -> None:
    asking, adding = CandidateIndex(tmp_path), CandidateIndex(tmp_path)
    for one in CORPUS:
        adding.add([one])
        assert asking.query(QUERIES[0]) is not None  # what it has mapped stays, even when it was merged
    asking.refresh()
    assert answers(asking) == answers(adding)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError):
        CandidateIndex(tmp_path / "index").add(CORPUS)
    tmp_path.chmod(0o700)


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    index = CandidateIndex(tmp_path)
    index.add(CORPUS[:10])
    code = """
import resource, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from test_candidates import CORPUS
from longplay.curation.candidates import CandidateIndex
from longplay.errors import StoreFull
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
try:
    CandidateIndex(Path(sys.argv[1])).add(CORPUS)
except StoreFull:
    print("full")
"""
    here = Path(__file__).parent
    command = [sys.executable, "-c", code, str(tmp_path), str(here), str(here.parent)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "full\n"
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [".npy", ""]
    assert len(CandidateIndex(tmp_path)) == 10
    assert index.add(CORPUS) == len(CORPUS) - 10
