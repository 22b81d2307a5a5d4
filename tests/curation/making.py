"""Fingerprints for tests, made without sound: like music, unlike each other."""

import numpy as np
from numpy.typing import NDArray

from longplay.curation.comparison import Sample
from longplay.model.digests import ContentId
from longplay.model.units import Milliseconds

Items = NDArray[np.uint32]
SILENCE = np.uint32(0x256DF977)
"""The item of digital silence."""


def music(seed: int, items: int = 948) -> Items:
    """Items that change by some four bits each, as those of music do; fewer are the beginning of more."""
    random = np.random.default_rng(seed)
    first = random.random((1, 32)) < 0.5
    return np.bitwise_xor.accumulate(_words(np.concatenate([first, random.random((items, 32)) < 0.12])))[1:]


def coded(items: Items, rate: float, *, seed: int = 1) -> Items:
    """With that share of the bits turned, evenly, as by a lossy coder."""
    return items ^ _words(np.random.default_rng([seed, 1]).random((len(items), 32)) < rate)


def _words(bits: NDArray[np.bool_]) -> Items:
    return (bits.astype(np.uint32) << np.arange(32, dtype=np.uint32)).sum(axis=1, dtype=np.uint32)


def silence(items: int) -> Items:
    """Digital silence."""
    return np.full(items, SILENCE, np.uint32)


def content_id(number: int) -> ContentId:
    """A content id that stands for something; a larger number has a larger one."""
    return ContentId(f"{number:064x}")


def sample(number: int, items: Items, *, length_s: float | None = None, pcm_md5: str | None = None) -> Sample:
    """A sample; its length is that of its items unless said otherwise."""
    if length_s is None:
        length_s = len(items) * 0.1238 + 2.6
    return Sample(
        content_id=content_id(number),
        fingerprint=items,
        length=Milliseconds(round(length_s * 1000)),
        pcm_md5=pcm_md5,
    )
