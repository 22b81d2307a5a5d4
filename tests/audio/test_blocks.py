"""Blocks: whatever frames a decoder hands out, the same samples come in large pieces, floats as numbers."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longplay.audio.blocks import BLOCK, BLOCK_S, Block, Gatherer
from measuring import blocks, layout_of, white

FORMS = {
    "u8": np.uint8,
    "s16": np.int16,
    "s16p": np.int16,
    "s32": np.int32,
    "s32p": np.int32,
    "flt": np.float32,
    "fltp": np.float32,
    "dbl": np.float64,
    "dblp": np.float64,
}
"""What a decoder's sample format is in NumPy."""


def sound(length: int, channels: int, form: str) -> NDArray[np.generic]:
    """Noise of shape (n, channels) in a sample format."""
    noise = white(length, 1, level=0.9, channels=channels).T
    kind = np.dtype(FORMS[form])
    if kind.kind == "f":
        return noise.astype(kind)
    if kind == np.uint8:
        return (noise * 127 + 128).astype(kind)
    return (noise.astype(np.float64) * np.iinfo(kind).max).astype(kind)


def frame(samples: NDArray[np.generic], form: str, rate: int, layout: str) -> av.AudioFrame:
    array = samples.T if form.endswith("p") else samples.reshape(1, -1)
    made = av.AudioFrame.from_ndarray(np.ascontiguousarray(array), format=form, layout=layout)
    made.sample_rate, made.time_base = rate, Fraction(1, rate)
    return made


def frames(
    samples: NDArray[np.generic],
    form: str,
    lengths: list[int],
    *,
    rate: int = 44_100,
    layout: str | None = None,
) -> list[av.AudioFrame]:
    """The samples in frames of these lengths, over and over."""
    edges = [0]
    while edges[-1] < len(samples):
        edges.append(min(len(samples), edges[-1] + lengths[len(edges) % len(lengths)]))
    shape = layout or layout_of(samples.shape[1])
    return [frame(samples[start:end], form, rate, shape) for start, end in pairwise(edges)]


def gathered(gatherer: Gatherer, made: list[av.AudioFrame]) -> list[Block]:
    """The blocks of all frames; their samples are read at once, as a consumer reads them."""
    found = [block for one in made for block in gatherer.push(one)] + list(gatherer.flush())
    for block in found:
        assert block.raw.shape[1] == len(block.channels)
    return found


@settings(max_examples=40)
@given(
    form=st.sampled_from(list(FORMS)),
    channels=st.sampled_from([1, 2, 6]),
    length=st.integers(1, 150_000),
    lengths=st.lists(st.integers(1, 100_000), min_size=1, max_size=4).filter(lambda some: sum(some) > 2_000),
)
def test_the_samples_come_through_in_blocks_of_one_length(
    form: str, channels: int, length: int, lengths: list[int]
) -> None:
    samples = sound(length, channels, form)
    found = gathered(Gatherer(), frames(samples, form, lengths))
    assert np.array_equal(np.concatenate([block.raw for block in found]), samples)
    assert all(len(block.raw) == BLOCK for block in found[:-1])
    assert 0 < len(found[-1].raw) <= BLOCK
    assert {block.rate for block in found} == {44_100}


@pytest.mark.parametrize(
    ("other", "changes"),
    [
        ({"rate": 48_000}, 1),
        ({"channels": 1}, 1),
        ({"form": "fltp"}, 0),
        ({"form": "s32", "rate": 8_000, "channels": 6}, 1),
    ],
)
def test_other_parameters_end_a_block_and_lose_nothing(other: dict[str, object], changes: int) -> None:
    kinds = [{"form": "s16", "rate": 44_100, "channels": 2}] * 2
    kinds[1] = kinds[0] | other
    parts = [sound(1_000, kind["channels"], kind["form"]) for kind in kinds]
    gatherer = Gatherer()
    made = [
        one
        for part, kind in zip(parts, kinds, strict=True)
        for one in frames(part, kind["form"], [300], rate=kind["rate"])
    ]
    found = gathered(gatherer, made)
    assert [block.rate for block in found] == [kind["rate"] for kind in kinds]
    assert all(np.array_equal(block.raw, part) for block, part in zip(found, parts, strict=True))
    assert gatherer.changes == changes


