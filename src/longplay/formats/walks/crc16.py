"""CRC-16 with the polynomial 0x8005, fast enough to check a whole MP3 while it is copied.

Two kinds are in MPEG audio: reflected from 0 over all music (LAME tag), and not reflected from 0xFFFF
over header and side information (the frame's own). Neither is in the standard library.

x has the order 32767 modulo this polynomial, so bytes 32767 apart have the same weight: a message of any
length is first folded to 32767 bytes by exclusive or, then to 32767 bits, and only those are summed.

Sources: ISO/IEC 11172-3, 2.4.3.1 (the frame's); Mp3 Info Tag revision 1 (LAME).
"""

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # NumPy is slow to import, and only a walk needs it
    import numpy as np
    from numpy.typing import NDArray

_PERIOD: Final = 32767
_REFLECTED: Final = 0xA001
_PLAIN: Final = 0x8005


@cache
def _powers() -> "NDArray[np.uint16]":
    """Element k is x**k modulo the polynomial, its bits reflected."""
    import numpy as np

    powers = np.empty(_PERIOD, np.uint16)
    value = 0x8000
    for k in range(_PERIOD):
        powers[k] = value
        value = value >> 1 ^ (_REFLECTED if value & 1 else 0)
    return powers


class MusicCrc:
    """CRC-16 reflected, start and end 0 (`CRC-16/ARC`), of bytes that arrive in pieces."""

    def __init__(self) -> None:
        import numpy as np

        self._numpy = np
        self._folded = np.zeros(_PERIOD, np.uint8)
        self._at = 0
        self._length = 0

    def update(self, data: bytes | memoryview) -> None:
        """Take in the next bytes."""
        values = self._numpy.frombuffer(data, self._numpy.uint8)
        self._length += len(values)
        while len(values):
            part = values[: _PERIOD - self._at]
            self._folded[self._at : self._at + len(part)] ^= part
            self._at = (self._at + len(part)) % _PERIOD
            values = values[len(part) :]

    def value(self) -> int:
        """The sum of all bytes so far."""
        np = self._numpy
        bits = np.unpackbits(self._folded, bitorder="little").reshape(8, _PERIOD)
        odd = np.bitwise_xor.reduce(bits, axis=0)
        places = (self._length * 8 + 15 - np.flatnonzero(odd)) % _PERIOD
        return int(np.bitwise_xor.reduce(_powers()[places])) if len(places) else 0


@cache
def _plain_table() -> "NDArray[np.uint16]":
    import numpy as np

    table = np.zeros(256, np.uint16)
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = (value << 1 ^ (_PLAIN if value & 0x8000 else 0)) & 0xFFFF
        table[byte] = value
    return table


def frame_crcs(rows: "NDArray[np.uint8]") -> "NDArray[np.uint16]":
    """CRC-16 not reflected, start 0xFFFF, of each row.

    Args:
        rows: uint8, shape (frames, bytes): what the checksum of each frame covers.

    Returns:
        uint16, shape (frames,).
    """
    import numpy as np

    table = _plain_table()
    sums = np.full(len(rows), 0xFFFF, np.uint16)
    for column in rows.T:
        sums = (sums << 8) ^ table[(sums >> 8) ^ column]
    return sums
