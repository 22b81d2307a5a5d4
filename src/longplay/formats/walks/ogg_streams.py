"""One logical stream of an Ogg file: its codec, its place in time, how many samples it declares.

It knows the first packet of each codec and the granule position, and decodes nothing.

Sources: RFC 3533, section 4 (granule position is the codec's own clock); Vorbis I, section A.2;
RFC 7845, sections 4 and 5.1 (Opus, pre-skip), RFC 6716, section 3.1 (duration of an Opus packet);
Ogg FLAC mapping 1.0; RFC 5574 (Speex); Theora I.
"""

from dataclasses import dataclass
from typing import Final

MAGICS: Final = (
    (b"\x01vorbis", "vorbis"), (b"OpusHead", "opus"), (b"\x7fFLAC", "flac"), (b"fLaC", "flac"),
    (b"Speex   ", "speex"), (b"CELT    ", "celt"), (b"PCM     ", "pcm"), (b"\x80theora", "theora"),
    (b"fishead\0", "skeleton"), (b"\x80kate\0\0\0", "kate"), (b"CMML\0\0\0\0", "cmml"),
    (b"BBCD\0", "dirac"), (b"OVP80", "vp8"), (b"\x80daala", "daala"), (b"OggMIDI\0", "midi"),
)  # fmt: skip
"""How the first packet of a stream begins, and what the codec is called."""

AUDIO: Final = frozenset({"vorbis", "opus", "flac", "speex", "celt", "pcm"})

_OPUS_LONGEST = 5760
_OPUS_FRAMES = (480, 960, 1920, 2880) * 3 + (480, 960) * 2 + (120, 240, 480, 960) * 4
"""Samples at 48 kHz of one frame, by the configuration number of the packet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalStream:
    """What the pages of one logical stream say.

    Attributes:
        serial: its number in the file.
        link: which link of the chain it belongs to, counted from 0.
        codec: by the first packet, such as `vorbis` or `opus`; `None` when that is unknown or missing.
        pages: how many whole pages were met.
        final_granule: the last granule position; `None` when no page states one.
        pre_skip: samples at 48 kHz an Opus decoder drops at the start; `None` for other codecs.
        declared_samples: sample frames that a decoder should give, Opus at 48 kHz; `None` when the
            codec's clock is not known here or the stream starts at an unknown time.
        is_ended: whether it has an end-of-stream page.
    """

    serial: int
    link: int
    codec: str | None
    pages: int
    final_granule: int | None
    pre_skip: int | None
    declared_samples: int | None
    is_ended: bool


class Stream:
    """The same while it is read."""

    def __init__(self, serial: int, link: int, next_page: int) -> None:
        self.serial = serial
        self.link = link
        self.codec: str | None = None
        self.pages = 0
        self.next_page = next_page
        self.granule = -1
        self.is_timed = False
        self.is_ended = False
        self.is_counted = False
        self._offset: int | None = None
        self._pre_skip: int | None = None
        self._longest: int | None = None

    def begin(self, packet: bytes) -> None:
        """Read the first packet, as far as its first page has it."""
        self.codec = next((codec for magic, codec in MAGICS if packet.startswith(magic)), None)
        if self.codec == "opus" and len(packet) >= 12:
            self._pre_skip = int.from_bytes(packet[10:12], "little")
            self._longest = _OPUS_LONGEST
        elif self.codec == "vorbis" and len(packet) >= 29:
            self._longest = 1 << (packet[28] >> 4) >> 1
        elif self.codec == "flac" and len(packet) >= 21:
            self._longest = int.from_bytes(packet[19:21], "big")

    def set_start(self, page: bytes, granule: int) -> None:
        """Learn from the first page with audio where on its clock the stream starts.

        Opus packets state their own length. For other codecs the start is 0 when the packets of the
        page could have filled the time up to its granule position, and unknown otherwise.
        """
        self.is_timed = True
        lacing = page[27 : 27 + page[26]]
        finished = len(lacing) - lacing.count(255)
        if self._longest is None:
            return
        if self.codec == "opus" and not page[5] & 1:
            self._offset = max(0, granule - _opus_samples(page, lacing))
        elif granule <= finished * self._longest:
            self._offset = 0

    def declared(self) -> int | None:
        """Sample frames a decoder should give, if that can be told."""
        if not self.is_timed:
            return 0 if self.codec in {"vorbis", "opus", "flac"} and self.is_ended else None
        if self._offset is None:
            return None
        return max(0, self.granule - self._offset - (self._pre_skip or 0))

    def facts(self) -> LogicalStream:
        """What was met."""
        return LogicalStream(
            serial=self.serial,
            link=self.link,
            codec=self.codec,
            pages=self.pages,
            final_granule=self.granule if self.granule >= 0 else None,
            pre_skip=self._pre_skip,
            declared_samples=self.declared(),
            is_ended=self.is_ended,
        )


def _opus_samples(page: bytes, lacing: bytes) -> int:
    """Samples at 48 kHz of the packets that end on a page which begins with a new packet."""
    at = start = 27 + len(lacing)
    total = 0
    for segment in lacing:
        at += segment
        if segment < 255:
            total += _opus_duration(page[start : min(at, start + 2)])
            start = at
    return total


def _opus_duration(packet: bytes) -> int:
    if not packet:
        return 0
    code = packet[0] & 3
    frames = (1, 2, 2, packet[1] & 63 if len(packet) > 1 else 0)[code]
    return _OPUS_FRAMES[packet[0] >> 3] * frames
