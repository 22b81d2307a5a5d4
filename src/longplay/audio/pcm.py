"""The digest of the samples themselves: equal for every lossless encoding of the same recording.

Source: RFC 9639 (FLAC), section 8.2: MD5 of the unencoded samples, interleaved, signed little-endian, each in
as many whole bytes as its bits need.
"""

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from longplay.audio.blocks import Block

ABSENT: Final = "0" * 32
"""What a FLAC encoder writes when it computed no MD5."""


class PcmDigest:
    """Computes the digest block by block."""

    def __init__(self, bit_depth: int) -> None:
        """For samples of a bit depth.

        Args:
            bit_depth: bits a sample, 1 to 32; the decoder's integers hold them left-justified.
        """
        self._bits = bit_depth
        self._total = hashlib.md5(usedforsecurity=False)
        self._exact = True

    def take(self, block: Block) -> None:
        """Add a block; one of floating point, or with bits below the depth, leaves no digest to give."""
        if not self._exact:
            return
        samples = block.raw
        if samples.dtype.kind == "f":
            self._exact = False
            return
        if samples.dtype == np.uint8:
            samples = (samples.astype(np.int16) - 128).astype(np.int8)
        self._add(samples)

    def _add(self, samples: NDArray[np.generic]) -> None:
        held = samples.dtype.itemsize * 8
        spare = held - self._bits
        if spare < 0 or (spare and bool(np.bitwise_and(samples, (1 << spare) - 1).any())):
            self._exact = False
            return
        values = np.right_shift(samples, spare) if spare else samples
        width = -(-self._bits // 8)
        little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        if width == little.dtype.itemsize:
            self._total.update(little.data)
        else:
            octets = little.view(np.uint8).reshape(-1, little.dtype.itemsize)[:, :width]
            self._total.update(np.ascontiguousarray(octets).data)

    def hexdigest(self) -> str | None:
        """32 hex digits; `None` when the samples were not integers of this depth."""
        return self._total.hexdigest() if self._exact else None
