"""Walking the metadata blocks of a FLAC file while it passes by.

Read are STREAMINFO, CUESHEET, and the Broadcast Wave chunks that `flac --keep-foreign-metadata` keeps. Frames
are not looked at: a cut within them shows by decoding and by their checksums, not here.

Sources: RFC 9639, sections 6 to 8; FLAC's registered application ID `riff`; ID3v2.4.0, section 3.1; ID3v1.
"""

import struct
from dataclasses import dataclass
from typing import Final

from longplay.errors import MalformedInput
from longplay.formats.walks.bext import read_bext, read_ixml
from longplay.formats.walks.chunks import Steps, Walk
from longplay.formats.walks.cues import WaveCues
from longplay.model.findings import FindingCode
from longplay.model.technical import BroadcastExtension, CuePoint, Embedded, TechnicalFinding
from longplay.model.units import MIB, Hertz, SampleCount

BLOCKS_LIMIT: Final = 10_000
"""Metadata blocks walked in one file."""

READ_LIMIT: Final = MIB
"""Longer blocks are passed over, bytes."""

_STREAMINFO_LENGTH: Final = 34
_NAMES: Final = ("STREAMINFO", "PADDING", "APPLICATION", "SEEKTABLE", "VORBIS_COMMENT", "CUESHEET", "PICTURE")
_ID3_LIMIT: Final = 16
_ID3V1: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamInfo:
    """The STREAMINFO block, as stated. Source: RFC 9639, section 8.2.

    Attributes:
        min_block, max_block: samples in a frame.
        min_frame, max_frame: bytes of a frame; `None` when not stated.
        rate: samples a second.
        channels: 1 to 8.
        bits: bits a sample, 4 to 32.
        samples: sample frames; `None` when not stated.
        md5: MD5 of the decoded samples, 32 hex digits; `None` when not stated.
    """

    min_block: int
    max_block: int
    min_frame: int | None
    max_frame: int | None
    rate: Hertz
    channels: int
    bits: int
    samples: SampleCount | None
    md5: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlacFacts:
    """What the structure of a FLAC file says.

    Attributes:
        stream: STREAMINFO; `None` when it is missing or cannot be read.
        blocks: names of the metadata blocks in order, the first 1000.
        audio_start: offset of the first frame; `None` when the file ends before.
        audio_end: offset at which the frames end: the file's end, or where an ID3v1 tag begins.
        embedded: cue points, and Broadcast Wave chunks kept from a WAVE file.
        findings: in the order of `FindingCode`.
    """

    stream: StreamInfo | None
    blocks: tuple[str, ...]
    audio_start: int | None
    audio_end: int
    embedded: Embedded
    findings: tuple[TechnicalFinding, ...]


def matches(head: bytes) -> bool:
    """Whether a file that begins like this is one to walk here.

    An ID3v2 tag before it that is longer than `head` hides it: then `False`, though the walk would read it.
    """
    at = 0
    for _ in range(_ID3_LIMIT):
        length = _id3_length(head[at : at + 10])
        if not length:
            break
        at += length
    return head[at : at + 4] == b"fLaC"


def _id3_length(head: bytes) -> int:
    """Bytes of the ID3v2 tag that begins like this; 0 when it is none."""
    if len(head) < 10 or head[:3] != b"ID3" or any(byte & 0x80 for byte in head[6:10]):
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + size + (10 if head[5] & 0x10 else 0)


