"""The forms of a Chromaprint fingerprint: the compressed text that `fpcalc` prints, and plain items as bytes.

The text is base64url without padding of: one byte with the algorithm's number, three with the number of items
(big-endian), and two rows of small numbers, each filled from the lowest bit and padded with zeros to whole
bytes. An item is written as its exclusive or with the one before (the first with 0), and that as the distances
between its ones from the lowest bit up: 3 bits each, 0 for the end of the item, 7 for "7 or more" whose rest
stands in the second row in 5 bits.

It knows nothing of sound: see `longplay.audio.fingerprint`. Reading is strict: what is read at all is written
back the same.

Source: Chromaprint 1.5.1, `chromaprint_encode_fingerprint`; RFC 4648, section 5 (base64url).
docs/format/fingerprint.md is normative.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from longplay.errors import MalformedInput

if TYPE_CHECKING:  # NumPy is slow to import: the functions do it
    import numpy as np
    from numpy.typing import NDArray

ITEMS_LIMIT: Final = (1 << 24) - 1
"""More items do not fit the count (24 days of sound)."""

_KIND: Final = "Chromaprint fingerprint"
_HEADER, _ITEM_BITS = 4, 32
_SMALL, _LARGE = 3, 5
_LARGEST: Final = (1 << _SMALL) - 1


def encode(items: "Sequence[int] | NDArray[np.uint32]", *, algorithm: int = 1) -> str:
    """The compressed form, as `fpcalc` prints it and AcoustID takes it.

    Args:
        items: 32-bit numbers in order of time, at most `ITEMS_LIMIT`.
        algorithm: Chromaprint's number of the algorithm, 0 to 255; 1 is `TEST2`.

    Raises:
        ValueError: a number out of its range, or too many items.
    """
    import numpy as np

    array = _array(items)
    if not 0 <= algorithm <= 255 or len(array) > ITEMS_LIMIT:
        raise ValueError(f"algorithm {algorithm}, {len(array)} items: one of them does not fit")
    changes = array.copy()
    changes[1:] ^= array[:-1]
    ones = np.unpackbits(changes.astype("<u4").view(np.uint8), bitorder="little").reshape(-1, _ITEM_BITS)
    item, bit = np.nonzero(ones)
    gaps = np.diff(bit, prepend=-1)
    first = np.diff(item, prepend=-1) != 0
    gaps[first] = bit[first] + 1
    small = np.zeros(len(gaps) + len(array), np.uint8)  # an item's end is the zero after its gaps
    small[np.arange(len(gaps)) + item] = np.minimum(gaps, _LARGEST)
    large = (gaps[gaps >= _LARGEST] - _LARGEST).astype(np.uint8)
    header = bytes([algorithm]) + len(array).to_bytes(3, "big")
    data = header + _pack_bits(small, _SMALL) + _pack_bits(large, _LARGE)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> tuple[int, tuple[int, ...]]:
    """Algorithm and items of a compressed fingerprint, in memory proportional to the text.

    Raises:
        MalformedInput: not the form that `encode` writes.
    """
    data = _from_base64(text)
    if len(data) < _HEADER:
        raise MalformedInput(_KIND, f"{len(data)} bytes are less than the header")
    algorithm, count = data[0], int.from_bytes(data[1:_HEADER], "big")
    items = _items(data[_HEADER:], count)
    if encode(items, algorithm=algorithm) != text:
        raise MalformedInput(_KIND, "bits are set where none belong, or bytes follow the last item")
    return algorithm, tuple(items.tolist())


def pack(items: "Sequence[int] | NDArray[np.uint32]") -> bytes:
    """The items as they are stored: little-endian, 4 bytes each.

    Raises:
        ValueError: a number out of its range.
    """
    return _array(items).astype("<u4").tobytes()


def unpack(data: bytes) -> tuple[int, ...]:
    """The items of a stored fingerprint.

    Raises:
        MalformedInput: not a whole number of items.
    """
    import numpy as np

    if len(data) % 4:
        raise MalformedInput(_KIND, f"{len(data)} bytes are no whole number of items of 4")
    return tuple(np.frombuffer(data, "<u4").tolist())


def _array(items: "Sequence[int] | NDArray[np.uint32]") -> "NDArray[np.uint32]":
    import numpy as np

    try:
        return np.asarray(items, np.uint32)
    except OverflowError as exc:
        raise ValueError("an item is no number of 32 bits") from exc


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as exc:
        raise MalformedInput(_KIND, "not base64url") from exc


def _items(body: bytes, count: int) -> "NDArray[np.uint32]":
    """The items of the two rows of numbers; what follows them is not looked at."""
    import numpy as np

    small = _unpack_bits(body, _SMALL)
    ends = np.flatnonzero(small == 0)[:count]
    if len(ends) < count:
        raise MalformedInput(_KIND, f"{count} items are declared, {len(ends)} are there")
    gaps = small[: ends[-1] + 1 if count else 0].astype(np.int64)
    large_at = np.flatnonzero(gaps == _LARGEST)
    large = _unpack_bits(body[-(-len(gaps) * _SMALL // 8) :], _LARGE)[: len(large_at)]
    if len(large) < len(large_at):
        raise MalformedInput(_KIND, "it ends within the long distances")
    gaps[large_at] += large
    return _join(gaps, ends)


def _join(gaps: "NDArray[np.int64]", ends: "NDArray[np.intp]") -> "NDArray[np.uint32]":
    """The items of the distances between ones; `ends` says where an item ends."""
    import numpy as np

    sums = gaps.cumsum()
    item = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=-1))
    before = np.concatenate([np.zeros(1, np.int64), sums[ends]])[item]
    bit = (sums - before - 1)[gaps > 0]
    if (bit >= _ITEM_BITS).any():
        raise MalformedInput(_KIND, "a one beyond the 32nd bit of an item")
    changes = np.zeros(len(ends), np.uint32)
    np.bitwise_or.at(changes, item[gaps > 0], np.uint32(1) << bit.astype(np.uint32))
    return np.bitwise_xor.accumulate(changes)


def _pack_bits(numbers: "NDArray[np.uint8]", width: int) -> bytes:
    import numpy as np

    bits = np.unpackbits(numbers[:, np.newaxis], axis=1, bitorder="little")[:, :width]
    return np.packbits(bits, bitorder="little").tobytes()


def _unpack_bits(data: bytes, width: int) -> "NDArray[np.uint8]":
    """The numbers of `width` bits that fit whole."""
    import numpy as np

    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    whole = bits[: len(bits) // width * width].reshape(-1, width)
    return np.packbits(whole, axis=1, bitorder="little").ravel()
