"""One recording made into others: coded, cut, faded, equalised, sung over. All on the spot, by PyAV and NumPy.

Nothing random: the same recording gives the same variants.
"""

import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray

from longplay.audio.blocks import Block
from longplay.audio.decode import Form, Unfit, decode
from longplay.audio.downmix import Downmixer
from longplay.audio.fingerprint import fingerprint
from longplay.audio.pcm import PcmDigest
from longplay.curation.comparison import Sample
from longplay.model.digests import ContentId
from longplay.model.units import Milliseconds, duration

RATE: Final = 44_100
Sound = NDArray[np.float32]
"""Two channels at `RATE`, shape (2, samples)."""

_BLOCK: Final = 1 << 16


def load(path: Path) -> Sound:
    """A whole recording."""
    mixer = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
    with av.open(path) as container:
        frames = [made for frame in container.decode(audio=0) for made in mixer.resample(frame)]
    frames += mixer.resample(None)
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


def content_id(name: str) -> ContentId:
    """A content id that stands for something made here."""
    return ContentId(hashlib.sha256(name.encode()).hexdigest())


class _Mixer:
    """Takes the blocks of a decode to the fingerprint."""

    def __init__(self) -> None:
        self.downmixer = Downmixer()

    def take(self, block: Block) -> None:
        self.downmixer.push(block.frame)


def sample_of_file(path: Path, name: str) -> Sample:
    """What the comparison wants of a file, with the MD5 of its samples where it is lossless.

    Raises:
        ValueError: the file is no recording.
    """
    mixer, digests = _Mixer(), []

    def audience(form: Form) -> list[_Mixer | PcmDigest]:
        if form.bit_depth is not None and not form.is_floating:
            digests.append(PcmDigest(form.bit_depth))
        return [mixer, *digests]

    decoded = decode(path, audience)
    if isinstance(decoded, Unfit):
        raise ValueError(f"{path}: {decoded.detail}")
    return Sample(
        content_id=content_id(name),
        fingerprint=fingerprint(mixer.downmixer.finish()),
        length=duration(decoded.facts.samples, decoded.facts.rate),
        pcm_md5=digests[0].hexdigest() if digests else None,
    )


def sample_of(frames: Iterable[av.AudioFrame], name: str) -> Sample:
    """What the comparison wants of decoded frames; `name` stands for the bytes."""
    mixer, samples, rate = Downmixer(), 0, RATE
    for frame in frames:
        mixer.push(frame)
        samples, rate = samples + frame.samples, frame.sample_rate
    return Sample(
        content_id=content_id(name),
        fingerprint=fingerprint(mixer.finish()),
        length=Milliseconds(samples * 1000 // rate),
        pcm_md5=None,
    )


def frames_of(sound: Sound) -> Iterable[av.AudioFrame]:
    """A sound as frames for a filter or an encoder."""
    for at in range(0, sound.shape[1], _BLOCK):
        part = np.ascontiguousarray(sound[:, at : at + _BLOCK])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        yield frame


def filtered(*filters: tuple[str, str]) -> Callable[[Sound], Sound]:
    """A function that sends a sound through FFmpeg's filters, each a name and its arguments."""

    def work(sound: Sound) -> Sound:
        graph = Graph()
        source = graph.add_abuffer(
            sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE)
        )
        sink = graph.add("abuffersink")
        last = ("aformat", f"sample_fmts=fltp:channel_layouts=stereo:sample_rates={RATE}")
        graph.link_nodes(source, *(graph.add(*one) for one in (*filters, last)), sink).configure()
        for frame in frames_of(sound):
            source.push(frame)
        source.push(None)
        parts: list[NDArray[np.float32]] = []
        while True:
            try:
                parts.append(sink.pull().to_ndarray())
            except (av.BlockingIOError, EOFError):
                return np.concatenate(parts, axis=1)

    return work


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """A lossy encoder, its container and its bits a second."""

    codec: str
    muxer: str
    rate: int
    bit_rate: int

    def decoded(self, sound: Sound) -> Iterable[av.AudioFrame]:
        """The frames that come back from a file of the sound."""
        file = io.BytesIO()
        with av.open(file, "w", format=self.muxer) as container:
            stream = container.add_stream(self.codec, rate=self.rate, layout="stereo")
            stream.bit_rate = self.bit_rate
            mixer = av.AudioResampler(format=stream.format.name, layout="stereo", rate=self.rate)
            for frame in frames_of(sound):
                for made in mixer.resample(frame):
                    container.mux(stream.encode(made))
            for made in mixer.resample(None):
                container.mux(stream.encode(made))
            container.mux(stream.encode(None))
        file.seek(0)
        with av.open(file) as container:
            yield from container.decode(audio=0)


