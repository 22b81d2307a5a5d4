"""A walk over the frames of an MPEG audio file (MP3, MP2, MP1) while it is copied: damage found.

It is not a decoder. It finds where the chain of frames breaks, the end missing, frame counts and checksums
other than stated, and frames left out where the bit reservoir tells. With a LAME tag every change of up to
16 bits in the music is found. Without one, a change inside the coded music leaves no trace. Checksums of
single frames are checked in layer III only.

Sources: ISO/IEC 11172-3 and 13818-3; Mp3 Info Tag revision 1 (LAME).
"""

import re
from dataclasses import dataclass
from typing import Final

from longplay.formats.walks.damage import Findings, counted
from longplay.formats.walks.foreign_bytes import leading_tags
from longplay.formats.walks.frame_stream import FrameStream
from longplay.formats.walks.mpeg_framing import MpegFraming
from longplay.formats.walks.mpeg_headers import FrameKind, InfoHeader, kind_of, lengths_of
from longplay.model.findings import FindingCode
from longplay.model.technical import TechnicalFinding

SUFFIXES: Final = frozenset({".mp3", ".mp2", ".mp1", ".mpga", ".mpa", ".m2a"})
"""What names of MPEG audio files end with."""

_OTHERS: Final = re.compile(
    rb"RIFF|RF64|BW64|OggS|fLaC|FORM|MAC |wvpk|MPCK|MP\+|ADIF|\x1aE\xdf\xa3|....ftyp", re.DOTALL
)
_COUNTING: Final = ("LAME", "L3.9", "Lav")
_CHANNELS: Final = ("stereo", "joint stereo", "dual channel", "mono")


@dataclass(frozen=True, slots=True, kw_only=True)
class MpegFacts:
    """What the frames of an MPEG audio file say.

    Attributes:
        frames: whole frames; the one that holds a Xing, Info or VBRI header is not counted.
        size: bytes of these frames.
        samples: sample frames they hold, the encoder's delay and padding included.
        version: of the first frame, `1`, `2` or `2.5`; `None` when there is no frame.
        layer: 1, 2 or 3, likewise.
        rate: samples a second, likewise.
        channel_mode: `stereo`, `joint stereo`, `dual channel` or `mono`, likewise.
        bit_rate: mean of the frames, bits a second; 0 without frames.
        is_vbr: whether more than one bit rate was met.
        info: the Xing, Info or VBRI header; `None` when there is none.
        declared_samples: sample frames the info header promises, without the encoder's delay and padding
            where it states them; `None` when it states no number of frames.
        music_crc: CRC-16 of the music as found; `None` when none is stated or bytes are missing.
        findings: one for each code, in the order of `FindingCode`.
    """

    frames: int
    size: int
    samples: int
    version: str | None
    layer: int | None
    rate: int | None
    channel_mode: str | None
    bit_rate: int
    is_vbr: bool
    info: InfoHeader | None
    declared_samples: int | None
    music_crc: int | None
    findings: tuple[TechnicalFinding, ...]

    @property
    def declared_frames(self) -> int | None:
        """Frames the info header states; `None` when it states none."""
        return self.info.frames if self.info is not None else None


def matches(head: bytes, suffix: str = "") -> bool:
    """Whether a file is to be read as MPEG audio.

    Args:
        head: its first 4 KiB, or all of it.
        suffix: the end of its name, such as `.mp3`, in any case: it decides when tags fill the head, or
            when bytes of another kind come before the first frame.
    """
    is_named = suffix.lower() in SUFFIXES
    at = leading_tags(head)
    if at >= len(head):
        return is_named and bool(head)
    if _OTHERS.match(head, at):
        return False
    return is_named or _starts_here(head, at)


def _starts_here(head: bytes, at: int) -> bool:
    """Whether frames follow one another from `at` to the end of the head, at least two of them."""
    kind, frames = kind_of(head[at : at + 3]), 0
    if kind is None:
        return False
    while at + 4 <= len(head):
        length = lengths_of(kind).get(head[at : at + 3])
        if not length:
            break
        frames += 1
        at += length
    return frames >= 2 and (frames > 2 or at + 4 > len(head))


