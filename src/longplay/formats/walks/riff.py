"""Walking a WAVE file while it passes by: RIFF, RIFX, RF64, BW64 and Sony Wave64.

Sizes are held against each other and the file. Read are `fmt ` and what sound archives write beside the
samples: `bext`, iXML, cue points. Samples are not looked at: damage within them has no trace in the structure.
A file whose writer never filled in the length (a stream) hides where it was cut, but for the last sample frame.

Sources: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE, `fact`,
`cue `); Microsoft, Multiple Channel Audio Data and WAVE Files (WAVEFORMATEXTENSIBLE); EBU Tech 3306 version 2
and ITU-R BS.2088 (`ds64`, RF64, BW64); EBU Tech 3285 (`bext`); Sony Pictures Digital, Wave64.
"""

import struct
from dataclasses import dataclass
from typing import ClassVar, Final

from longplay.errors import MalformedInput
from longplay.formats.walks.bext import read_bext, read_ixml
from longplay.formats.walks.chunks import Steps
from longplay.formats.walks.cues import WaveCues
from longplay.formats.walks.iff import Chunk, EnvelopeWalk, Layout
from longplay.model.findings import FindingCode
from longplay.model.technical import BroadcastExtension, Embedded, TechnicalFinding
from longplay.model.units import KIB, MIB, Hertz, SampleCount

EXTENSIBLE: Final = 0xFFFE
PCM: Final = 0x0001
FLOAT: Final = 0x0003

_UNKNOWN: Final = 0xFFFFFFFF
# the largest number, signed or not, perhaps less the headers or a round block: FFmpeg, opus-tools, SoX, eSpeak
_STREAMED: Final = (range(0xFFFFF000, 1 << 32), range(0x7FFFE000, 1 << 31))
_LITTLE: Final = Layout(
    name_length=4, size=struct.Struct("<I"), counts_header=False, align=2, unstated=_STREAMED
)
_BIG: Final = Layout(name_length=4, size=struct.Struct(">I"), counts_header=False, align=2, unstated=_STREAMED)
_SONY: Final = Layout(
    name_length=16,
    size=struct.Struct("<Q"),
    counts_header=True,
    align=8,
    unstated=(range(2**63 - 64, 2**63), range(2**64 - 64, 2**64)),
)
_LAYOUTS: Final = {b"RIFF": _LITTLE, b"RF64": _LITTLE, b"BW64": _LITTLE, b"RIFX": _BIG}
_SONY_RIFF: Final = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
_SONY_TAIL: Final = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_GUID_TAILS: Final = (
    bytes.fromhex("000000001000800000aa00389b71"),
    bytes.fromhex("00002107d3118644c8c1ca000000"),  # ambisonic B-format
)
# one sample of one channel is a whole number of bytes: PCM, float, A-law, mu-law
_FRAMED: Final = frozenset({PCM, FLOAT, 0x0006, 0x0007})


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFormat:
    """The `fmt ` chunk, as stated.

    Attributes:
        tag: format tag, such as 1 (PCM), 3 (float) or 0xFFFE (extensible).
        sub_format: the tag an extensible format stands for; `None` where it is not extensible or not a tag.
        channels: 0 or more.
        rate: samples a second.
        block_align: bytes of a sample frame or of a coded block.
        bits: bits of a sample's container; 0 where the codec has no such thing.
        valid_bits: bits used of them; `None` where it is not extensible.
        channel_mask: speakers; `None` where it is not extensible.
    """

    tag: int
    sub_format: int | None
    channels: int
    rate: Hertz
    block_align: int
    bits: int
    valid_bits: int | None
    channel_mask: int | None

    @property
    def codec(self) -> int:
        """The format tag of the samples, whichever way it is written."""
        return self.tag if self.sub_format is None else self.sub_format


@dataclass(frozen=True, slots=True, kw_only=True)
class RiffFacts:
    """What the structure of a WAVE file says.

    Attributes:
        form: `RIFF`, `RIFX`, `RF64`, `BW64` or `W64`; `None` when it is none of them.
        fmt: sample format; `None` when it is missing or cannot be read.
        bext_version: version of `bext` as stated; `None` without one.
        declared_samples: sample frames; `None` when they are not stated.
        data_length: bytes of samples as stated; `None` when they are not.
        data_present: bytes of them in the file.
        chunks: names of the chunks in order, the first 1000.
        embedded: `bext`, iXML, cue points.
        findings: in the order of `FindingCode`.
    """

    form: str | None
    fmt: WaveFormat | None
    bext_version: int | None
    declared_samples: SampleCount | None
    data_length: int | None
    data_present: int
    chunks: tuple[str, ...]
    embedded: Embedded
    findings: tuple[TechnicalFinding, ...]

    @property
    def is_64_bit(self) -> bool:
        """Whether sizes beyond 4 GiB can be stated."""
        return self.form in {"RF64", "BW64", "W64"}


