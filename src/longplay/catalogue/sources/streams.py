"""Published files as streams of bytes: compressed or not, in an archive or not, long ones in bounded memory.

Damage is told from an end: a stream that stops in the middle raises, and what came before it stands.

Source: RFC 1952 (gzip), RFC 8878 (Zstandard), the .xz format 1.1.0, POSIX.1-2001 (tar), APPNOTE 6.3 (zip).
"""

import bz2
import gzip
import hashlib
import io
import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import zstandard

from longplay.errors import MalformedInput

_TAR: Final = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".txz", ".tar.zst")
_BROKEN: Final = (
    EOFError,
    lzma.LZMAError,
    zlib.error,
    zstandard.ZstdError,
    tarfile.TarError,
    zipfile.BadZipFile,
)
_CHUNK: Final = 1 << 20
_FED: Final = 4_096
"""Bytes of a Zstandard frame that are unpacked at once: even of a bomb, that is some hundred megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file a source publishes, wherever it lies.

    Attributes:
        name: path inside the archive, or the file's own name, without the suffix of a compression.
        stream: its bytes, to be read once, from the beginning.
        path: where the bytes lie plainly on disk, for readers that need to seek; `None` inside an archive.
    """

    name: str
    stream: IO[bytes]
    path: Path | None = None


class CountedFile(io.RawIOBase):
    """A file on disk that is read once, hashed and counted on the way.

    Attributes:
        digest: SHA-256 of what was read so far.
        count: bytes read so far.
    """

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            OSError: it could not be opened.
        """
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self.digest = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """As every raw file does."""
        view = memoryview(cast(bytearray, buffer))
        number = self._file.readinto(view) or 0
        self.digest.update(view[:number])
        self.count += number
        return number

    def finish(self) -> str:
        """Read what nobody asked for, and the SHA-256 of all bytes of the file, 64 hex digits."""
        while self.read(_CHUNK):
            pass
        return self.digest.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@contextmanager
def reading(kind: str) -> Iterator[None]:
    """Turn what libraries say of broken containers into `MalformedInput`.

    Raises:
        MalformedInput: in place of theirs.
    """
    try:
        yield
    except _BROKEN as exc:
        raise MalformedInput(kind, f"the file ends or breaks before its end: {exc}") from exc
    except OSError as exc:
        if isinstance(exc, gzip.BadGzipFile) or exc.errno is None:
            raise MalformedInput(kind, f"the file ends or breaks before its end: {exc}") from exc
        raise


def members(path: Path, raw: CountedFile, *, kind: str) -> Iterator[Member]:
    """The files in a published file, in order: those of an archive, or it alone.

    A member's stream has to be read before the next is asked for.

    Raises:
        MalformedInput: the container breaks; members before that were given.
    """
    buffered = io.BufferedReader(_Borrowed(raw), _CHUNK)
    name = path.name
    with reading(kind):
        if name.lower().endswith(".zip"):
            yield from _of_zip(path)
        elif name.lower().endswith(_TAR):
            yield from _of_tar(_inflated(name, buffered))
        else:
            plain = _without_suffix(name)
            yield Member(name=plain, stream=_inflated(name, buffered), path=path if plain == name else None)


class _Borrowed(io.RawIOBase):
    """A raw file that is read and never closed: a buffer that is thrown away closes what lies below it."""

    def __init__(self, raw: CountedFile) -> None:
        super().__init__()
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        return self._raw.readinto(buffer)


def _of_tar(stream: IO[bytes]) -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for entry in archive:
            inner = archive.extractfile(entry) if entry.isreg() else None
            if inner is not None:
                yield Member(name=_without_suffix(entry.name), stream=_inflated(entry.name, inner))
    # what follows the archive's own end tells whether the compression around it is whole
    while stream.read(_CHUNK):
        pass


def _of_zip(path: Path) -> Iterator[Member]:
    """Zip keeps its list at the end, so it is read from the disk and not from the stream."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                with archive.open(entry) as inner:
                    yield Member(name=_without_suffix(entry.filename), stream=_inflated(entry.filename, inner))


_SUFFIXES: Final = (".gz", ".tgz", ".bz2", ".xz", ".txz", ".zst")


def _without_suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return name[: -len(suffix)] if suffix in _SUFFIXES else name


def _inflated(name: str, stream: IO[bytes]) -> IO[bytes]:
    match Path(name).suffix.lower():
        case ".gz" | ".tgz":
            return cast(IO[bytes], gzip.GzipFile(fileobj=stream))
        case ".bz2":
            return bz2.BZ2File(stream)
        case ".xz" | ".txz":
            return lzma.LZMAFile(stream)
        case ".zst":
            return cast(IO[bytes], io.BufferedReader(_Frames(stream), _CHUNK))
        case _:
            return stream


class _Frames(io.RawIOBase):
    """Zstandard frames, one after another; the library's own reader ends at a cut frame without a word."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._packed = b""
        self._at = 0
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        while not self._plain:
            if self._at >= len(self._packed):
                self._packed, self._at = self._stream.read(_CHUNK >> 3), 0
            if self._packed:
                self._inflate()
            elif self._frame is not None:
                raise EOFError("a Zstandard frame is cut")
            else:
                return 0
        number = min(len(view), len(self._plain))
        view[:number] = self._plain[:number]
        self._plain = self._plain[number:]
        return number

    def _inflate(self) -> None:
        frame = self._frame or zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()
        part = self._packed[self._at : self._at + _FED]
        self._plain = memoryview(frame.decompress(part))
        self._at += len(part) - len(frame.unused_data)
        self._frame = None if frame.eof else frame


@contextmanager
def seekable(member: Member, *, kind: str) -> Iterator[IO[bytes]]:
    """A member as a file that can be sought in: what lies in an archive is laid on the disk first.

    Raises:
        MalformedInput: the member breaks before its end.
    """
    if member.path is not None:
        with member.path.open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as spooled:
        with reading(kind):
            shutil.copyfileobj(member.stream, spooled, _CHUNK)
        yield spooled
