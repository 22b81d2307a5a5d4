"""Evidence: kept under its digest, for its owner only, and erased for good."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longplay.errors import StorageError
from longplay.store.evidence import EvidenceStore, words_id


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2_000))
def test_words_come_back_as_they_were(tmp_path: Path, words: bytes) -> None:
    store = EvidenceStore(tmp_path)
    name = store.put(words)
    assert name == words_id(words)
    assert store.get(name) == words
    assert store.put(words) == name
    assert name in set(store.names())


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    path = store.path(store.put(b"a letter"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


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


def test_half_written_words_are_no_evidence(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    name = store.put(b"a letter")
    (store.path(name).parent / ".unfinished").write_bytes(b"half")
    assert list(store.names()) == [name]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    with pytest.raises(StorageError):
        EvidenceStore(tmp_path).put(b"a letter")
