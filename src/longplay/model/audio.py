"""What one decode tells about a recording, and what its tags say.

`None` always means: not known, or the format has no such thing.
"""

from dataclasses import dataclass

from longplay.model.units import ByteCount, Hertz, Milliseconds, SampleCount, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """Technical facts, measured by decoding to the end.

    Attributes:
        container: FFmpeg's name of the container format, such as `ogg`.
        codec: FFmpeg's name of the codec, such as `vorbis`.
        rate: samples a second.
        channels: 1 or more.
        samples: sample frames decoded (not what the header declares).
        bit_depth: bits a sample as coded; `None` for lossy codecs.
        decode_errors: packets the decoder rejected.
    """

    container: str
    codec: str
    rate: Hertz
    channels: int
    samples: SampleCount
    bit_depth: int | None
    decode_errors: int

    @property
    def is_lossless(self) -> bool:
        """Whether every sample is kept as it was: only lossless codecs have a bit depth."""
        return self.bit_depth is not None

    @property
    def duration(self) -> Milliseconds:
        """Playing time of what was decoded."""
        return duration(self.samples, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture embedded in a recording: noted, not extracted.

    Attributes:
        mime: media type as stated, perhaps empty.
        kind: ID3v2 APIC picture type number (3 is the front cover).
        size: bytes.
        sha256: digest of the picture's bytes, 64 hex digits.
    """

    mime: str
    kind: int
    size: ByteCount
    sha256: str


Tags = tuple[tuple[str, tuple[str, ...]], ...]
"""Tag names as the container has them, in the order met, each with all its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagFacts:
    """What the tags of a file say.

    Attributes:
        tags: every textual tag, all values.
        pictures: embedded pictures.
        title, artist, album: first value of the usual tag in this container, `None` if absent.
        track: track number, `None` if absent or not a number.
        licences: values of the tags that state a licence or copyright, as (tag name, value).
    """

    tags: Tags = ()
    pictures: tuple[Picture, ...] = ()
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    track: int | None = None
    licences: tuple[tuple[str, str], ...] = ()
