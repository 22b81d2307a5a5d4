"""The walk over chunks in an envelope, common to RIFF, Wave64 and AIFF.

It holds the stated sizes against each other and against the file, tolerates what harmless writers do (a
left-out pad byte, a size never filled in), and hands the chunks a format wants to read to that format.

Sources: EA IFF 85; Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, RIFF.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from longplay.formats.walks.chunks import Steps, Walk
from longplay.model.findings import FindingCode
from longplay.model.units import MIB

T = TypeVar("T")

CHUNKS_LIMIT: Final = 65_536
"""Chunks walked in one file."""

NAMES_LIMIT: Final = 1_000
"""Chunk names kept of one file."""

GATHERED_LIMIT: Final = 16 * MIB
"""Bytes read of all chunks of one file together."""

_ZEROS_LIMIT: Final = 65_536
_SLACK: Final = 8  # the envelope's own header counted by mistake, or a pad byte left out at the end
_KNOWN: Final = frozenset(
    b"LIST fact bext iXML cue  smpl inst id3  ID3  data JUNK PAD  axml chna _PMX cart levl plst FLLR PEAK umid "
    b"acid strc DISP MARK COMT INST MIDI APPL NAME AUTH ANNO SSND COMM FVER"[at : at + 4]
    for at in range(0, 34 * 5 - 1, 5)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How an envelope and its chunks are written.

    Attributes:
        name_length: bytes of a chunk's name.
        size: the size field behind it.
        counts_header: whether a size counts name and size field too.
        align: chunks are padded to a multiple of this many bytes.
        unstated: sizes that mean: not known when this was written, where the file ends before them.
    """

    name_length: int
    size: struct.Struct
    counts_header: bool
    align: int
    unstated: tuple[range, ...]

    def is_unstated(self, size: int) -> bool:
        """Whether a writer to a pipe leaves such a size."""
        return any(size in sizes for sizes in self.unstated)

    @property
    def header(self) -> int:
        """Bytes before the body of a chunk."""
        return self.name_length + self.size.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One chunk as its header states it.

    Attributes:
        name: four characters, or a GUID in hex.
        at: offset of its header in the file.
        body: offset of its first byte.
        length: bytes of the body as the format understands its size; `None` when it is not stated.
    """

    name: str
    at: int
    body: int
    length: int | None


class EnvelopeWalk(Walk[T]):
    """Walks the chunks of one envelope; a format sets the class attributes and fills in the hooks.

    Attributes:
        noun: what the format calls itself, for sentences.
        sound: name of the chunk that holds the samples.
        limits: chunks to read, with the longest body that is read of each, bytes.
    """

    noun: str
    sound: ClassVar[str]
    limits: ClassVar[Mapping[str, int]]

    def __init__(self) -> None:
        self.layout: Layout
        self.names: list[str] = []
        self.sound_length: int | None = None
        self.sound_present: int | None = None
        self._count = 0
        self._room = GATHERED_LIMIT
        self._stray = b""
        super().__init__()

    def _name(self, raw: bytes) -> str | None:
        """The name of a chunk; `None` when these bytes cannot be one."""
        return raw.decode("ascii") if _is_name(raw) else None

    def _length(self, chunk: str, stated: int) -> int | None:
        """What the size means in this format; `None` when it is not stated."""
        unstated = chunk == self.sound and stated == 0xFFFFFFFF
        return None if unstated else stated

    def _read(self, chunk: Chunk, data: bytes) -> None:
        """Take in the whole body of a chunk in `limits`."""
        raise NotImplementedError

    def _chunks(self, end: int | None) -> Steps[int]:
        """Walk all chunks, judge the sizes, and return the size of the file in bytes.

        Args:
            end: offset at which the envelope ends by its header; `None` when it does not say.
        """
        while end is None or self._source.at < end:
            chunk = yield from self._header(end)
            if chunk is None or not (yield from self._body(chunk)):
                break
            if end is not None and chunk.body + (chunk.length or 0) > end:
                self._broken(f"the `{chunk.name}` chunk runs past the end its {self.noun} states", chunk.at)
                end = None
        size = yield from self._source.rest()
        self._judge(end, size)
        return size

    def _broken(self, detail: str, at: int | None = None) -> None:
        self._found.warn(FindingCode.STRUCTURE_BROKEN, detail, at)

    def _header(self, end: int | None) -> Steps[Chunk | None]:
        at = self._source.at
        raw = yield from self._source.take(self.layout.header)
        if len(raw) < self.layout.header:
            self._stray = raw
            return None
        self._count += 1
        if self._count > CHUNKS_LIMIT:
            detail = f"more than {CHUNKS_LIMIT} chunks: the rest was not looked at"
            self._found.note(FindingCode.STRUCTURE_BROKEN, detail, at)
            return None
        name = self._name(raw[: self.layout.name_length])
        (stated,) = self.layout.size.unpack_from(raw, self.layout.name_length)
        stated -= self.layout.header if self.layout.counts_header else 0
        if name is None or stated < 0:
            self._source.give_back(raw)
            yield from self._no_chunk(at, end)
            return None
        if len(self.names) < NAMES_LIMIT:
            self.names.append(name)
        length = self._length(name, stated)
        if name == self.sound and not length and (yield from self._goes_on()):
            length = None
        return Chunk(name=name, at=at, body=self._source.at, length=length)

    def _goes_on(self) -> Steps[bool]:
        """Whether something else than a chunk follows: a size of 0 was then never filled in."""
        ahead = yield from self._source.take(self.layout.name_length)
        self._source.give_back(ahead)
        return bool(ahead) and self._name(ahead) is None

    def _no_chunk(self, at: int, end: int | None) -> Steps[None]:
        """Tell padding with zeros, which harms nothing, from a chain of chunks that is broken."""
        wanted = _ZEROS_LIMIT + 1 if end is None else min(end - at, _ZEROS_LIMIT + 1)
        data = yield from self._source.take(wanted)
        if len(data) <= _ZEROS_LIMIT and not data.strip(b"\0"):
            detail = f"{len(data)} zero bytes stand where a chunk should"
            self._found.note(FindingCode.FOREIGN_BYTES, detail, at)
        else:
            self._broken(f"no chunk begins at byte {at}, where the one before ends", at)

    def _body(self, chunk: Chunk) -> Steps[bool]:
        """Read or pass over a body and its padding; `False` when the file ends in it."""
        if chunk.length is None:
            yield from self._source.rest()
            self._sound_is(chunk)
            self._unstated(chunk)
            return False
        data = None
        if chunk.length <= min(self.limits.get(chunk.name, -1), self._room):
            data = yield from self._source.take(chunk.length)
        else:
            yield from self._source.skip(chunk.length)
        self._sound_is(chunk)
        if (there := self._source.at - chunk.body) < chunk.length:
            self._cut(chunk, there)
            return False
        if data is not None:
            self._room -= len(data)
            self._read(chunk, data)
        elif chunk.name in self.limits and chunk.name != "LIST":
            self._passed_over(chunk)
        yield from self._padding(chunk.length)
        return True

    def _passed_over(self, chunk: Chunk) -> None:
        detail = f"the `{chunk.name}` chunk of {chunk.length} bytes is too long and was not read"
        self._found.note(FindingCode.STRUCTURE_BROKEN, detail, chunk.at)

    def _sound_is(self, chunk: Chunk) -> None:
        if chunk.name == self.sound and self.sound_present is None:
            self.sound_length = chunk.length
            self.sound_present = self._source.at - chunk.body

    def _unstated(self, chunk: Chunk) -> None:
        detail = f"the length of the `{chunk.name}` chunk was never filled in: its end is the end of the file"
        self._found.note(FindingCode.LENGTH_UNSTATED, detail, chunk.at)

    def _cut(self, chunk: Chunk, there: int) -> None:
        if chunk.name == self.sound and self.layout.is_unstated(chunk.length or 0):
            self.sound_length = None
            self._unstated(chunk)
            return
        detail = f"the `{chunk.name}` chunk states {chunk.length} bytes, {there} are there"
        self._found.warn(FindingCode.TRUNCATED, detail, self._source.at)

    def _padding(self, length: int) -> Steps[None]:
        """Pass over the padding; some writers leave out the pad byte, which shows in what follows."""
        pad = -length % self.layout.align
        if not pad:
            return
        ahead = yield from self._source.take(pad + self.layout.name_length)
        first, second = ahead[:4], ahead[pad:]
        left_out = first in _KNOWN or (_is_name(first) and not _is_name(second))
        self._source.give_back(ahead if pad == 1 and left_out else second)

    def _judge(self, end: int | None, size: int) -> None:
        """Hold the size the envelope states against the file."""
        if FindingCode.TRUNCATED in self._found or FindingCode.LENGTH_UNSTATED in self._found:
            return
        if self._stray and (end is None or size == end):
            detail = f"{len(self._stray)} bytes stand where a chunk should"
            if self._stray.strip(b"\0"):
                self._broken(detail, size - len(self._stray))
            else:
                self._found.note(FindingCode.FOREIGN_BYTES, detail, size - len(self._stray))
        if end is None:
            return
        if size > end + 1:
            detail = f"{size - end} bytes follow the end of the {self.noun}"
            self._found.note(FindingCode.FOREIGN_BYTES, detail, end)
        if end > size:
            self._short(end, size)

    def _short(self, end: int, size: int) -> None:
        detail = f"the {self.noun} states {end} bytes, {size} are there"
        if end - size <= _SLACK and not self._stray:
            detail = f"{detail}; no chunk is cut, so the number is likely wrong"
            self._found.note(FindingCode.STRUCTURE_BROKEN, detail, 0)
        else:
            self._found.warn(FindingCode.TRUNCATED, detail, size)


def _is_name(raw: bytes) -> bool:
    """Whether these can be four characters that name a chunk. Source: EA IFF 85, `ID`."""
    return len(raw) == 4 and all(0x20 <= char < 0x7F for char in raw) and raw != b"    "
