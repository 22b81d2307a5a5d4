"""Published files, whatever they are packed in; what is cut says so, and what came before stands."""

import bz2
import gzip
import io
import lzma
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.sources.lines import lines
from longplay.catalogue.sources.streams import CountedFile, members
from longplay.errors import MalformedInput

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
}
LINES = b"".join(b"line %d of no meaning\n" % number for number in range(20_000))


def read(path: Path) -> dict[str, bytes]:
    with CountedFile(path) as raw:
        return {member.name: member.stream.read() for member in members(path, raw, kind="test")}


def read_lines(path: Path) -> None:
    with CountedFile(path) as raw:
        for member in members(path, raw, kind="test"):
            list(lines(member.stream, kind="test"))


def tar_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_file_is_read_through_its_compression(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"dump.json{suffix}"
    path.write_bytes(PACKERS[suffix](LINES))
    assert read(path) == {"dump.json": LINES}


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_tar_is_read_through_its_compression_and_that_of_its_members(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"dump.tar{suffix}"
    path.write_bytes(PACKERS[suffix](tar_of({"TIMESTAMP": b"2026", "a/b.txt.zst": zstandard.compress(LINES)})))
    assert read(path) == {"TIMESTAMP": b"2026", "a/b.txt": LINES}


def test_a_zip_is_read(tmp_path: Path) -> None:
    path = tmp_path / "dump.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/tracks.csv", LINES)
    assert read(path) == {"folder/tracks.csv": LINES}


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize("inner", ["dump.json", "dump.tar"])
def test_what_is_cut_raises_after_what_came_before(tmp_path: Path, suffix: str, inner: str) -> None:
    path = tmp_path / (inner + suffix)
    plain = LINES if inner.endswith("json") else tar_of({"dump": LINES})
    packed = PACKERS[suffix](plain)
    path.write_bytes(packed[: len(packed) - 20])
    with pytest.raises(MalformedInput):
        read_lines(path)


def test_a_plain_tar_that_is_cut_raises(tmp_path: Path) -> None:
    path = tmp_path / "dump.tar"
    path.write_bytes(tar_of({"dump": LINES})[: len(LINES) // 2])
    with pytest.raises(MalformedInput):
        read_lines(path)


def test_the_digest_is_of_all_bytes_of_the_file_however_little_was_read(tmp_path: Path) -> None:
    path = tmp_path / "dump.json.gz"
    path.write_bytes(gzip.compress(LINES))
    with CountedFile(path) as raw:
        next(members(path, raw, kind="test")).stream.read(10)
        digest = raw.finish()
    with CountedFile(path) as raw:
        assert raw.finish() == digest
        assert raw.count == path.stat().st_size


def test_a_bomb_is_unpacked_a_little_at_a_time(tmp_path: Path) -> None:
    packing = zstandard.ZstdCompressor().compressobj()
    path = tmp_path / "bomb.txt.zst"
    path.write_bytes(b"".join(packing.compress(bytes(1 << 20)) for _ in range(600)) + packing.flush())
    with CountedFile(path) as raw:
        (member,) = members(path, raw, kind="test")
        tracemalloc.start()
        member.stream.read(10)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert path.stat().st_size < 30_000
    assert peak < 200 << 20


@given(
    st.binary(max_size=400), st.sampled_from(["x.gz", "x.bz2", "x.xz", "x.zst", "x.tar", "x.tar.zst", "x.zip"])
)
def test_any_bytes_are_a_file_or_malformed(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(data)
    with suppress(MalformedInput):
        read_lines(path)
