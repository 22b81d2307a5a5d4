"""Staging: one read of the source gives the copy and every digest, or leaves nothing."""

import errno
import io
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import StorageError, StoreFull
from longplay.formats.merkle import digest_bytes
from longplay.model.digests import PIECE_LENGTH
from longplay.model.units import MIB
from longplay.store.staging import digest_stream, read_piece, stage
from strategies import SIZES, content


class Source:
    """A source that counts what is read, gives it in portions, and may break."""

    def __init__(self, data: bytes, *, portions: list[int] | None = None, breaks_at: int | None = None) -> None:
        self._data = io.BytesIO(data)
        self._portions = portions or []
        self._breaks_at = breaks_at
        self.given = 0
        self.calls_after_end = 0

    def readinto(self, buffer: memoryview, /) -> int:
        if self._breaks_at is not None and self.given >= self._breaks_at:
            raise OSError(errno.EIO, "Input/output error")
        portion = self._portions.pop() if self._portions else len(buffer)
        count = self._data.readinto(buffer[:portion])
        self.given += count
        self.calls_after_end += count == 0
        return count


PORTIONS = st.lists(st.integers(1, 2 * MIB) | st.integers(1, 70_000), max_size=40)


@settings(max_examples=40)
@given(st.sampled_from(SIZES), PORTIONS)
def test_how_a_source_portions_its_bytes_does_not_matter(size: int, portions: list[int]) -> None:
    assert digest_stream(Source(content(size), portions=portions)) == digest_bytes(content(size))


@pytest.mark.parametrize("size", SIZES)
def test_the_copy_and_its_digests_are_those_of_the_source(tmp_path: Path, size: int) -> None:
    target = tmp_path / "copy"
    digests = stage(Source(content(size), portions=[1, 70_000, 3]), target)
    assert digests == digest_bytes(content(size))
    assert target.read_bytes() == content(size)


@pytest.mark.parametrize("size", SIZES)
def test_every_byte_of_the_source_is_read_exactly_once(tmp_path: Path, size: int) -> None:
    source = Source(content(size))
    stage(source, tmp_path / "copy")
    assert source.given == size
    assert source.calls_after_end <= 2


def test_a_real_file_is_staged_from_where_it_stands_without_seeking(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(content(3 * MIB + 5))
    with (tmp_path / "source").open("rb", buffering=0) as source:
        source.seek(MIB)
        digests = stage(source, tmp_path / "copy")
        assert source.tell() == 3 * MIB + 5
    assert digests == digest_bytes(content(3 * MIB + 5)[MIB:])


@pytest.mark.parametrize("breaks_at", [0, 1, PIECE_LENGTH, 2 * PIECE_LENGTH])
def test_a_source_that_breaks_is_its_own_error_and_leaves_no_copy(tmp_path: Path, breaks_at: int) -> None:
    with pytest.raises(OSError, match="Input/output error") as broken:
        stage(Source(content(3 * MIB + 5), breaks_at=breaks_at), tmp_path / "copy")
    assert not isinstance(broken.value, StorageError)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_copy_is_removed(tmp_path: Path) -> None:
    class Interrupting(Source):
        def readinto(self, buffer: memoryview, /) -> int:
            if self.given:
                raise KeyboardInterrupt
            return super().readinto(buffer)

    with pytest.raises(KeyboardInterrupt):
        stage(Interrupting(content(3 * MIB + 5)), tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_store_full_and_leaves_no_copy(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB + 1000, hard))
    try:
        with pytest.raises(StoreFull, match="no space left"):
            stage(Source(content(3 * MIB + 5)), tmp_path / "copy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_stands_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"older")
    source = Source(b"newer")
    with pytest.raises(StorageError):
        stage(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"older"
    assert source.given == 0


def test_a_missing_staging_folder_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        stage(Source(b"x"), tmp_path / "nowhere" / "copy")


def test_a_piece_is_filled_as_far_as_the_source_goes() -> None:
    source = Source(b"0123456789", portions=[1, 2, 1])
    buffer = bytearray(6)
    assert read_piece(source, memoryview(buffer)) == 6
    assert buffer == b"012345"
    assert read_piece(source, memoryview(buffer)) == 4
    assert read_piece(source, memoryview(buffer)) == 0
