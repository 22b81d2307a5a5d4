"""Channels in an order of their own: decoded in a process that survives it."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from longplay.audio.layouts import use_safe_layout
from longplay.audio.measure import Measured
from longplay.audio.opus import OpusWriter
from measuring import blocks, measured, sine, white, write


def eight_channels(path: Path) -> np.ndarray:
    """Written as 7.1, which AIFF and CAF list with the side channels before the back ones."""
    samples = (white(1, channels=8) * 32_767).astype(np.int16)
    write(path, samples, codec="pcm_s16be")
    return samples


@pytest.mark.parametrize("suffix", ["aiff", "caf"])
def test_a_file_whose_channels_have_their_own_order_is_measured_and_copied_again_and_again(
    tmp_path: Path, suffix: str
) -> None:
    """In a process of its own whose memory is checked, because PyAV 18 ends it otherwise."""
    path = tmp_path / f"song.{suffix}"
    eight_channels(path)
    code = (
        "import sys; from pathlib import Path; from longplay.audio.decode import Decoded, decode;"
        "from longplay.audio.loudness import LoudnessMeter;"
        "from longplay.audio.opus import OpusWriter;"
        "path = Path(sys.argv[1]);"
        "writers = [OpusWriter(path.with_suffix(f'.{n}.opus'), bit_rate=96_000) for n in range(10)];"
        "found = [decode(path, lambda form, w=w: [w, LoudnessMeter()]) for w in writers];"
        "[w.finish((), gain_q78=None) for w in writers];"
        "print({type(one) is Decoded and one.facts.samples for one in found})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path],
        capture_output=True,
        text=True,
        check=False,
        env={"MALLOC_CHECK_": "3", "MALLOC_PERTURB_": "165"},
    )
    assert (done.returncode, done.stdout.strip()) == (0, "{44100}"), done.stderr


@pytest.mark.parametrize("suffix", ["aiff", "caf"])
def test_its_samples_are_those_of_the_file(tmp_path: Path, suffix: str) -> None:
    """A WAV file of the same samples has the same MD5."""
    samples = eight_channels(tmp_path / f"song.{suffix}")
    found = [
        measured(path)
        for path in (tmp_path / f"song.{suffix}", write(tmp_path / "song.wav", samples, codec="pcm_s16le"))
    ]
    assert all(isinstance(one, Measured) and one.audio.channels == 8 for one in found)
    assert found[0].measurement.pcm_md5 == found[1].measurement.pcm_md5 is not None
    assert found[0].measurement.loudness.integrated_lufs is not None


@pytest.mark.parametrize("layout", ["2.1", "quad", "5.1", "5.1(side)", "7.1", "FL+LFE"])
def test_channels_in_the_usual_order_keep_their_places(tmp_path: Path, layout: str) -> None:
    channels = av.AudioLayout(layout).nb_channels
    samples = (white(0.2, channels=1) * 32_767).astype(np.int16).repeat(channels, axis=0)
    path = write(tmp_path / "song.wav", samples, codec="pcm_s16le", layout=layout)
    with av.open(path) as container:
        context = container.streams.audio[0].codec_context
        use_safe_layout(context)
        assert "ch_layout" not in context.options
        names = [channel.name for channel in next(container.decode(audio=0)).layout.channels]
    assert names == [channel.name for channel in av.AudioLayout(layout).channels]


def test_a_stream_without_a_known_layout_is_left_alone() -> None:
    context = av.CodecContext.create("mp3float", "r")
    use_safe_layout(context)
    assert "ch_layout" not in context.options


@pytest.mark.parametrize("channels", [9, 65])
def test_channels_that_ffmpeg_cannot_mix_are_copied_in_equal_parts(tmp_path: Path, channels: int) -> None:
    tone = sine(1_000, 2, 48_000, dbfs=-20, channels=channels)
    writer = OpusWriter(tmp_path / "copy.opus", bit_rate=96_000)
    for block in blocks(tone, 48_000, layout=f"{channels} channels"):
        writer.take(block)
    writer.finish((), gain_q78=None)
    found = measured(tmp_path / "copy.opus")
    assert isinstance(found, Measured)
    assert (found.audio.channels, found.audio.samples) == (2, 96_000)
    assert found.measurement.loudness.integrated_lufs == pytest.approx(-20, abs=0.5)
