"""The structure of a file, watched while its bytes go by: whether it is whole, and what it says of itself.

A decoder makes the best of what it is given; a container knows what it should have been given. The right walk
is chosen by the first bytes. What belongs to no walk (Matroska, ASF and others) is left to the decoder.
"""

import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final, Protocol

from longplay.formats.walks import adts_frames, aiff, flac_blocks, isobmff, mpeg_frames, ogg_pages, riff
from longplay.formats.walks.adts_frames import AdtsFacts, AdtsWalk
from longplay.formats.walks.aiff import AiffFacts, AiffWalk
from longplay.formats.walks.flac_blocks import FlacFacts, FlacWalk
from longplay.formats.walks.foreign_bytes import leading_tags
from longplay.formats.walks.isobmff import IsobmffFacts, IsobmffWalk
from longplay.formats.walks.mpeg_frames import MpegFacts, MpegWalk
from longplay.formats.walks.ogg_pages import OggFacts, OggWalk
from longplay.formats.walks.riff import RiffFacts, RiffWalk
from longplay.model.technical import Embedded, TechnicalFinding

Facts = AdtsFacts | AiffFacts | FlacFacts | IsobmffFacts | MpegFacts | OggFacts | RiffFacts

CHOICE_BYTES: Final = 4_096
"""A walk is chosen by so many first bytes, long tags left out."""

EDGE_BYTES: Final = 64 * 1024
"""So many first and last bytes are kept, to tell the format by."""

LENIENT_S: Final = 0.1
"""A decoded length may differ so much from a declared one where encoders pad."""

_PASSED_LIMIT: Final = 16
"""So often long tags are passed over before what follows is taken as it is."""


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
        declared_samples: sample frames it declares; `None` when it declares none, or for several streams.
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
        self._tags = self._passed = 0
        self._choice = bytearray()
        self._chosen = False
        self._walks: list[Walk] = []

    def update(self, data: memoryview) -> None:
        """Take the next bytes; the buffer may be used again afterwards."""
        if len(self._head) < EDGE_BYTES:
            self._head += data[: EDGE_BYTES - len(self._head)]
        self._tail = bytes(data[-EDGE_BYTES:]) if len(data) >= EDGE_BYTES else (self._tail + data)[-EDGE_BYTES:]
        if not self._chosen:
            self._look_at(data)
        self._size += len(data)
        if self._chosen or self._tags:
            self._feed(data)
        else:
            self._waiting.append(bytes(data))

    def _look_at(self, data: memoryview) -> None:
        """Gather what the walk is chosen by: the first bytes behind tags, however long these are."""
        while True:
            seen = self._tags + len(self._choice) - self._size
            self._choice += data[max(0, seen) : max(0, seen) + CHOICE_BYTES - len(self._choice)]
            if len(self._choice) < CHOICE_BYTES:
                return
            length = leading_tags(bytes(self._choice))
            if length <= CHOICE_BYTES // 2 or self._passed == _PASSED_LIMIT:
                self._choose()
                return
            self._pass_tags(length)

    def _pass_tags(self, length: int) -> None:
        """While long tags go by, each walk that reads past tags is fed: what follows them decides."""
        if not self._tags:
            self._start([kind() for kind in _TAGGED])
        self._passed += 1
        self._tags += length
        del self._choice[:length]

    def _choose(self) -> None:
        self._chosen = True
        kind = _walk_for(bytes(self._choice or self._head), self._suffix, is_tagged=self._tags > 0)
        if self._tags:
            self._walks = [walk for walk in self._walks if type(walk) is kind]
        else:
            self._start([kind()] if kind else [])

    def _start(self, walks: list[Walk]) -> None:
        self._walks = walks
        for data in self._waiting:
            self._feed(memoryview(data))
        self._waiting.clear()

    def _feed(self, data: memoryview) -> None:
        for walk in self._walks:
            walk.update(data)

    def finish(self) -> Structure:
        """What was seen; call once, at the end."""
        if not self._chosen:
            self._choose()
        if not self._walks:
            return Structure(size=self._size, head=bytes(self._head), tail=self._tail)
        facts = self._walks[0].finish()
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


_TAGGED: Final[tuple[type[Walk], ...]] = (FlacWalk, MpegWalk, AdtsWalk, OggWalk)
"""Walks over what may stand behind ID3v2 or APEv2 tags."""

_UNWALKED: Final = re.compile(
    rb"TTA[12]|caff|\.snd|0&\xb2u\x8ef\xcf\x11|DSD |FRM8|tBaK|ajkg|#!AMR|\x1aE\xdf\xa3|wvpk|MAC |MPCK|MP\+"
)
"""First bytes of what belongs to no walk, whatever the suffix says."""


def _walk_for(head: bytes, suffix: str, *, is_tagged: bool) -> type[Walk] | None:
    """The walk for a file that begins like this; `None` when there is none.

    Args:
        head: its first bytes, behind tags that are longer.
        suffix: the end of its name, in lower case.
        is_tagged: whether there were such tags.
    """
    if riff.matches(head):
        return RiffWalk
    if aiff.matches(head):
        return AiffWalk
    if ogg_pages.matches(head):
        return OggWalk
    if isobmff.matches(head):
        return IsobmffWalk
    if flac_blocks.matches(head):
        return FlacWalk
    if _UNWALKED.match(head, leading_tags(head)):
        return None
    for named in ("", suffix):  # the bytes before the name
        if mpeg_frames.matches(head, named):
            return MpegWalk
        if adts_frames.matches(head, named):
            return AdtsWalk
    return FlacWalk if suffix == ".flac" and (is_tagged or head.startswith(b"ID3")) else None


def _declared(facts: Facts) -> tuple[int | None, float | None, float]:
    """(sample frames, seconds, tolerance in seconds) that a file declares.

    Nothing where several streams play at once: which of them is decoded is the decoder's choice.
    """
    match facts:
        case FlacFacts(stream=stream):
            return (stream.samples if stream else None), None, 0.0
        case RiffFacts(fmt=fmt, declared_samples=samples):
            is_plain = fmt is not None and fmt.codec in {1, 3}
            return samples, None, 0.0 if is_plain else LENIENT_S
        case AiffFacts(declared_samples=samples):
            return samples, None, LENIENT_S
        case OggFacts(streams=streams, declared_samples=samples):
            links = [stream.link for stream in streams if stream.declared_samples is not None]
            return (samples if len(links) == len(set(links)) else None), None, LENIENT_S
        case MpegFacts(declared_samples=samples):
            return samples, None, LENIENT_S
        case IsobmffFacts(tracks=(track,)):
            return None, (track.presented or track.ticks) / track.timescale, LENIENT_S
    return None, None, LENIENT_S