class FlacWalk(Walk[FlacFacts]):
    """Walks one FLAC file."""

    def __init__(self) -> None:
        super().__init__()
        self._stream: StreamInfo | None = None
        self._names: list[str] = []
        self._audio_start: int | None = None
        self._audio_end = 0
        self._sheet: tuple[CuePoint, ...] = ()
        self._cues = WaveCues("<")
        self._broadcast: BroadcastExtension | None = None
        self._ixml: str | None = None

    def _steps(self) -> Steps[FlacFacts]:
        yield from self._tags_before()
        at = self._source.at
        magic = yield from self._source.take(4)
        if magic != b"fLaC":
            self._broken("no FLAC stream begins where it should", at)
            self._audio_end = yield from self._source.rest()
            return self._facts_now()
        if (yield from self._blocks()):
            yield from self._audio()
        self._audio_end = self._audio_end or (yield from self._source.rest())
        self._judge()
        return self._facts_now()

    def _broken(self, detail: str, at: int | None = None) -> None:
        self._found.warn(FindingCode.STRUCTURE_BROKEN, detail, at)

    def _tags_before(self) -> Steps[None]:
        for _ in range(_ID3_LIMIT):
            at = self._source.at
            head = yield from self._source.take(10)
            self._source.give_back(head)
            length = _id3_length(head)
            if not length:
                return
            detail = f"an ID3v2 tag of {length} bytes stands before the stream"
            self._found.note(FindingCode.FOREIGN_BYTES, detail, at)
            yield from self._source.skip(length)

    def _blocks(self) -> Steps[bool]:
        """Walk the blocks; `True` when the last is whole. Source: RFC 9639, section 8.1."""
        for _ in range(BLOCKS_LIMIT):
            at = self._source.at
            head = yield from self._source.take(4)
            kind, length = head[:1], int.from_bytes(head[1:], "big")
            if len(head) == 4 and kind[0] & 0x7F == 0x7F:
                self._broken("a metadata block has the forbidden type 127", at)
                return False
            data = (yield from self._source.take(length)) if length <= READ_LIMIT else None
            if data is None:
                yield from self._source.skip(length)
            if len(head) < 4 or (there := self._source.at - at - 4) < length:
                detail = "the last metadata block is missing"
                if len(head) == 4:
                    detail = f"a metadata block states {length} bytes, {there} are there"
                self._found.warn(FindingCode.TRUNCATED, detail, self._source.at)
                return False
            self._block(kind[0] & 0x7F, at, data)
            if kind[0] & 0x80:
                return True
        detail = f"more than {BLOCKS_LIMIT} metadata blocks: the rest was not looked at"
        self._found.note(FindingCode.STRUCTURE_BROKEN, detail, self._source.at)
        return False

    def _block(self, kind: int, at: int, data: bytes | None) -> None:
        name = _NAMES[kind] if kind < len(_NAMES) else f"reserved {kind}"
        if not self._names and name != "STREAMINFO":
            self._broken(f"the first metadata block is {name}, not STREAMINFO", at)
        if len(self._names) < 1_000:
            self._names.append(name)
        match name:
            case "STREAMINFO" if self._stream is None:
                self._read_stream(at, data or b"")
            case "CUESHEET" if data is not None:
                self._sheet = self._sheet or read_cuesheet(data)
            case "APPLICATION" if data is not None and data[:4] == b"riff":
                self._foreign(data[4:], at)

    def _read_stream(self, at: int, data: bytes) -> None:
        try:
            self._stream = read_streaminfo(data)
        except MalformedInput as malformed:
            self._broken(malformed.reason, at)

    def _foreign(self, chunk: bytes, at: int) -> None:
        """A chunk of the WAVE file the stream was made from, with its header."""
        name, body = chunk[:4], chunk[8 : 8 + int.from_bytes(chunk[4:8], "little")]
        match name:
            case b"bext" if self._broadcast is None:
                try:
                    self._broadcast = read_bext(body)
                except MalformedInput as malformed:
                    self._broken(f"the kept `bext` chunk cannot be read: {malformed.reason}", at)
            case b"iXML":
                self._ixml = self._ixml or read_ixml(body)
            case b"cue ":
                self._cues.add_points(body)
            case b"LIST":
                self._cues.add_list(body)

    def _audio(self) -> Steps[None]:
        """Look at where the frames begin and where they end. Source: RFC 9639, section 9.1, for the sync."""
        self._audio_start = self._source.at
        sync = yield from self._source.take(2)
        self._source.give_back(sync)
        if len(sync) == 2 and sync not in {b"\xff\xf8", b"\xff\xf9"}:
            self._broken("no frame begins where the metadata end", self._audio_start)
        tail = yield from self._source.tail(_ID3V1)
        self._audio_end = self._source.at
        if len(tail) == _ID3V1 and tail[:3] == b"TAG":
            self._audio_end -= _ID3V1
            self._found.note(FindingCode.FOREIGN_BYTES, "an ID3v1 tag follows the stream", self._audio_end)
        if self._audio_end - self._audio_start < 2 and not (self._stream and self._stream.samples == 0):
            self._found.warn(
                FindingCode.TRUNCATED, "the file ends where the frames should begin", self._audio_end
            )

    def _judge(self) -> None:
        if self._stream is None:
            return
        if self._stream.samples is None:
            detail = "STREAMINFO does not state the number of samples"
            self._found.note(FindingCode.LENGTH_UNSTATED, detail)
        if self._stream.md5 is None:
            self._found.note(FindingCode.CHECKSUM_ABSENT, "STREAMINFO has no MD5 of the samples")

    def _facts_now(self) -> FlacFacts:
        cues = self._sheet or self._cues.points()
        return FlacFacts(
            stream=self._stream,
            blocks=tuple(self._names),
            audio_start=self._audio_start,
            audio_end=self._audio_end,
            embedded=Embedded(broadcast=self._broadcast, ixml=self._ixml, cues=cues),
            findings=self._found.all(),
        )


