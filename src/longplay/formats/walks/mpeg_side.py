"""Side information of MPEG audio frames, many at once: checksums, the bit reservoir, bit rates.

A frame of layer III may begin its music in the frames before it: `main_data_begin` bytes back. Where that
reaches into what the frame before has used itself, frames between them are missing, or one of the two is
damaged. It is the only trace of whole frames left out. Checksums of layers I and II are not checked: what
they cover depends on the bit allocation.

Source: ISO/IEC 11172-3, 2.4.1.7, 2.4.2.7 and 2.4.3.1; ISO/IEC 13818-3, 2.4.1.7.
"""

from typing import TYPE_CHECKING, Final

from longplay.formats.walks.crc16 import frame_crcs
from longplay.formats.walks.damage import Tally
from longplay.formats.walks.mpeg_headers import FrameKind

if TYPE_CHECKING:  # NumPy is slow to import, and only a walk needs it
    import numpy as np
    from numpy.typing import NDArray

HEAD: Final = 38
"""Bytes of a frame that are looked at: header, checksum and the longest side information."""

_MONO: Final = 3


class SideCheck:
    """Frames in order, in batches.

    Attributes:
        checked: frames of layer III with a checksum.
        damaged: those whose checksum differs.
        broken: frames that want music from before which is not there.
        is_from_middle: whether the first frame with music wants some from before the first frame of all.
        bit_rates: bit rates met, kilobits a second; 0 is free format.
        channel_changes: frames that are mono after stereo or the other way round.
    """

    def __init__(self) -> None:
        self.checked = 0
        self.damaged = Tally()
        self.broken = Tally()
        self.is_from_middle = False
        self.bit_rates: set[int] = set()
        self.channel_changes = Tally()
        self.is_mono: bool | None = None
        self._left: int | None = None
        self._is_first = True
        self._room_ahead = 0

    def forget(self) -> None:
        """Frames may be missing here: what the next one wants from before is not judged."""
        self._left = None
        self._is_first = False

    def add(self, heads: list[bytes], starts: list[int], lengths: list[int], kind: FrameKind) -> None:
        """Look at frames that follow one another.

        Args:
            heads: the first `HEAD` bytes of each.
            starts: their offsets in the file.
            lengths: their bytes.
            kind: the kind of all of them.
        """
        import numpy as np

        rows = np.frombuffer(b"".join(heads), np.uint8).reshape(-1, HEAD)
        self.bit_rates.update(kind.bit_rates()[index] for index in np.unique(rows[:, 2] >> 4).tolist())
        is_mono = rows[:, 3] >> 6 == _MONO
        self._compare_channels(is_mono, starts)
        if kind.layer != 3:
            return
        has_crc = rows[:, 1] & 1 == 0
        sides = rows[:, 4:36]
        if has_crc.any():
            self._check_sums(rows, has_crc, is_mono, starts, kind)
            sides = np.where(has_crc[:, None], rows[:, 6:38], sides)
        begins, used = _main_data(sides, is_mono, is_version_1=kind.version == "1")
        side_lengths = np.where(is_mono, 17, 32) if kind.version == "1" else np.where(is_mono, 9, 17)
        rooms = np.array(lengths) - 4 - 2 * has_crc - side_lengths
        self._check_reservoir(begins, used, rooms, starts)

    def _compare_channels(self, is_mono: "NDArray[np.bool_]", starts: list[int]) -> None:
        import numpy as np

        before = bool(is_mono[0]) if self.is_mono is None else self.is_mono
        for index in np.flatnonzero(np.diff(is_mono, prepend=before)).tolist():
            self.channel_changes.add(starts[index])
        self.is_mono = bool(is_mono[-1])

    def _check_sums(
        self,
        rows: "NDArray[np.uint8]",
        has_crc: "NDArray[np.bool_]",
        is_mono: "NDArray[np.bool_]",
        starts: list[int],
        kind: FrameKind,
    ) -> None:
        import numpy as np

        lengths = {True: 17, False: 32} if kind.version == "1" else {True: 9, False: 17}
        for mono, length in lengths.items():
            places = np.flatnonzero(has_crc & (is_mono == mono))
            some = rows[places]
            covered = np.concatenate([some[:, 2:4], some[:, 6 : 6 + length]], axis=1)
            stated = some[:, 4].astype(np.uint16) << 8 | some[:, 5]
            self.checked += len(places)
            for index in places[frame_crcs(covered) != stated].tolist():
                self.damaged.add(starts[index])

    def _check_reservoir(
        self,
        begins: "NDArray[np.int64]",
        used: "NDArray[np.int64]",
        rooms: "NDArray[np.int64]",
        starts: list[int],
    ) -> None:
        """Compare where each frame's music begins with where the music before it ends, in main data bytes."""
        import numpy as np

        ends_of_room = np.cumsum(rooms)
        first = ends_of_room - rooms - begins
        last = first + used
        # a frame without music wants nothing, whatever it states
        with_music = np.flatnonzero(used > 0)
        before = -self._left if self._left is not None else None
        if len(with_music):
            first, last = first[with_music], last[with_music]
            if self._is_first:
                self.is_from_middle = bool(first[0] < -self._room_ahead)
                self._is_first = False
            ends_before = np.concatenate([[first[0] if before is None else before], last[:-1]])
            is_broken = (first < ends_before) | (last > ends_of_room[with_music])
            for index in with_music[is_broken].tolist():
                self.broken.add(starts[index])
            before = int(last[-1])
        elif self._is_first:
            self._room_ahead += int(ends_of_room[-1])
        if before is not None:
            self._left = int(ends_of_room[-1]) - before


def _main_data(
    sides: "NDArray[np.uint8]", is_mono: "NDArray[np.bool_]", *, is_version_1: bool
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """For each frame `main_data_begin`, and the bytes of its music: the sum of `part2_3_length`."""
    import numpy as np

    wide = sides.astype(np.int64)
    begins = wide[:, 0] << 1 | wide[:, 1] >> 7 if is_version_1 else wide[:, 0]
    bits = np.zeros(len(wide), np.int64)
    for mono, starts in _LENGTH_FIELDS[is_version_1].items():
        places = np.flatnonzero(is_mono == mono)
        some = wide[places]
        for start in starts:
            at, shift = start >> 3, 12 - (start & 7)
            word = some[:, at] << 16 | some[:, at + 1] << 8 | some[:, at + 2]
            bits[places] += word >> shift & 0xFFF
    return begins, (bits + 7) >> 3


_LENGTH_FIELDS: Final = {
    True: {True: (18, 77), False: (20, 79, 138, 197)},
    False: {True: (9,), False: (10, 73)},
}
"""Where `part2_3_length` stands in the side information, in bits: by MPEG-1 or not, then by mono or not."""