def test_many_channels_come_through(tmp_path: object) -> None:
    """PyAV 18 would read past the eighth plane."""
    samples = np.repeat(sound(3_000, 1, "fltp"), 16, axis=1)
    (block,) = gathered(Gatherer(), frames(samples, "flt", [700], layout="16 channels"))
    assert np.array_equal(block.raw, samples)


def test_without_frames_there_are_no_blocks() -> None:
    assert gathered(Gatherer(), []) == []


@pytest.mark.parametrize("rate", [1, 7, 1_000])
def test_a_block_is_never_longer_than_a_few_seconds(rate: int) -> None:
    samples = sound(5_000, 2, "s16")
    found = gathered(Gatherer(), frames(samples, "s16", [5_000], rate=rate))
    assert max(len(block.raw) for block in found) <= BLOCK_S * rate
    assert np.array_equal(np.concatenate([block.raw for block in found]), samples)


@pytest.mark.parametrize("form", ["u8", "s16", "s32", "flt", "dbl"])
def test_floats_are_the_samples_over_full_scale(form: str) -> None:
    samples = sound(5_000, 2, form)
    (block,) = gathered(Gatherer(), frames(samples, form, [999]))
    middle, full = {"u": (128, 128), "i": (0, 2.0 ** (samples.dtype.itemsize * 8 - 1)), "f": (0, 1)}[
        samples.dtype.kind
    ]
    wanted = ((samples.astype(np.float64) - middle) / full).T
    assert block.floats.dtype == np.float32
    assert block.floats.flags.c_contiguous
    assert np.abs(block.floats - wanted).max() <= 2**-24


@given(
    bad=st.lists(st.sampled_from([np.nan, np.inf, -np.inf, 1e300]), min_size=1, max_size=5),
    seed=st.integers(0, 99),
)
def test_what_is_no_number_counts_as_nothing_and_leaves_the_others(bad: list[float], seed: int) -> None:
    samples = sound(500, 2, "dbl")
    places = np.random.default_rng(seed).choice(500, len(bad), replace=False)
    samples[places, 0] = bad
    (block,) = gathered(Gatherer(), frames(samples, "dbl", [500]))
    wanted = samples.astype(np.float64)
    wanted[places, 0] = 0
    assert np.array_equal(block.floats, wanted.T.astype(np.float32))
    heard = block.sound.to_ndarray().reshape(-1, 2)
    assert np.array_equal(heard, wanted.astype(heard.dtype)) or set(bad) == {1e300}
    assert (block.sound.sample_rate, block.sound.layout.name) == (44_100, "stereo")


def test_sound_that_is_all_numbers_is_the_frame_itself() -> None:
    for samples in (white(0.1), (white(0.1) * 32_767).astype(np.int16)):
        (block,) = blocks(samples, 44_100)
        assert block.sound is block.frame


@pytest.mark.parametrize("layout", ["7.1", "hexadecagonal"])
@pytest.mark.parametrize("form", ["u8", "s16", "s32", "flt", "dbl"])
def test_many_planes_come_interleaved_in_their_order(form: str, layout: str) -> None:
    """PyAV cannot fill so many planes either, so FFmpeg makes them of interleaved samples."""
    samples = sound(5_000, len(av.AudioLayout(layout).channels), form)
    planar = av.AudioResampler(format=form + "p", layout=layout, rate=48_000)
    (block,) = gathered(Gatherer(), planar.resample(frame(samples, form, 48_000, layout)))
    assert np.array_equal(block.raw, samples)


def test_integers_of_64_bits_come_as_their_upper_32() -> None:
    samples = sound(1_000, 2, "s32")
    wider = av.AudioResampler(format="s64", layout="stereo", rate=44_100)
    (block,) = gathered(Gatherer(), wider.resample(frame(samples, "s32", 44_100, "stereo")))
    assert np.array_equal(block.raw, samples)
