"""Walking an AIFF or AIFF-C file while it passes by.

Sizes are held against each other and the file; `COMM` and `MARK` are read; samples are not looked at.

Sources: Apple, Audio Interchange File Format 1.3; Apple, AIFF-C (draft of 1991).
"""

import math
import struct
from dataclasses import dataclass
from typing import ClassVar, Final

from longplay.formats.walks.chunks import Steps
from longplay.formats.walks.cues import read_mark
from longplay.formats.walks.iff import Chunk, EnvelopeWalk, Layout
from longplay.model.findings import FindingCode
from longplay.model.technical import CuePoint, Embedded, TechnicalFinding
from longplay.model.units import KIB, MIB, Hertz, SampleCount

# FFmpeg leaves 0 in a pipe, SoX 0x7F000000 and its headers
_STREAMED: Final = (range(0xFFFFF000, 1 << 32), range(0x7FFFE000, 1 << 31), range(0x7F000000, 0x7F001000))
_LAYOUT: Final = Layout(
    name_length=4, size=struct.Struct(">I"), counts_header=False, align=2, unstated=_STREAMED
)
_SAMPLE_BYTES: Final = {
    "fl32": 4, "FL32": 4, "fl64": 8, "FL64": 8, "alaw": 1, "ALAW": 1, "ulaw": 1, "ULAW": 1,
    "in24": 3, "42ni": 3, "in32": 4, "23ni": 4,
}  # fmt: skip
_PCM: Final = frozenset({"NONE", "twos", "sowt", "raw "})


@dataclass(frozen=True, slots=True, kw_only=True)
class AiffFormat:
    """The `COMM` chunk, as stated.

    Attributes:
        channels: 0 or more.
        samples: sample frames.
        bits: bits a sample; 0 where the codec has no such thing.
        rate: samples a second, rounded; 0 when it is none that could be.
        compression: four characters; `NONE` in AIFF.
    """

    channels: int
    samples: SampleCount
    bits: int
    rate: Hertz
    compression: str

    @property
    def frame_bytes(self) -> int | None:
        """Bytes of a sample frame; `None` for codecs that have none."""
        if self.compression in _PCM:
            return self.channels * -(-self.bits // 8)
        each = _SAMPLE_BYTES.get(self.compression)
        return None if each is None else each * self.channels


@dataclass(frozen=True, slots=True, kw_only=True)
class AiffFacts:
    """What the structure of an AIFF file says.

    Attributes:
        form: `AIFF` or `AIFC`; `None` when it is neither.
        comm: sample format; `None` when it is missing or cannot be read.
        declared_samples: sample frames; `None` when they are not stated.
        data_length: bytes of samples as stated; `None` when they are not.
        data_present: bytes of them in the file.
        chunks: names of the chunks in order, the first 1000.
        embedded: cue points.
        findings: in the order of `FindingCode`.
    """

    form: str | None
    comm: AiffFormat | None
    declared_samples: SampleCount | None
    data_length: int | None
    data_present: int
    chunks: tuple[str, ...]
    embedded: Embedded
    findings: tuple[TechnicalFinding, ...]


def matches(head: bytes) -> bool:
    """Whether a file that begins like this is one to walk here."""
    return head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}


class AiffWalk(EnvelopeWalk[AiffFacts]):
    """Walks one AIFF or AIFF-C file."""

    noun = "FORM"
    sound: ClassVar[str] = "SSND"
    limits: ClassVar = {"COMM": 64 * KIB, "MARK": MIB}

    def __init__(self) -> None:
        self._form: str | None = None
        self._comm: AiffFormat | None = None
        self._cues: tuple[CuePoint, ...] = ()
        super().__init__()

    def _steps(self) -> Steps[AiffFacts]:
        self.layout = _LAYOUT
        head = yield from self._source.take(12)
        if not matches(head):
            yield from self._source.rest()
            self._broken("the file does not begin as an AIFF file", 0)
            return self._facts_now()
        self._form = head[8:].decode()
        (size,) = struct.unpack_from(">I", head, 4)
        yield from self._chunks(None if size == 0 or _LAYOUT.is_unstated(size) else size + 8)
        self._judge_sound()
        return self._facts_now()

    def _read(self, chunk: Chunk, data: bytes) -> None:
        if chunk.name == "MARK":
            self._cues = self._cues or read_mark(data)
        elif self._comm is None:
            self._read_comm(chunk, data)

    def _read_comm(self, chunk: Chunk, data: bytes) -> None:
        wanted = 22 if self._form == "AIFC" else 18
        if len(data) < wanted:
            self._broken(f"the `COMM` chunk has {len(data)} bytes, at least {wanted} wanted", chunk.at)
            return
        channels, samples, bits = struct.unpack_from(">HIH", data)
        self._comm = AiffFormat(
            channels=channels,
            samples=SampleCount(samples),
            bits=bits,
            rate=Hertz(_extended(data[8:18])),
            compression=_four(data[18:22]) if self._form == "AIFC" else "NONE",
        )
        if not channels or not self._comm.rate:
            detail = f"the `COMM` chunk states {channels} channels at {self._comm.rate} Hz"
            self._broken(detail, chunk.at)

    def _judge_sound(self) -> None:
        if FindingCode.TRUNCATED in self._found:
            return
        if self._comm is None and FindingCode.STRUCTURE_BROKEN not in self._found:
            self._broken("there is no `COMM` chunk")
        if self.sound_present is None and (self._comm is None or self._comm.samples):
            # with no samples the chunk may be left out
            self._broken("there is no `SSND` chunk")
        frame = self._comm.frame_bytes if self._comm else None
        if self._comm is None or not frame or self.sound_present is None:
            return
        # offset and block size stand before the samples
        there = max(0, self.sound_present - 8)
        if FindingCode.LENGTH_UNSTATED in self._found:
            if there % frame:
                detail = f"the samples end {there % frame} bytes into a frame of {frame}"
                self._found.warn(FindingCode.TRUNCATED, detail, self._source.at)
            return
        self._compare(there // frame, self._comm.samples)

    def _compare(self, there: int, stated: int) -> None:
        detail = f"`COMM` states {stated} sample frames, `SSND` holds {there}"
        if there < stated:
            self._broken(detail)
        elif there > stated:
            self._found.note(FindingCode.LONGER_THAN_DECLARED, detail)

    def _facts_now(self) -> AiffFacts:
        stated = self._comm is not None and FindingCode.LENGTH_UNSTATED not in self._found
        return AiffFacts(
            form=self._form,
            comm=self._comm,
            declared_samples=self._comm.samples if self._comm and stated else None,
            data_length=None if self.sound_length is None else max(0, self.sound_length - 8),
            data_present=max(0, (self.sound_present or 0) - 8),
            chunks=tuple(self.names),
            embedded=Embedded(cues=self._cues),
            findings=self._found.all(),
        )


def _four(raw: bytes) -> str:
    text = raw.decode("latin-1")
    return text if text.isprintable() else raw.hex()


def _extended(raw: bytes) -> int:
    """An IEEE 754 extended number of 80 bits, rounded; 0 where it is negative or above 2**40."""
    exponent, mantissa = struct.unpack(">HQ", raw)
    power = exponent - 16383 - 63
    if power > 40 - 63 or power < -64:
        return 0
    return round(math.ldexp(mantissa, power))
