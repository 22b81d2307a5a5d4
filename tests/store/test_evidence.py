"""Evidence: kept under its digest, for its owner only, and erased for good."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longplay.errors import StorageError
from longplay.model.digests import content_id_of
from longplay.store.evidence import EvidenceStore


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2_000))
def test_words_come_back_as_they_were(tmp_path: Path, words: bytes) -> None:
    store = EvidenceStore(tmp_path)
    name = store.put(words)
    assert name == content_id_of(words)
    assert store.get(name) == words
    assert store.put(words) == name
    assert name in set(store.names())


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    path = store.path(store.put(b"a letter"))
    assert path.stat().st_mode & 0o777 == 0o600
    for folder in (path.parent, tmp_path / "evidence"):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_what_is_erased_is_gone_and_erasing_again_says_so(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    name = store.put(b"a letter")
    assert store.erase(name)
    assert store.get(name) is None
    assert not store.erase(name)
    assert list(store.names()) == []


def test_changed_words_are_no_evidence(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    name = store.put(b"a letter")
    store.path(name).write_bytes(b"another letter")
    assert store.get(name) is None
    store.put(b"a letter")
    assert store.get(name) == b"a letter"


def test_half_written_words_are_no_evidence(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    name = store.put(b"a letter")
    (store.path(name).parent / ".unfinished").write_bytes(b"half")
    assert list(store.names()) == [name]


def test_what_a_kill_left_of_writing_words_is_erased_with_them(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    kept, name = store.put(b"another letter"), content_id_of(b"a letter")
    left = unfinished(store, b"a letter")
    assert store.has(name)
    assert store.get(name) is None
    assert store.erase(name)
    assert not left.exists()
    assert not store.has(name)
    assert store.get(kept) == b"another letter"


def unfinished(store: EvidenceStore, words: bytes) -> Path:
    """What `put` leaves when its process is killed before the rename."""
    folder = store.path(content_id_of(words)).parent
    code = (
        "import os, pathlib, sys; from longplay.store.evidence import EvidenceStore\n"
        "pathlib.Path.rename = lambda *_: os._exit(9)\n"
        "EvidenceStore(pathlib.Path(sys.argv[1])).put(sys.argv[2].encode())"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(folder.parents[1]), words.decode()], check=False)
    assert killed.returncode == 9
    [left] = folder.glob(".*")
    assert left.stat().st_mode & 0o777 == 0o600
    return left


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    with pytest.raises(StorageError):
        EvidenceStore(tmp_path).put(b"a letter")
