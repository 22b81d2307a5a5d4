"""How many bits a sample is coded with: FFmpeg's decoders do not say it in one place.

Sources: RFC 9639 (FLAC), section 8.2; Apple's ALAC specification, `ALACSpecificConfig`; WavPack 5, block
header flags; FFmpeg's names of PCM codecs.
"""

import re
from pathlib import Path
from typing import Final

_PCM: Final = re.compile(r"pcm_(s|u|f)(8|16|20|24|32|64)(?:le|be|daud)?(?:_planar)?")

_BY_SAMPLE_FORMAT: Final = {"ape", "tta", "tak", "shorten", "mlp", "truehd", "wmalossless", "mp4als"}
"""Lossless codecs whose decoders hand out 16 bits as they are, and more left-justified in 32."""

_STREAMINFO_LENGTH: Final = 34


def coded_depth(codec: str, extradata: bytes | None, sample_format: str, path: Path) -> int | None:
    """Bits a sample as coded; `None` for lossy codecs and where it is not known.

    Args:
        codec: FFmpeg's name.
        extradata: what the container gives the decoder.
        sample_format: FFmpeg's name of what the decoder hands out.
        path: the file; only the header of a WavPack file is looked at.

    Raises:
        OSError: the file could not be read.
    """
    extra = extradata or b""
    pcm = _PCM.fullmatch(codec)
    if pcm is not None:
        return int(pcm[2])
    if codec == "flac":
        info = _streaminfo(extra)
        return (((info[12] & 1) << 4) | (info[13] >> 4)) + 1 if info else None
    if codec == "alac" and len(extra) >= 18:
        return extra[17] or None
    if codec == "wavpack":
        return _wavpack_depth(path)
    if codec in _BY_SAMPLE_FORMAT:
        return {"u8": 8, "s16": 16, "s32": 24}.get(sample_format.removesuffix("p"))
    return None


def is_floating(codec: str, sample_format: str) -> bool:
    """Whether samples are coded as floating point, not only decoded to it."""
    return codec.startswith("pcm_f") or (codec == "wavpack" and sample_format.startswith("flt"))


def streaminfo_of(codec: str, extradata: bytes | None) -> str | None:
    """The MD5 of the samples that a FLAC stream states, 32 hex digits; `None` for other codecs."""
    info = _streaminfo(extradata or b"") if codec == "flac" else b""
    return info[18:34].hex() if info else None


def _streaminfo(extra: bytes) -> bytes:
    """The STREAMINFO block in a decoder's extra data; empty when there is none."""
    start = 8 if extra.startswith(b"fLaC") else 0
    info = extra[start : start + _STREAMINFO_LENGTH]
    return info if len(info) == _STREAMINFO_LENGTH else b""


def _wavpack_depth(path: Path) -> int | None:
    """From the flags of the first block; `None` for the lossy (hybrid) mode and for other containers."""
    with path.open("rb") as raw:
        header = raw.read(32)
    if len(header) < 32 or not header.startswith(b"wvpk"):
        return None
    flags = int.from_bytes(header[24:28], "little")
    if flags & 0x8:
        return None
    depth = ((flags & 3) + 1) * 8 - ((flags >> 13) & 0x1F)
    return depth if depth > 0 else None
