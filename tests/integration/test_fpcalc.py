"""The fingerprint against `fpcalc`, bit for bit.

On the 110 real recordings, with fpcalc 1.5.1 on FFmpeg 5.1.9 (Debian 12) and PyAV 18.1 on FFmpeg 8, no bit of
44,476 items differs; nine recordings are shorter than one item, and both sides give none.

What had to be found out for that: FFmpeg 8 left to itself resamples 16-bit sound in single precision, FFmpeg 5
in 16-bit numbers, whose rounded taps add up to 32,770 of 32,768. Two samples of five then differ by a few
units, and one bit of one recording (`bass_voxy_c.flac`, item 4, the highest bit) lies so near its threshold
that it turns. So the graph names the precision that FFmpeg 5 takes. The decoders of the two versions could
differ likewise; on these recordings no bit shows it. The Fourier transform is another one (pocketfft here,
FFmpeg's there), both in single precision, which moves what is compared with a step by at most 1.4e-7 on these
recordings; 6 of 711,616 values lie within 1e-6 of a step, and no bit turns.

What does differ: FFmpeg 8 mixes in height channels which FFmpeg 5 leaves out.
"""

import json
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from chords import chords, noise, write_wav
from longplay.audio.downmix import Downmixer
from longplay.audio.fingerprint import fingerprint
from longplay.demo.collection import make_collection
from longplay.formats.chromaprint import encode
from longplay.progress import Silent

pytestmark = pytest.mark.integration

RATES = (8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000)
CODECS = ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le")


@pytest.fixture(scope="session", autouse=True)
def fpcalc() -> str:
    """The command, or the test is skipped."""
    found = shutil.which("fpcalc")
    if found is None:
        pytest.skip("no fpcalc on the PATH (Debian: libchromaprint-tools)")
    return found


def theirs(path: Path, *options: str) -> list[int] | str:
    """What fpcalc says; no items where it finds the file too short."""
    command = ["fpcalc", "-length", "120", "-json", *options, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Empty fingerprint" in ran.stderr:
        return []
    assert ran.stdout, ran.stderr
    answer: list[int] | str = json.loads(ran.stdout)["fingerprint"]
    return answer


def ours(path: Path) -> NDArray[np.uint32]:
    downmixer = Downmixer()
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.audio[0]):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            for frame in frames:
                downmixer.push(frame)
            if downmixer.full:
                break
    return fingerprint(downmixer.finish())


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """The real recordings where they lie beside the project, else the demo's."""
    real = Path(__file__).parents[3] / "shared" / "real" / "recordings"
    return real if real.is_dir() else make_collection(tmp_path / "music", Silent()).folder


def test_every_recording_has_the_fingerprint_of_fpcalc(recordings: Path) -> None:
    paths = sorted(
        path for path in recordings.rglob("*") if path.is_file() and not path.suffix.endswith((".txt", ".csv"))
    )
    different = {}
    items = 0
    for path in paths:
        want, got = theirs(path, "-raw"), ours(path)
        items += len(want)
        if got.tolist() != want:
            different[path.name] = bits_apart(got.tolist(), want)
    print(f"{len(paths) - len(different)} of {len(paths)} recordings alike, {items} items")
    assert different == {}
    assert items > 100 * len(paths)


def bits_apart(one: list[int], other: list[int] | str) -> str:
    if isinstance(other, str) or len(one) != len(other):
        return f"{len(one)} items for {len(other)}"
    return f"{sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))} bits"


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8, 24])
def test_rates_and_channels(rate: int, channels: int, tmp_path: Path) -> None:
    """WAVs of Python's `wave` name no places for their channels."""
    path = write_wav(tmp_path / "sound.wav", unlike(channels, rate).T, rate)
    assert ours(path).tolist() == theirs(path, "-raw")


def test_height_channels_are_heard_by_ffmpeg_8_alone(tmp_path: Path) -> None:
    """Of sixteen channels (`hexadecagonal`) FFmpeg 5 leaves two out: at most 2 bits of 100."""
    path = write_wav(tmp_path / "sound.wav", unlike(16, 48_000).T, 48_000)
    got, want = ours(path), np.array(theirs(path, "-raw"), np.uint32)
    assert len(got) == len(want)
    assert np.bitwise_count(got ^ want).sum() <= 0.02 * 32 * len(want)


def unlike(channels: int, rate: int) -> NDArray[np.int16]:
    """Four seconds of one tune under noise that differs by channel, shape (channels, n)."""
    return np.stack([noise(4, rate, seed=seed) // 2 + chords(4, rate) // 2 for seed in range(channels)])


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
def test_sample_formats(codec: str, layout: str, tmp_path: Path) -> None:
    rate = 44_100
    sound = unlike(av.AudioLayout(layout).nb_channels, rate)
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(sound, format="s16p", layout=layout)
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    assert ours(path).tolist() == theirs(path, "-raw")


@pytest.mark.parametrize("seconds", [2.5, 2.723, 2.725, 119.9, 120.1, 125])
def test_lengths_around_the_first_item_and_the_last(seconds: float, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "sound.wav", noise(seconds, 16_000), 16_000)
    assert ours(path).tolist() == theirs(path, "-raw")


def test_the_compressed_form(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "sound.wav", chords(30, 44_100), 44_100)
    assert encode(ours(path)) == theirs(path)
