"""Samples into files: one encoder and one way of tagging for each encoding we write.

It is neither a transcoder (nothing is decoded here) nor a tag editor. The same samples and tags give
the same bytes with the same library versions: no time of writing, no random stream serial, no
encoder's name.

Sources: Vorbis I, section 5, and RFC 7845, section 5.2 (comments); ID3v2.4.0 frames; the names of
MP4 atoms as iTunes writes them; `LICENSE` and its MP4 freeform twin as MusicBrainz Picard maps them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import numpy as np
from numpy.typing import NDArray

from longplay.errors import StorageError

if TYPE_CHECKING:  # both are slow to import, and only an encoder needs them
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from mutagen.id3 import Frame

BLOCK = 1 << 16
"""Sample frames handed to the encoder at once."""

TAG_KEYS = frozenset({"title", "artist", "album", "composer", "tracknumber", "date", "licence", "copyright"})
"""What can be tagged. `tracknumber` is a decimal number; `licence` is the URL of a licence."""


class Encoding(StrEnum):
    """A container and codec we write."""

    FLAC = "flac"
    MP3 = "mp3"
    OPUS = "opus"
    VORBIS = "vorbis"
    M4A = "m4a"
    WAV = "wav"

    @property
    def suffix(self) -> str:
        """The usual end of the file's name, with its dot."""
        return ".ogg" if self is Encoding.VORBIS else f".{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """How FFmpeg is asked; `bit_rate` in bits a second and `rate` in hertz, `None` as the input."""

    muxer: str
    codec: str
    bit_rate: int | None = None
    rate: int | None = None
    sample_format: str = "fltp"
    codec_options: Mapping[str, str] = field(default_factory=dict)
    muxer_options: Mapping[str, str] = field(default_factory=dict)


_RECIPES: Mapping[Encoding, _Recipe] = {
    Encoding.FLAC: _Recipe(muxer="flac", codec="flac", sample_format="s16"),
    # mutagen writes the ID3 tag: a second one by FFmpeg would name itself in it
    Encoding.MP3: _Recipe(
        muxer="mp3", codec="libmp3lame", bit_rate=192_000, muxer_options={"id3v2_version": "0"}
    ),
    Encoding.OPUS: _Recipe(muxer="opus", codec="libopus", bit_rate=96_000, rate=48_000, sample_format="flt"),
    # PyAV is built without libvorbis, and FFmpeg calls its own encoder experimental: it needs
    # `strict`. It knows no bit rate; quality 15 (in its unit of 118) gives music about 125 kbit/s.
    Encoding.VORBIS: _Recipe(
        muxer="ogg",
        codec="vorbis",
        codec_options={"strict": "-2", "flags": "+bitexact+qscale", "global_quality": "1770"},
    ),
    Encoding.M4A: _Recipe(muxer="ipod", codec="aac", bit_rate=160_000),
    Encoding.WAV: _Recipe(muxer="wav", codec="pcm_s16le", sample_format="s16"),
}


def encode(
    samples: NDArray[np.float32], *, rate: int, path: Path, encoding: Encoding, tags: Mapping[str, str]
) -> None:
    """Write `samples` to `path` with tags in the container's own idiom.

    Idempotent; not atomic: an existing file is overwritten, and an interrupted one is left incomplete.

    Args:
        samples: float32, shape (n, 2), n > 0, left and right in -1..1; 16 bits of them are kept by
            FLAC and WAV. Opus is resampled to 48 kHz.
        rate: samples a second; one the encoding allows, such as 44100 or 48000.
        path: the file, in a folder that exists; its suffix is the caller's choice.
        encoding: container and codec.
        tags: values by key, of `TAG_KEYS`; none is required.

    Raises:
        ValueError: samples of another shape or type, an unknown tag key, a track number that is none.
        StorageError: the file cannot be written, or the encoder does not know this rate.
    """
    _check_samples(samples)
    _check_tags(tags)
    _write_audio(samples, rate, path, _RECIPES[encoding])
    _write_tags(path, encoding, tags)


def _check_samples(samples: NDArray[np.float32]) -> None:
    if samples.dtype != np.float32:
        raise ValueError(f"samples are {samples.dtype}, not float32")
    if samples.ndim != 2 or samples.shape[1] != 2:
        raise ValueError(f"samples have shape {samples.shape}, not (n, 2)")
    if not len(samples):
        raise ValueError("there are no samples to encode")


def _check_tags(tags: Mapping[str, str]) -> None:
    if unknown := sorted(tags.keys() - TAG_KEYS):
        raise ValueError(f"tags {', '.join(unknown)} are not among {', '.join(sorted(TAG_KEYS))}")
    number = tags.get("tracknumber", "1")
    if not re.fullmatch(r"[0-9]{1,4}", number):
        raise ValueError(f"track number {number!r} is not a number from 0 to 9999")


def _write_audio(samples: NDArray[np.float32], rate: int, path: Path, recipe: _Recipe) -> None:
    import av

    options = {"fflags": "+bitexact", **recipe.muxer_options}
    try:
        with av.open(path, "w", format=recipe.muxer, container_options=options) as container:
            stream = _add_stream(container, rate, recipe)
            for frame in _frames(samples, rate):
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except (av.FFmpegError, OSError) as exc:
        raise StorageError(f"{path}: cannot encode {recipe.codec} at {rate} Hz: {exc}") from exc


def _add_stream(container: "OutputContainer", rate: int, recipe: _Recipe) -> "AudioStream":
    from av.audio.stream import AudioStream

    options = {"flags": "+bitexact", **recipe.codec_options}
    stream = container.add_stream(recipe.codec, rate=recipe.rate or rate, options=options)
    if not isinstance(stream, AudioStream):
        raise TypeError(f"{recipe.codec} is no audio codec")
    stream.codec_context.layout = "stereo"
    stream.codec_context.format = recipe.sample_format
    stream.codec_context.thread_count = 1
    if recipe.bit_rate is not None:
        stream.codec_context.bit_rate = recipe.bit_rate
    return stream


def _frames(samples: NDArray[np.float32], rate: int) -> Iterator["AudioFrame"]:
    from av import AudioFrame

    for start in range(0, len(samples), BLOCK):
        interleaved = np.ascontiguousarray(samples[start : start + BLOCK]).reshape(1, -1)
        frame = AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
        frame.sample_rate = rate
        frame.time_base = Fraction(1, rate)
        frame.pts = start
        yield frame


def _write_tags(path: Path, encoding: Encoding, tags: Mapping[str, str]) -> None:
    from mutagen import MutagenError

    try:
        match encoding:
            case Encoding.FLAC | Encoding.OPUS | Encoding.VORBIS:
                _write_vorbis_comments(path, encoding, tags)
            case Encoding.MP3 | Encoding.WAV:
                _write_id3(path, encoding, tags)
            case Encoding.M4A:
                _write_mp4(path, tags)
            case _:
                assert_never(encoding)
    except MutagenError as exc:
        raise StorageError(f"{path}: cannot write tags: {exc}") from exc


def _write_vorbis_comments(path: Path, encoding: Encoding, tags: Mapping[str, str]) -> None:
    from mutagen.flac import FLAC
    from mutagen.oggopus import OggOpus
    from mutagen.oggvorbis import OggVorbis

    kinds = {Encoding.FLAC: FLAC, Encoding.OPUS: OggOpus, Encoding.VORBIS: OggVorbis}
    file = kinds[encoding](path)
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    for key, value in sorted(tags.items()):
        file.tags["LICENSE" if key == "licence" else key.upper()] = value
    file.save()


def _write_id3(path: Path, encoding: Encoding, tags: Mapping[str, str]) -> None:
    from mutagen.mp3 import MP3
    from mutagen.wave import WAVE

    file = MP3(path) if encoding is Encoding.MP3 else WAVE(path)
    if file.tags is None:
        file.add_tags()
    for key, value in sorted(tags.items()):
        file.tags.add(_id3_frame(key, value))
    file.save(v2_version=4)


def _id3_frame(key: str, value: str) -> "Frame":
    from mutagen.id3 import TALB, TCOM, TCOP, TDRC, TIT2, TPE1, TRCK, WCOP, Encoding

    if key == "licence":
        return WCOP(url=value)
    frames = {"title": TIT2, "artist": TPE1, "album": TALB, "composer": TCOM}
    frames |= {"tracknumber": TRCK, "date": TDRC, "copyright": TCOP}
    return frames[key](encoding=Encoding.UTF8, text=[value])


def _write_mp4(path: Path, tags: Mapping[str, str]) -> None:
    from mutagen.mp4 import MP4, AtomDataType, MP4FreeForm

    atoms = {"title": "©nam", "artist": "©ART", "album": "©alb", "composer": "©wrt"}
    atoms |= {"date": "©day", "copyright": "cprt"}
    file = MP4(path)
    for key, value in sorted(tags.items()):
        if key == "tracknumber":
            file["trkn"] = [(int(value), 0)]
        elif key == "licence":
            url = MP4FreeForm(value.encode(), dataformat=AtomDataType.UTF8)
            file["----:com.apple.iTunes:LICENSE"] = [url]
        else:
            file[atoms[key]] = [value]
    file.save()