def matches(head: bytes) -> bool:
    """Whether a file that begins like this is one to walk here."""
    if head[:16] == _SONY_RIFF:
        return head[24:40] == b"wave" + _SONY_TAIL
    return head[:4] in _LAYOUTS and head[8:12] == b"WAVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sizes64:
    """`ds64`. Source: EBU Tech 3306, section 3; ITU-R BS.2088, section 4."""

    riff: int
    data: int
    samples: int
    table: tuple[tuple[str, int], ...]


class RiffWalk(EnvelopeWalk[RiffFacts]):
    """Walks one WAVE file."""

    noun = "RIFF"
    sound: ClassVar[str] = "data"
    limits: ClassVar = {
        "fmt ": 64 * KIB,
        "fact": 4 * KIB,
        "bext": MIB,
        "iXML": MIB,
        "cue ": MIB,
        "LIST": MIB,
    }

    def __init__(self) -> None:
        self._form: str | None = None
        self._order = "<"
        self._sizes: _Sizes64 | None = None
        self._fmt: WaveFormat | None = None
        self._fact: int | None = None
        self._bext_version: int | None = None
        self._broadcast: BroadcastExtension | None = None
        self._ixml: str | None = None
        self._cues = WaveCues("<")
        super().__init__()

    def _steps(self) -> Steps[RiffFacts]:
        head = yield from self._source.take(40)
        if not matches(head):
            self._source.give_back(head)
            yield from self._source.rest()
            self._broken("the file does not begin as a WAVE file", 0)
            return self._facts_now()
        if head[:4] == b"riff":
            end = self._open_sony(head)
        else:
            self._source.give_back(head[12:])
            end = yield from self._open(head)
        yield from self._chunks(end)
        self._judge_sound()
        return self._facts_now()

    def _open_sony(self, head: bytes) -> int | None:
        self._form, self.layout = "W64", _SONY
        (size,) = struct.unpack_from("<Q", head, 16)
        return None if size == 0 or self.layout.is_unstated(size) else size

    def _open(self, head: bytes) -> Steps[int | None]:
        self._form, self.layout = head[:4].decode(), _LAYOUTS[head[:4]]
        if self._form == "RIFX":
            self._order, self._cues = ">", WaveCues(">")
        (size,) = self.layout.size.unpack_from(head, 4)
        if self._form in {"RF64", "BW64"}:
            yield from self._open_64()
            if size == _UNKNOWN:
                size = self._sizes.riff if self._sizes else 0
        return None if size == 0 or self.layout.is_unstated(size) else size + 8

    def _open_64(self) -> Steps[None]:
        """Read `ds64`, which must come first, and give it back to be walked."""
        head = yield from self._source.take(8)
        length = int.from_bytes(head[4:], "little")
        body = yield from self._source.take(min(length, MIB) if head[:4] == b"ds64" else 0)
        self._source.give_back(head + body)
        if head[:4] != b"ds64" or len(body) < 28:
            self._broken("there is no `ds64` chunk with the true sizes at its start", 12)
            return
        riff, data, samples, count = struct.unpack_from("<QQQI", body)
        if 28 + count * 12 > length:
            self._broken(f"the table of `ds64` has {count} entries, which do not fit into it", 12)
        there = min(count, (len(body) - 28) // 12, 1000)
        rows = (struct.unpack_from("<4sQ", body, 28 + row * 12) for row in range(there))
        table = tuple((name.decode("latin-1"), size) for name, size in rows)
        self._sizes = _Sizes64(riff=riff, data=data, samples=samples, table=table)

    def _name(self, raw: bytes) -> str | None:
        if self._form != "W64":
            return super()._name(raw)
        if raw[4:] == _SONY_TAIL:
            return super()._name(raw[:4])
        # any GUID may name a chunk, but not one of zeros; random bytes show by their size
        return raw.hex() if raw.strip(b"\0") else None

    def _length(self, chunk: str, stated: int) -> int | None:
        if self._form not in {"RF64", "BW64"}:
            return super()._length(chunk, stated)
        true = self._true_length(chunk)
        if stated == _UNKNOWN:
            if true is None and self._sizes is not None:
                self._broken(f"`ds64` does not state the length of the `{chunk}` chunk")
            return true or (None if chunk == "data" else 0)
        if true not in {None, 0, stated}:
            self._broken(f"the `{chunk}` chunk states {stated} bytes, `ds64` {true}")
        return stated

    def _true_length(self, chunk: str) -> int | None:
        if self._sizes is None:
            return None
        if chunk == "data":
            return self._sizes.data
        return dict(self._sizes.table).get(chunk)

    def _read(self, chunk: Chunk, data: bytes) -> None:
        match chunk.name:
            case "fmt " if self._fmt is None:
                self._read_fmt(chunk, data)
            case "fact" if len(data) >= 4:
                (self._fact,) = struct.unpack_from(self._order + "I", data)
            case "bext":
                self._read_bext(chunk, data)
            case "iXML":
                self._ixml = self._ixml or read_ixml(data)
            case "cue ":
                self._cues.add_points(data)
            case "LIST":
                self._cues.add_list(data)

    def _read_fmt(self, chunk: Chunk, data: bytes) -> None:
        if self.sound_present is not None:
            self._broken("the `fmt ` chunk comes after the samples", chunk.at)
        if len(data) < 14:
            self._broken(f"the `fmt ` chunk has {len(data)} bytes, at least 14 wanted", chunk.at)
            return
        self._fmt = read_fmt(data, self._order)
        if problem := _contradiction(self._fmt):
            self._broken(f"the `fmt ` chunk contradicts itself: {problem}", chunk.at)

    def _read_bext(self, chunk: Chunk, data: bytes) -> None:
        try:
            broadcast = read_bext(data)
        except MalformedInput as malformed:
            self._broken(f"the `bext` chunk cannot be read: {malformed.reason}", chunk.at)
            return
        if self._broadcast is None:
            self._broadcast, self._bext_version = broadcast, broadcast.version

    def _judge_sound(self) -> None:
        if FindingCode.TRUNCATED not in self._found:
            if self._fmt is None and FindingCode.STRUCTURE_BROKEN not in self._found:
                self._broken("there is no `fmt ` chunk")
            if self.sound_present is None:
                self._broken("there is no `data` chunk")
        # the last block of other codecs may be short
        block = self._fmt.block_align if self._fmt and self._fmt.codec in _FRAMED else 0
        rest = (self.sound_present or 0) % block if block else 0
        # writers of Wave64 count padding as samples
        padded = self._form == "W64" and rest < _SONY.align
        if not rest or padded or FindingCode.TRUNCATED in self._found:
            return
        detail = f"the samples end {rest} bytes into a frame of {block}"
        if self.sound_length is None:
            self._found.warn(FindingCode.TRUNCATED, detail, self._source.at)
        else:
            self._found.note(FindingCode.STRUCTURE_BROKEN, detail)

    def _declared(self) -> SampleCount | None:
        if self._fmt is None or self.sound_length is None:
            return None
        if self._fmt.codec in _FRAMED and self._fmt.block_align:
            return SampleCount(self.sound_length // self._fmt.block_align)
        if self._fact == _UNKNOWN and self._sizes:
            return SampleCount(self._sizes.samples) if self._sizes.samples else None
        return SampleCount(self._fact) if self._fact else None

    def _facts_now(self) -> RiffFacts:
        return RiffFacts(
            form=self._form,
            fmt=self._fmt,
            bext_version=self._bext_version,
            declared_samples=self._declared(),
            data_length=self.sound_length,
            data_present=self.sound_present or 0,
            chunks=tuple(self.names),
            embedded=Embedded(broadcast=self._broadcast, ixml=self._ixml, cues=self._cues.points()),
            findings=self._found.all(),
        )


def read_fmt(data: bytes, order: str = "<") -> WaveFormat:
    """A `fmt ` chunk without its header, at least 14 bytes; `order` is `>` in RIFX.

    Source: Multiple Channel Audio Data and WAVE Files, WAVEFORMATEX and WAVEFORMATEXTENSIBLE.
    """
    tag, channels, rate, _, block_align = struct.unpack_from(order + "HHIIH", data)
    bits = struct.unpack_from(order + "H", data, 14)[0] if len(data) >= 16 else 0
    sub_format = valid_bits = mask = None
    if tag == EXTENSIBLE and len(data) >= 40:
        valid_bits, mask, low = struct.unpack_from(order + "HIH", data, 18)
        sub_format = low if data[26:40] in _GUID_TAILS else None
    return WaveFormat(
        tag=tag,
        sub_format=sub_format,
        channels=channels,
        rate=Hertz(rate),
        block_align=block_align,
        bits=bits,
        valid_bits=valid_bits,
        channel_mask=mask,
    )


def _contradiction(fmt: WaveFormat) -> str | None:
    if not fmt.channels or not fmt.rate:
        return f"{fmt.channels} channels at {fmt.rate} Hz"
    if fmt.codec in _FRAMED and fmt.block_align < fmt.channels * -(-fmt.bits // 8):
        return f"{fmt.channels} channels of {fmt.bits} bits do not fit into {fmt.block_align} bytes"
    return None
