"""Decoding a file to the end, once: whether it is audio, and what it is.

Only demuxers of single files are let in: a playlist or manifest could make the decoder open other files or
addresses. FFmpeg conceals damage; what it does report is counted.

Source: FFmpeg through PyAV; RFC 9639 (FLAC), section 8.2, for the sample size in STREAMINFO.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from longplay.model.audio import AudioFacts
from longplay.model.findings import FindingCode
from longplay.model.units import Hertz, SampleCount

if TYPE_CHECKING:
    from av import AudioStream
    from av.container import InputContainer

FORMATS: Final = (
    "aa,aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,gsm,iff,loas,matroska,webm,mlp,mov,mp4,"
    "m4a,3gp,3g2,mj2,mp3,mpc,mpc8,mpeg,mpegts,nut,ogg,oma,qcp,rm,shn,sln,sox,spdif,tak,truehd,tta,voc,w64,wav,"
    "wsd,wv,xwma"
)
"""FFmpeg demuxers that read one file and nothing else."""

_DECLARING: Final = {"flac", "wav", "aiff", "mov,mp4,m4a,3gp,3g2,mj2", "w64", "caf", "ape", "wv", "tta"}
"""Containers whose declared length is exact."""

TOLERANCE_S: Final = 0.1
"""A decoded length may be this much shorter than the declared one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Why a file is no recording.

    Attributes:
        code: `NOT_AUDIO` or `NO_SAMPLES`.
        detail: one sentence.
    """

    code: FindingCode
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What one decode told.

    Attributes:
        facts: measured.
        declared_s: length the container declares, seconds; `None` where it declares none or guesses.
        metadata: what the demuxer read of tags, first values only.
    """

    facts: AudioFacts
    declared_s: float | None
    metadata: tuple[tuple[str, str], ...]

    @property
    def is_short(self) -> bool:
        """Whether less was decoded than was declared."""
        decoded_s = self.facts.samples / self.facts.rate
        return self.declared_s is not None and decoded_s < self.declared_s - TOLERANCE_S


def decode(path: Path) -> Decoded | Unfit:
    """Decode the first audio stream of a file to its end, single-threaded, in bounded memory.

    Args:
        path: a local file; its suffix helps FFmpeg to guess.

    Raises:
        OSError: the file could not be read (not: its content could not be decoded).
    """
    import av

    av.logging.set_level(av.logging.PANIC)
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    try:
        with av.open(f"file:{path}", container_options=options, metadata_errors="replace") as container:
            return _decode_container(container)
    except (FileNotFoundError, PermissionError):
        raise
    except (av.FFmpegError, ValueError, OverflowError) as exc:
        return Unfit(code=FindingCode.NOT_AUDIO, detail=f"no decoder takes it: {_reason(exc)}")


def _reason(exc: Exception) -> str:
    return str(getattr(exc, "strerror", None) or exc).split(":")[0][:200]


def _decode_container(container: "InputContainer") -> Decoded | Unfit:
    if not container.streams.audio:
        return Unfit(code=FindingCode.NOT_AUDIO, detail=f"{container.format.name} without an audio stream")
    stream = container.streams.audio[0]
    if getattr(stream, "codec_context", None) is None:
        return Unfit(code=FindingCode.NOT_AUDIO, detail=f"{container.format.name}: no decoder for its codec")
    stream.codec_context.thread_count = 1
    samples, rate, channels, errors = _run(container, stream)
    if not samples or not rate:
        return Unfit(
            code=FindingCode.NO_SAMPLES,
            detail=f"{container.format.name}/{stream.codec_context.name}: not one sample could be decoded",
        )
    facts = AudioFacts(
        container=container.format.name.split(",")[0],
        codec=stream.codec_context.name,
        rate=Hertz(rate),
        channels=channels,
        samples=SampleCount(samples),
        bit_depth=_bit_depth(stream),
        decode_errors=errors,
    )
    return Decoded(facts=facts, declared_s=_declared(container, stream), metadata=_metadata(container, stream))


def _run(container: "InputContainer", stream: "AudioStream") -> tuple[int, int, int, int]:
    """Decode everything: (sample frames, rate and channels of the first frame, packets rejected)."""
    import av

    samples = rate = channels = errors = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return samples, rate, channels, errors
            frames = packet.decode()
        except av.EOFError:
            return samples, rate, channels, errors
        except (av.FFmpegError, ValueError):
            errors += 1
            if errors > _ERRORS_LIMIT and not samples:
                return samples, rate, channels, errors
            continue
        for frame in frames:
            samples += frame.samples
            rate = rate or frame.sample_rate
            channels = channels or frame.layout.nb_channels


_ERRORS_LIMIT: Final = 1_000
"""So many rejected packets without a single sample, and it is no audio."""


def _bit_depth(stream: "AudioStream") -> int | None:
    codec = stream.codec_context
    pcm = re.fullmatch(r"pcm_[suf](\d+)(?:le|be)?", codec.name)
    if pcm is not None:
        return int(pcm[1])
    extra = codec.extradata or b""
    if codec.name == "flac" and len(extra) >= 14:
        return (((extra[12] & 1) << 4) | (extra[13] >> 4)) + 1
    return None


def _declared(container: "InputContainer", stream: "AudioStream") -> float | None:
    if container.format.name not in _DECLARING or not stream.duration or stream.time_base is None:
        return None
    return float(stream.duration * stream.time_base)


def _metadata(container: "InputContainer", stream: "AudioStream") -> tuple[tuple[str, str], ...]:
    joined = {**container.metadata, **stream.metadata}
    return tuple((str(name), str(value)) for name, value in joined.items())