def _trimmed(start_s: float, end_s: float) -> Callable[[Sound], Sound]:
    def work(sound: Sound) -> Sound:
        return sound[:, round(start_s * RATE) : sound.shape[1] - round(end_s * RATE)]

    return work


def _faded(sound: Sound) -> Sound:
    length = sound.shape[1] / RATE
    return filtered(("afade", "t=in:d=5"), ("afade", f"t=out:d=5:st={length - 5}"))(sound)


def _padded(sound: Sound) -> Sound:
    return filtered(("adelay", "2000:all=1"))(sound)


_MP3_64: Final = Coding(codec="libmp3lame", muxer="mp3", rate=RATE, bit_rate=64_000)

CODINGS: Final = {
    "MP3 64": _MP3_64,
    "MP3 128": Coding(codec="libmp3lame", muxer="mp3", rate=RATE, bit_rate=128_000),
    "MP3 320": Coding(codec="libmp3lame", muxer="mp3", rate=RATE, bit_rate=320_000),
    "Opus 32": Coding(codec="libopus", muxer="ogg", rate=48_000, bit_rate=32_000),
    "Opus 96": Coding(codec="libopus", muxer="ogg", rate=48_000, bit_rate=96_000),
    "AAC 96": Coding(codec="aac", muxer="adts", rate=RATE, bit_rate=96_000),
}

CHANGES: Final = {
    "5 s less in front": _trimmed(5, 0),
    "5 s less at the end": _trimmed(0, 5),
    "2 s of silence in front": _padded,
    "fades of 5 s": _faded,
    "gain -7 dB": filtered(("volume", "-7dB")),
    "EQ: bass +6 dB, treble -6 dB": filtered(
        ("equalizer", "f=100:t=o:w=2:g=6"), ("equalizer", "f=3000:t=o:w=2:g=-6")
    ),
    "EQ: middle +8 dB": filtered(("equalizer", "f=700:t=o:w=2:g=8")),
    "compression 8:1 from -30 dB": filtered(
        ("acompressor", "threshold=0.0316:ratio=8:attack=5:release=100:makeup=4")
    ),
    "speed +1 %": filtered(("asetrate", f"{RATE * 101 // 100}"), ("aresample", f"{RATE}")),
    "speed -1 %": filtered(("asetrate", f"{RATE * 99 // 100}"), ("aresample", f"{RATE}")),
    "tempo +1 %, pitch kept": filtered(("atempo", "1.01")),
}


def variants(sound: Sound, name: str) -> Iterable[tuple[str, Sample]]:
    """Every variant of a recording, with its kind."""
    for kind, coding in CODINGS.items():
        yield kind, sample_of(coding.decoded(sound), f"{name} {kind}")
    for kind, change in CHANGES.items():
        yield kind, sample_of(frames_of(change(sound)), f"{name} {kind}")
    kind = "MP3 64 of 5 s less in front, -7 dB"
    quieter = CHANGES["gain -7 dB"](CHANGES["5 s less in front"](sound))
    yield kind, sample_of(_MP3_64.decoded(quieter), f"{name} {kind}")


def muted(sound: Sound, *, seconds: float) -> Sound:
    """A moment of silence each half minute."""
    changed = sound.copy()
    for at in range(20 * RATE, sound.shape[1], 30 * RATE):
        changed[:, at : at + round(seconds * RATE)] = 0
    return changed


def bleeped(sound: Sound, *, seconds: float) -> Sound:
    """A moment of a tone of 1 kHz each half minute: the radio's version."""
    changed = sound.copy()
    tone = 0.2 * np.sin(2 * np.pi * 1000 / RATE * np.arange(round(seconds * RATE)))
    for at in range(20 * RATE, sound.shape[1] - len(tone), 30 * RATE):
        changed[:, at : at + len(tone)] = tone
    return changed


def continued(sound: Sound, other: Sound, *, after_s: float) -> Sound:
    """A recording that goes on as another one after its beginning, as long as it was."""
    at = round(after_s * RATE)
    rest = np.resize(other, (2, max(other.shape[1], sound.shape[1] - at)))
    return np.concatenate([sound[:, :at], rest[:, : sound.shape[1] - at]], axis=1)