def read_streaminfo(data: bytes) -> StreamInfo:
    """A STREAMINFO block without its header.

    Raises:
        MalformedInput: it is not 34 bytes long, or its rate, sample size or block size is forbidden.

    Source: RFC 9639, section 8.2.
    """
    if len(data) != _STREAMINFO_LENGTH:
        raise MalformedInput("FLAC", f"STREAMINFO has {len(data)} bytes, {_STREAMINFO_LENGTH} wanted")
    min_block, max_block = struct.unpack_from(">HH", data)
    packed = int.from_bytes(data[10:18], "big")
    rate, bits = packed >> 44, (packed >> 36 & 0x1F) + 1
    if not rate or bits < 4 or not 16 <= min_block <= max_block:
        what = f"{rate} Hz, {bits} bits, blocks of {min_block} to {max_block} samples"
        raise MalformedInput("FLAC", f"STREAMINFO states what cannot be: {what}")
    md5 = data[18:]
    return StreamInfo(
        min_block=min_block,
        max_block=max_block,
        min_frame=int.from_bytes(data[4:7], "big") or None,
        max_frame=int.from_bytes(data[7:10], "big") or None,
        rate=Hertz(rate),
        channels=(packed >> 41 & 7) + 1,
        bits=bits,
        samples=SampleCount(packed & (1 << 36) - 1) or None,
        md5=md5.hex() if md5.strip(b"\0") else None,
    )


def read_cuesheet(data: bytes) -> tuple[CuePoint, ...]:
    """The index points of a CUESHEET block, in its order, and the lead-out; as far as they can be read.

    Labels are `track N` for the point where a track begins (index 1, or a track without one) and
    `track N index M` for the others.

    Source: RFC 9639, section 8.7.
    """
    if len(data) < 396:
        return ()
    is_disc, tracks = data[136] & 0x80, data[395]
    points: list[CuePoint] = []
    at = 396
    while tracks and at + 36 <= len(data):
        offset, number, indexes = struct.unpack_from(">QB26xB", data, at)
        at += 36
        if number == (170 if is_disc else 255):
            points.append(CuePoint(position=SampleCount(offset), label="lead-out"))
        for _ in range(indexes):
            if at + 12 > len(data):
                return tuple(points)
            further, index = struct.unpack_from(">QB", data, at)
            label = f"track {number}" if index == 1 else f"track {number} index {index}"
            points.append(CuePoint(position=SampleCount(offset + further), label=label))
            at += 12
        tracks -= 1
    return tuple(points)
