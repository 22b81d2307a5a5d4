"""The walk chosen for a file, what it declares, its first and last bytes. FFmpeg's decoders are the judge."""

from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from longplay.audio.structure import Structure, StructureWatch
from longplay.model.findings import FindingCode
from walks import encoded

RATE = 44_100

EXACT = {
    "wav": ("wav", "pcm_s16le"), "u8.wav": ("wav", "pcm_u8"), "s24.wav": ("wav", "pcm_s24le"),
    "f32.wav": ("wav", "pcm_f32le"), "f64.wav": ("wav", "pcm_f64le"), "w64": ("w64", "pcm_s16le"),
    "flac": ("flac", "flac"), "aiff": ("aiff", "pcm_s16be"), "s24.aiff": ("aiff", "pcm_s24be"),
}  # fmt: skip
PADDED = {
    "alaw.wav": ("wav", "pcm_alaw"), "adpcm.wav": ("wav", "adpcm_ima_wav"), "opus": ("opus", "libopus"),
    "ogg": ("ogg", "vorbis"), "oga": ("ogg", "flac"), "mp3": ("mp3", "libmp3lame"), "m4a": ("ipod", "aac"),
    "alac.m4a": ("ipod", "alac"), "flac.mp4": ("mp4", "flac"), "mov": ("mov", "pcm_s16le"),
}  # fmt: skip
UNSTATED = {"aac": ("adts", "aac")}
WALKED = EXACT | PADDED | UNSTATED
LEFT = {
    "mka": ("matroska", "flac"), "wma": ("asf", "wmav2"), "tta": ("tta", "tta"), "wv": ("wv", "wavpack"),
    "caf": ("caf", "pcm_s16be"), "au": ("au", "pcm_s16be"),
}  # fmt: skip


@cache
def made(name: str, seconds: float = 0.5) -> bytes:
    """A file of noise."""
    muxer, codec = (WALKED | LEFT)[name]
    rate = 48_000 if codec == "libopus" else RATE
    options = {"strict": "-2"} if codec in {"vorbis", "flac"} else None
    return encoded(muxer, codec, seconds=seconds, rate=rate, options=options)


def watched(data: bytes, name: str, cuts: Iterable[int] = ()) -> Structure:
    """The structure of a file whose bytes come cut at these places, from a buffer that is written over."""
    watch = StructureWatch(name)
    for start, end in pairwise([0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]):
        buffer = bytearray(data[start:end])
        with memoryview(buffer) as piece:
            watch.update(piece)
        buffer[:] = bytes(len(buffer))
    return watch.finish()


def codes(structure: Structure) -> set[FindingCode]:
    return {finding.code for finding in structure.findings}


def id3(length: int) -> bytes:
    """An ID3v2.4 tag of padding, `length` bytes with its header."""
    size = length - 10
    return b"ID3\4\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)
