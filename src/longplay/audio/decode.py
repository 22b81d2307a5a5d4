"""Decoding a file to the end, once: whether it is audio, what it is, and its samples to whoever measures them.

Only demuxers of single files are let in: a playlist or manifest could make the decoder open other files or
addresses. FFmpeg conceals damage; what it does report is counted.

Source: FFmpeg through PyAV.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from longplay.audio.blocks import Block, Consumer, Gatherer
from longplay.audio.continuity import Timeline, ends_with_its_checksum
from longplay.audio.depth import coded_depth, is_floating, streaminfo_of
from longplay.audio.layouts import use_safe_layout
from longplay.audio.pcm import ABSENT
from longplay.model.audio import AudioFacts
from longplay.model.findings import FindingCode
from longplay.model.units import Hertz, SampleCount

if TYPE_CHECKING:  # PyAV is slow to import
    from av import AudioFrame, AudioStream, Packet
    from av.container import InputContainer

FORMATS: Final = (
    "aa,aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,gsm,iff,loas,matroska,webm,mlp,mov,mp4,"
    "m4a,3gp,3g2,mj2,mp3,mpc,mpc8,mpeg,mpegts,nut,ogg,oma,qcp,rm,shn,sln,sox,spdif,tak,truehd,tta,voc,w64,wav,"
    "wsd,wv,xwma"
)
"""FFmpeg demuxers that read one file and nothing else."""

_DECLARING: Final = {"flac", "wav", "aiff", "mov,mp4,m4a,3gp,3g2,mj2", "w64", "caf", "ape", "wv", "tta"}
"""Containers whose declared length is exact."""


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
class Form:
    """What is known of a stream before its first block is handed out.

    Attributes:
        codec: FFmpeg's name.
        rate, channels: of the first frame.
        bit_depth: bits a sample as coded; `None` for lossy codecs.
        is_floating: whether the samples are coded as floating point.
        stated_md5: the MD5 of the samples that a FLAC stream states, 32 hex digits; `None` for other codecs.
    """

    codec: str
    rate: int
    channels: int
    bit_depth: int | None
    is_floating: bool
    stated_md5: str | None


Audience = Callable[[Form], Sequence[Consumer]]
"""Says, once the first frame is decoded, who wants the samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What one decode told.

    Attributes:
        facts: measured.
        form: of the first frame.
        bit_rate: of the audio packets over the decoded length, bits a second.
        declared_s: length the container declares, seconds; `None` where it declares none or guesses.
        streams: audio streams in the file; the first, or the one marked as default, was decoded.
        changes: how often rate or layout changed on the way.
        leaps: frames whose time stamp is not the end of the one before, where frames are numbered.
        first_leap_s: where the first of them should begin, seconds; `None` without.
        is_followed: whether bytes that are no sound follow the last frame of a FLAC file.
        metadata: what the demuxer read of tags, first values only.
    """

    facts: AudioFacts
    form: Form
    bit_rate: int
    declared_s: float | None
    streams: int
    changes: int
    leaps: int
    first_leap_s: float | None
    is_followed: bool
    metadata: tuple[tuple[str, str], ...]


def nobody(_form: Form) -> Sequence[Consumer]:
    """An audience of nobody."""
    return ()


def decode(path: Path, audience: Audience = nobody) -> Decoded | Unfit:
    """Decode the best audio stream of a file to its end, single-threaded, in bounded memory.

    Args:
        path: a local file; its suffix helps FFmpeg to guess.
        audience: who takes the samples on the way.

    Raises:
        OSError: the file could not be read (not: its content could not be decoded).
    """
    import av

    av.logging.set_level(av.logging.PANIC)
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    try:
        with av.open(f"file:{path}", container_options=options, metadata_errors="replace") as container:
            return _decode_container(container, path, audience)
    except (FileNotFoundError, PermissionError):
        raise
    except (av.FFmpegError, ValueError, OverflowError) as exc:
        return Unfit(code=FindingCode.NOT_AUDIO, detail=f"no decoder takes it: {_reason(exc)}")


def _reason(exc: Exception) -> str:
    return str(getattr(exc, "strerror", None) or exc).split(":")[0][:200]


def _decode_container(container: "InputContainer", path: Path, audience: Audience) -> Decoded | Unfit:
    import av

    stream = container.streams.best("audio")
    if not isinstance(stream, av.AudioStream):
        return Unfit(code=FindingCode.NOT_AUDIO, detail=f"{container.format.name} without an audio stream")
    if getattr(stream, "codec_context", None) is None:
        return Unfit(code=FindingCode.NOT_AUDIO, detail=f"{container.format.name}: no decoder for its codec")
    run = _Run(stream, path, audience, Timeline(container.format.name))
    run.all_of(container)
    if run.form is None:
        return Unfit(
            code=FindingCode.NO_SAMPLES,
            detail=f"{container.format.name}/{stream.codec_context.name}: not one sample could be decoded",
        )
    facts = AudioFacts(
        container=container.format.name.split(",")[0],
        codec=run.form.codec,
        rate=Hertz(run.form.rate),
        channels=run.form.channels,
        samples=SampleCount(run.samples),
        bit_depth=run.form.bit_depth,
        decode_errors=run.errors,
    )
    return Decoded(
        facts=facts,
        form=run.form,
        bit_rate=run.octets * 8 * run.form.rate // run.samples,
        declared_s=_declared(container, stream),
        streams=len(container.streams.audio),
        changes=run.gatherer.changes,
        leaps=run.timeline.leaps,
        first_leap_s=run.timeline.first_leap_s,
        is_followed=container.format.name == "flac" and run.is_followed(),
        metadata=_metadata(container, stream),
    )


class _Run:
    """One decode while it runs."""

    def __init__(self, stream: "AudioStream", path: Path, audience: Audience, timeline: Timeline) -> None:
        self.samples = self.errors = self.octets = 0
        self.form: Form | None = None
        self.gatherer = Gatherer()
        self.timeline = timeline
        self._last: Packet[AudioStream] | None = None
        self._stream = stream
        self._path = path
        self._audience = audience
        self._consumers: Sequence[Consumer] = ()
        context = stream.codec_context
        context.thread_count = 1
        use_safe_layout(context)
        self._stated_md5 = streaminfo_of(context.name, context.extradata)
        if self._stated_md5 == ABSENT or context.name in _CHECKED:
            # nothing else will tell of damage: frames whose CRC fails are rejected instead of passed on
            context.options = {**context.options, "err_detect": "crccheck+explode"}
        if context.name == "alac" and stream.container.format.name == "caf":
            # FFmpeg 8 would cut the last frame, which states its length, by what the container says it lacks
            context.options = {**context.options, "flags2": "+skip_manual"}

    def all_of(self, container: "InputContainer") -> None:
        """Decode every packet and hand out every block."""
        import av

        packets = container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    break
                frames = packet.decode()
            except av.EOFError:
                break
            except (av.FFmpegError, ValueError):
                self.errors += 1
                if self.errors > _ERRORS_LIMIT and not self.samples:
                    return
                continue
            self.octets += packet.size
            if packet.size:
                self._last = packet
            for frame in frames:
                self._take(frame)
        self._hand_out(self.gatherer.flush())

    def _take(self, frame: "AudioFrame") -> None:
        if not frame.samples:
            return
        if frame.sample_rate > RATE_LIMIT:
            self.errors += 1
            return
        if self.form is None:
            self.form = self._form_of(frame)
            self._consumers = self._audience(self.form)
        self.samples += frame.samples
        if self.timeline.is_kept:
            self.timeline.take(frame)
        blocks = self.gatherer.push(frame)
        if blocks:
            self._hand_out(blocks)

    def _hand_out(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            for consumer in self._consumers:
                consumer.take(block)

    def is_followed(self) -> bool:
        """Whether bytes follow the last FLAC frame; `False` where that cannot be told for damage."""
        return self._last is not None and not self.errors and not ends_with_its_checksum(bytes(self._last))

    def _form_of(self, frame: "AudioFrame") -> Form:
        context = self._stream.codec_context
        return Form(
            codec=context.name,
            rate=frame.sample_rate,
            channels=frame.layout.nb_channels,
            bit_depth=coded_depth(context.name, context.extradata, frame.format.name, self._path),
            is_floating=is_floating(context.name, frame.format.name),
            stated_md5=self._stated_md5,
        )


_CHECKED: Final = frozenset({"wavpack", "tta"})
"""Codecs with a checksum in each frame or block that FFmpeg compares only when asked to."""

_ERRORS_LIMIT: Final = 1_000
"""So many rejected packets without a single sample, and it is no audio."""

RATE_LIMIT: Final = 10_000_000
"""What claims a higher rate is rejected: resampling it fills the memory. The fastest DSD comes as 2.8 MHz."""


def _declared(container: "InputContainer", stream: "AudioStream") -> float | None:
    if container.format.name == "matroska,webm":
        # with a duration of the stream itself, FFmpeg guessed both from the bit rate
        is_stated = len(container.streams) == 1 and stream.duration is None and container.duration
        return container.duration / 1_000_000 if is_stated and container.duration else None
    if container.format.name not in _DECLARING or not stream.duration or stream.time_base is None:
        return None
    return float(stream.duration * stream.time_base)


def _metadata(container: "InputContainer", stream: "AudioStream") -> tuple[tuple[str, str], ...]:
    joined = {**container.metadata, **stream.metadata}
    return tuple((str(name), str(value)) for name, value in joined.items())
