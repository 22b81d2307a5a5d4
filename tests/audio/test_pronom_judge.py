"""The PUIDs we tell against fido, the Open Preservation Foundation's own reader of PRONOM's signatures.

The rule: where fido finds signatures, ours is one of its answers (it gives several where PRONOM gives no
priority). Where it finds none and falls back on the extension, ours is `None`, or what a decoder proves and the
extension says too. Whatever else differs stands in `EXPLAINED`.
"""

import warnings
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from longplay.formats.pronom import HEAD_LENGTH, PRONOM_RELEASE, TAIL_LENGTH, identify

with warnings.catch_warnings():
    # fido imports a name of the standard library that is being retired
    warnings.simplefilter("ignore", DeprecationWarning)
    from fido.fido import Fido

PRONOM = f"formats-v{PRONOM_RELEASE}.xml"
FIDO_WINDOW = 128 * 1024  # fido looks at this many bytes from either end

EXPLAINED = {
    "recordings/derived-here/hungarian_dance_5.m4a": "`moov` lies deeper than fido looks; decoding proves it",
    "torture/lofty/fuzz/mpegfile_read_from/crash-625fdf469a07ca27b291122f8f95f6fce4458ad5_minimized": (
        "has no extension for fido to go by, and decodes as MP3"
    ),
    "torture/lofty/tags/id3v2/test.atxt": "PRONOM's signature of MP3 fits; fido uses a stricter one",
}


@pytest.fixture(scope="module")
def fido() -> Fido:
    """fido as it comes: PRONOM, with one signature of its own for MP3, which PRONOM's would stall on."""
    return Fido(quiet=True, nocontainer=True, format_files=[PRONOM, "format_extensions.xml"])


def by_signature(fido: Fido, head: bytes, tail: bytes) -> set[str]:
    """What fido answers to these bytes."""
    return {fido.get_puid(answer) for answer, _ in fido.match_formats(head, tail)}


def by_extension(fido: Fido, path: Path) -> set[str]:
    """What fido falls back on."""
    return {fido.get_puid(answer) for answer, _ in fido.match_extensions(path.name)}


def codec_of(path: Path) -> str | None:
    """What the first audio stream of a file decodes as; `None` if nothing of it does."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            next(container.decode(stream))
            return stream.codec_context.name
    except (av.FFmpegError, IndexError, StopIteration, UnicodeDecodeError, ValueError):
        return None


def ours(path: Path, codec: str | None) -> str | None:
    """What we answer for a file, as intake asks: a piece from either end."""
    data = path.read_bytes()
    return identify(data[:HEAD_LENGTH], data[-TAIL_LENGTH:], codec)


def agrees(fido: Fido, path: Path, codec: str | None) -> bool:
    """The rule in the head of this file."""
    data = path.read_bytes()
    answer = ours(path, codec)
    signatures = by_signature(fido, data[:FIDO_WINDOW], data[-FIDO_WINDOW:])
    if signatures:
        return answer in signatures
    return answer is None or answer in by_extension(fido, path)


@pytest.mark.parametrize("folder", ["recordings", "torture"])
def test_fido_agrees_on_every_real_file_that_decodes(real: Path, fido: Fido, folder: str) -> None:
    paths = [path for path in sorted((real / folder).rglob("*")) if path.is_file()]
    decodable = [(path, codec) for path in paths if (codec := codec_of(path)) is not None]
    differ = {str(path.relative_to(real)) for path, codec in decodable if not agrees(fido, path, codec)}
    assert len(decodable) > 100
    assert differ == {name for name in EXPLAINED if name.startswith(folder)}


def made(path: Path, muxer: str, codec: str, rate: int = 44_100, **options: str) -> Path:
    """Half a second of noise, written by FFmpeg."""
    noise = np.random.default_rng(1).integers(-9_000, 9_000, size=(1, rate), dtype=np.int16)
    with av.open(str(path), "w", format=muxer, options=options) as container:
        stream = container.add_stream(codec, rate=rate, options={"strict": "-2"})
        context = stream.codec_context
        context.layout, context.bit_rate = "stereo", 128_000
        frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="stereo")
        frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
        frames = av.AudioResampler(context.format, "stereo", rate, frame_size=context.frame_size or 1024)
        for piece in (*frames.resample(frame), *frames.resample(None), None):
            container.mux([packet for packet in stream.encode(piece) if packet.size])
    return path


MADE = [
    ("fmt/141", "wav", "pcm_s16le", {}),
    ("fmt/143", "wav", "pcm_s24le", {}),
    ("fmt/142", "wav", "pcm_f32le", {}),
    ("fmt/142", "wav", "adpcm_ms", {}),
    ("fmt/704", "wav", "pcm_s16le", {"write_bext": "1"}),
    ("fmt/710", "wav", "pcm_s24le", {"write_bext": "1"}),
    ("fmt/707", "wav", "mp2", {"write_bext": "1"}),
    ("fmt/2", "wav", "pcm_f32le", {"write_bext": "1"}),
    ("fmt/712", "wav", "pcm_s16le", {"rf64": "always"}),
    ("fmt/713", "wav", "pcm_s16le", {"rf64": "always", "write_bext": "1"}),
    ("fmt/951", "w64", "pcm_s16le", {}),
    ("fmt/414", "aiff", "pcm_s16be", {}),
    ("x-fmt/136", "aiff", "pcm_s16le", {}),
    ("x-fmt/139", "au", "pcm_s16be", {}),
    ("fmt/416", "caf", "pcm_s16be", {}),
    ("fmt/416", "caf", "alac", {}),
    ("fmt/1736", "voc", "pcm_s16le", {}),
    ("fmt/279", "flac", "flac", {}),
    ("fmt/947", "ogg", "flac", {}),
    ("fmt/203", "ogg", "vorbis", {}),
    ("fmt/946", "opus", "libopus", {"rate": 48_000}),
    ("fmt/199", "mp4", "aac", {}),
    ("fmt/199", "ipod", "aac", {}),
    ("fmt/199", "ipod", "aac", {"movflags": "faststart"}),
    ("fmt/199", "mp4", "alac", {}),
    ("fmt/596", "ipod", "alac", {}),
    ("x-fmt/384", "mov", "pcm_s16le", {}),
    ("fmt/357", "3gp", "aac", {}),
    ("fmt/569", "matroska", "flac", {}),
    ("fmt/573", "webm", "vorbis", {}),
    ("fmt/132", "asf", "wmav2", {}),
    ("fmt/131", "asf", "wmav1", {}),
    ("fmt/134", "mp3", "libmp3lame", {}),
    ("fmt/134", "mp3", "libmp3lame", {"id3v2_version": "0"}),
    ("fmt/198", "mp2", "mp2", {}),
    ("fmt/735", "ac3", "ac3", {}),
    ("fmt/735", "eac3", "eac3", {}),
    ("fmt/952", "tta", "tta", {}),
    ("x-fmt/190", "rm", "ac3", {}),
    (None, "wv", "wavpack", {}),
    (None, "adts", "aac", {}),
]


@pytest.mark.parametrize(("puid", "muxer", "codec", "options"), MADE)
def test_fido_agrees_on_what_ffmpeg_writes(
    tmp_path: Path, fido: Fido, puid: str | None, muxer: str, codec: str, options: dict[str, str]
) -> None:
    path = made(tmp_path / f"noise.{muxer}", muxer, codec, **options)
    assert ours(path, codec_of(path)) == puid
    assert agrees(fido, path, codec_of(path))
