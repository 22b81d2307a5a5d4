"""The structure of a file, watched while its bytes go by: whether it is whole, and what it says of itself.

A decoder makes the best of what it is given; a container knows what it should have been given. The right walk
is chosen by the first bytes. What belongs to no walk (Matroska, ASF and others) is left to the decoder.
"""

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final, Protocol

from longplay.formats.walks import adts_frames, aiff, flac_blocks, isobmff, mpeg_frames, ogg_pages, riff
from longplay.formats.walks.adts_frames import AdtsFacts, AdtsWalk
from longplay.formats.walks.aiff import AiffFacts, AiffWalk
from longplay.formats.walks.flac_blocks import FlacFacts, FlacWalk
from longplay.formats.walks.isobmff import IsobmffFacts, IsobmffWalk
from longplay.formats.walks.mpeg_frames import MpegFacts, MpegWalk
from longplay.formats.walks.ogg_pages import OggFacts, OggWalk
from longplay.formats.walks.riff import RiffFacts, RiffWalk
from longplay.model.technical import Embedded, TechnicalFinding

Facts = AdtsFacts | AiffFacts | FlacFacts | IsobmffFacts | MpegFacts | OggFacts | RiffFacts

CHOICE_BYTES: Final = 4_096
"""A walk is chosen by so many first bytes."""

EDGE_BYTES: Final = 64 * 1024
"""So many first and last bytes are kept, to tell the format by."""

LENIENT_S: Final = 0.1
"""A decoded length may differ so much from a declared one where encoders pad."""


class Walk(Protocol):
    """What all walks have in common."""

    def update(self, data: memoryview) -> None:
        """Take the next bytes of the file."""

    def finish(self) -> Facts:
        """Say what was found; call once, at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What the structure of a file tells.

    Attributes:
        size: bytes.
        head, tail: its first and last bytes, at most `EDGE_BYTES` of each.
        declared_samples: sample frames it declares; `None` when it declares none.
        declared_s: seconds it declares, where its clock is not the rate of the samples; `None` likewise.
        tolerance_s: how far a decoded length may be from the declared one, seconds.
        embedded: what it says of its making.
        findings: in the order of `FindingCode`.
    """

    size: int
    head: bytes
    tail: bytes
    declared_samples: int | None = None
    declared_s: float | None = None
    tolerance_s: float = LENIENT_S
    embedded: Embedded = field(default_factory=Embedded)
    findings: tuple[TechnicalFinding, ...] = ()


class StructureWatch:
    """Watches one file. Memory is bounded by what the walks keep."""

    def __init__(self, name: str) -> None:
        """Nothing seen yet.

        Args:
            name: the file's name: its suffix decides where the first bytes do not.
        """
        self._suffix = PurePath(name).suffix.lower()
        self._size = 0
        self._head = bytearray()
        self._tail = b""
        self._waiting: list[bytes] = []
        self._chosen = False
        self._walk: Walk | None = None

    def update(self, data: memoryview) -> None:
        """Take the next bytes; the buffer may be used again afterwards."""
        self._size += len(data)
        if len(self._head) < EDGE_BYTES:
            self._head += data[: EDGE_BYTES - len(self._head)]
        self._tail = bytes(data[-EDGE_BYTES:]) if len(data) >= EDGE_BYTES else (self._tail + data)[-EDGE_BYTES:]
        if self._chosen:
            self._feed(data)
        elif len(self._head) >= CHOICE_BYTES:
            self._choose()
            self._feed(data)
        else:
            self._waiting.append(bytes(data))

    def _choose(self) -> None:
        self._chosen = True
        self._walk = _walk_for(bytes(self._head[:CHOICE_BYTES]), self._suffix)
        for data in self._waiting:
            self._feed(memoryview(data))
        self._waiting.clear()

    def _feed(self, data: memoryview) -> None:
        if self._walk is not None:
            self._walk.update(data)

    def finish(self) -> Structure:
        """What was seen; call once, at the end."""
        if not self._chosen:
            self._choose()
        if self._walk is None:
            return Structure(size=self._size, head=bytes(self._head), tail=self._tail)
        facts = self._walk.finish()
        samples, seconds, tolerance = _declared(facts)
        return Structure(
            size=self._size,
            head=bytes(self._head),
            tail=self._tail,
            declared_samples=samples,
            declared_s=seconds,
            tolerance_s=tolerance,
            embedded=getattr(facts, "embedded", Embedded()),
            findings=facts.findings,
        )


def _walk_for(head: bytes, suffix: str) -> Walk | None:
    """The walk for a file that begins like this; `None` when there is none."""
    if riff.matches(head):
        return RiffWalk()
    if aiff.matches(head):
        return AiffWalk()
    if ogg_pages.matches(head):
        return OggWalk()
    if isobmff.matches(head):
        return IsobmffWalk()
    if flac_blocks.matches(head) or (suffix == ".flac" and head.startswith(b"ID3")):
        return FlacWalk()
    if mpeg_frames.matches(head, suffix):
        return MpegWalk()
    if adts_frames.matches(head, suffix):
        return AdtsWalk()
    return None


def _declared(facts: Facts) -> tuple[int | None, float | None, float]:
    """(sample frames, seconds, tolerance in seconds) that a file declares."""
    match facts:
        case FlacFacts(stream=stream):
            return (stream.samples if stream else None), None, 0.0
        case RiffFacts(fmt=fmt, declared_samples=samples):
            is_plain = fmt is not None and fmt.codec in {1, 3}
            return samples, None, 0.0 if is_plain else LENIENT_S
        case AiffFacts(declared_samples=samples):
            return samples, None, LENIENT_S
        case OggFacts(declared_samples=samples):
            return samples, None, LENIENT_S
        case MpegFacts(declared_samples=samples):
            return samples, None, LENIENT_S
        case IsobmffFacts(tracks=tracks) if tracks:
            ticks = tracks[0].presented or tracks[0].ticks
            return None, ticks / tracks[0].timescale, LENIENT_S
    return None, None, LENIENT_S
