"""Whether decoded frames follow one another: sound that is missing, out of order, or followed by other bytes.

Some containers number their frames. Where nothing else proves the samples, a number that is not the next one
tells of frames left out, dropped by the decoder, or swapped. Containers with a walk of their own are not
looked at here.

Sources: RFC 9639 (FLAC), section 9.1.5 (coded number) and 9.3 (CRC-16 of a frame); WavPack 5, `block_index`;
RFC 9559 (Matroska), section 11 (time stamps).
"""

from typing import TYPE_CHECKING, Final

from longplay.formats.walks.crc16 import MusicCrc

if TYPE_CHECKING:  # PyAV is slow to import
    from av import AudioFrame

_FROM_ZERO: Final = frozenset({"wv"})
"""Demuxers whose first time stamp is 0. A FLAC stream may be taken from the middle of a broadcast."""

_TOLERANCES_S: Final = {"flac": 0.0, "wv": 0.0, "matroska,webm": 0.01}
"""How far a time stamp may be off; Matroska rounds them to 1 ms, and a lost frame is 20 ms or so."""

_MIRROR: Final = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


class Timeline:
    """The time stamps of frames in the order in which they are decoded.

    Attributes:
        leaps: frames that do not begin where the one before ends.
        is_kept: whether this container numbers its frames: else there is nothing to look at.
        first_leap_s: where the first of them should begin, seconds; `None` without.
    """

    def __init__(self, container: str) -> None:
        """Nothing seen yet.

        Args:
            container: FFmpeg's name of the demuxer; of others than those it knows nothing is said.
        """
        self.leaps = 0
        self.first_leap_s: float | None = None
        self._tolerance_s = _TOLERANCES_S.get(container)
        self.is_kept = self._tolerance_s is not None
        self._expected_s = 0.0 if container in _FROM_ZERO else None

    def take(self, frame: "AudioFrame") -> None:
        """Look at the next frame; one without a time stamp is taken to follow."""
        if self._tolerance_s is None:
            return
        at_s = self._expected_s
        if frame.pts is not None and frame.time_base is not None:
            at_s = float(frame.pts * frame.time_base)
            if self._expected_s is not None:
                self._compare(at_s, self._expected_s, 0.5 / frame.sample_rate)
        if at_s is not None:
            self._expected_s = at_s + frame.samples / frame.sample_rate

    def _compare(self, at_s: float, expected_s: float, half_a_sample: float) -> None:
        if abs(at_s - expected_s) <= (self._tolerance_s or 0.0) + half_a_sample:
            return
        self.leaps += 1
        if self.first_leap_s is None:
            self.first_leap_s = expected_s


def ends_with_its_checksum(frame: bytes) -> bool:
    """Whether the last two bytes of a FLAC frame are the CRC-16 of the others: nothing follows it.

    Source: RFC 9639, section 9.3: polynomial 0x8005, not reflected, start 0; over a whole frame it is 0.
    """
    crc = MusicCrc()
    # mirrored bytes have the mirrored sum in the reflected kind
    crc.update(frame.translate(_MIRROR))
    return crc.value() == 0