class MpegWalk:
    """Feed it the bytes of a file in order, in pieces of any size; then call `finish` once."""

    def __init__(self) -> None:
        self._framing = MpegFraming()
        self._stream = FrameStream(self._framing)

    def update(self, data: bytes | memoryview) -> None:
        """Take in the next bytes of the file, of any number."""
        self._stream.update(data)

    def finish(self) -> MpegFacts:
        """What was met, when all bytes have been fed."""
        self._stream.finish()
        framing = self._framing
        framing.flush()
        kind = framing.first_kind
        return MpegFacts(
            frames=framing.frames,
            size=framing.size,
            samples=framing.samples,
            version=kind.version if kind else None,
            layer=kind.layer if kind else None,
            rate=kind.rate if kind else None,
            channel_mode=_CHANNELS[framing.first_header[3] >> 6] if kind else None,
            bit_rate=_mean_bit_rate(framing, kind),
            is_vbr=len(framing.side.bit_rates) > 1,
            info=framing.info,
            declared_samples=_declared_samples(framing.info, kind),
            music_crc=framing.music_crc(),
            findings=self._findings(),
        )

    def _findings(self) -> tuple[TechnicalFinding, ...]:
        found = Findings()
        self._find_checksums(found)
        self._stream.find(found)
        self._find_reservoir(found)
        self._find_count(found)
        side = self._framing.side
        if self._framing.info is None and len(side.bit_rates) > 1:
            detail = "the bit rate varies and no header states the number of frames: players guess the length"
            found.note(FindingCode.LENGTH_UNSTATED, detail, None)
        if side.channel_changes.count:
            detail = f"stereo and mono change at {counted(side.channel_changes.count, 'frame')}"
            found.note(FindingCode.PARAMETERS_CHANGE, detail, side.channel_changes.at)
        return found.in_order()

    def _find_checksums(self, found: Findings) -> None:
        framing, side = self._framing, self._framing.side
        if side.damaged.count:
            detail = f"{side.damaged.count:,} of {counted(side.checked, 'frame checksum')} differ"
            # an encoder that never wrote a right one says nothing about damage
            say = found.warn if side.damaged.count < side.checked or side.checked == 1 else found.note
            say(FindingCode.CHECKSUM_DIFFERS, detail, side.damaged.at)
        info = framing.info
        if info is None or info.is_sound is None:
            return
        if not info.is_sound:
            detail = f"the {info.name} header with {info.encoder} has another checksum than it states"
            found.warn(FindingCode.CHECKSUM_DIFFERS, detail, framing.info_at)
            return
        summed = framing.music_crc()
        if summed is None or summed == info.music_crc:
            return
        detail = f"CRC-16 of the music is {summed:04x}, the {info.name} header states {info.music_crc:04x}"
        if framing.has_gain_mark:
            found.note(FindingCode.CHECKSUM_DIFFERS, f"{detail}; a tag tells of changed gain", framing.info_at)
        else:
            found.warn(FindingCode.CHECKSUM_DIFFERS, detail, framing.info_at)

    def _find_reservoir(self, found: Findings) -> None:
        side = self._framing.side
        if side.broken.count:
            frames = counted(side.broken.count, "frame")
            detail = f"{frames} need music from before that is not there: frames are missing or damaged"
            found.warn(FindingCode.DATA_LOST, detail, side.broken.at)
        elif side.is_from_middle:
            detail = "the first frame needs music from before: cut out of a longer recording"
            found.note(FindingCode.DATA_LOST, detail, None)

    def _find_count(self, found: Findings) -> None:
        framing, info = self._framing, self._framing.info
        if info is None or not info.frames:
            return
        # other encoders may count the frame of the header too
        slack = 0 if info.encoder is not None and info.encoder.startswith(_COUNTING) else 1
        told = f"{counted(framing.frames, 'frame')} met, the {info.name} header states {info.frames:,}"
        if framing.frames > info.frames:
            found.warn(FindingCode.LONGER_THAN_DECLARED, told, framing.info_at)
        if framing.frames + slack >= info.frames:
            return
        is_inside = self._stream.lost.count or framing.side.broken.count
        found.warn(FindingCode.DATA_LOST if is_inside else FindingCode.TRUNCATED, told, framing.end)


def _mean_bit_rate(framing: MpegFraming, kind: FrameKind | None) -> int:
    if kind is None or not framing.samples:
        return 0
    return framing.size * 8 * kind.rate // framing.samples


def _declared_samples(info: InfoHeader | None, kind: FrameKind | None) -> int | None:
    if info is None or kind is None or not info.frames:
        return None
    return max(0, info.frames * kind.samples - (info.delay or 0) - (info.padding or 0))
