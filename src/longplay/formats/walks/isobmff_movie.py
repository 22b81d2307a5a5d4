"""The `moov` box of an MP4 or QuickTime file in memory: its sound tracks, edits and chapters.

Sources: ISO/IEC 14496-12, sections 8.1 to 8.8 and 12.2; Apple, QuickTime File Format, Sound Sample
Descriptions; `chpl` as Nero writes it.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from longplay.errors import MalformedInput
from longplay.formats.walks.chunks import text_of
from longplay.formats.walks.isobmff_boxes import boxes, child, fourcc, numbers, wanted
from longplay.formats.walks.isobmff_tables import Extents, read_extents, read_times
from longplay.model.technical import CuePoint
from longplay.model.units import Hertz, SampleCount

_EDITS_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTrack:
    """A sound track, as its boxes state it.

    Attributes:
        number: track ID.
        codec: four characters of its first sample description, such as `mp4a`, `alac`, `fLaC` or `Opus`.
        channels: as stated there; AAC may have others.
        rate: samples a second as stated there; `None` where it says 0.
        packets: samples as the container counts them: packets of a codec, single samples of PCM.
        timescale: ticks a second; for sound mostly its rate.
        ticks: playing time of all samples, before edits.
        delay: ticks before the first edit begins, such as an encoder's priming.
        presented: ticks that the edits present; `None` without edits.
    """

    number: int
    codec: str
    channels: int
    rate: Hertz | None
    packets: int
    timescale: int
    ticks: int
    delay: int = 0
    presented: int | None = None

    @property
    def declared_samples(self) -> SampleCount:
        """Sample frames before edits, at `rate` or else one a tick."""
        return SampleCount(self.ticks * (self.rate or self.timescale) // self.timescale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A sound track and where it lies.

    Attributes:
        sound: what it is.
        extents: where its samples lie; `None` when that cannot be read.
        problem: what cannot be read of it, one sentence.
    """

    sound: SoundTrack
    extents: Extents | None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie:
    """What `moov` says.

    Attributes:
        tracks: sound tracks, in order.
        defaults: duration and size of a sample in fragments by track ID, from `trex`.
        chapters: start in units of 100 ns and title.
        problems: what could not be read, one sentence each.
    """

    tracks: tuple[Track, ...]
    defaults: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    chapters: tuple[tuple[int, str | None], ...] = ()
    problems: tuple[str, ...] = ()


def read_moov(data: memoryview) -> Movie:
    """The sound tracks of a `moov` box without its header. What cannot be read is told, not raised."""
    tracks: list[Track] = []
    problems: list[str] = []
    defaults: dict[int, tuple[int, int]] = {}
    chapters: tuple[tuple[int, str | None], ...] = ()
    timescale = 0
    children = boxes(data)
    while True:
        try:
            box = next(children, None)
            if box is None:
                break
            match box.kind:
                case "mvhd":
                    timescale = _times(box.body, "mvhd")[0]
                case "trak" if (track := _read_trak(box.body, timescale)) is not None:
                    tracks.append(track)
                    problems += [track.problem] if track.problem else []
                case "mvex":
                    defaults = dict(_defaults(box.body))
                case "udta":
                    chapters = chapters or _chapters(box.body)
        except MalformedInput as malformed:
            problems.append(malformed.reason)
    return Movie(tracks=tuple(tracks), defaults=defaults, chapters=chapters, problems=tuple(problems[:10]))


def _times(data: memoryview, kind: str) -> tuple[int, int]:
    """Timescale and duration of `mvhd` or `mdhd`."""
    (version,) = numbers(">B", data, 0, kind)
    timescale, duration = numbers(*((">IQ", data, 20) if version == 1 else (">II", data, 12)), kind)
    return timescale, duration


def _read_trak(data: memoryview, movie_timescale: int) -> Track | None:
    """A track; `None` when it is not sound."""
    handler = child(data, "mdia", "hdlr")
    if handler is None or bytes(handler[8:12]) != b"soun":
        return None
    header = wanted(data, "tkhd")
    (version,) = numbers(">B", header, 0, "tkhd")
    (number,) = numbers(">I", header, 20 if version == 1 else 12, "tkhd")
    timescale, _ = _times(wanted(data, "mdia", "mdhd"), "mdhd")
    if not timescale:
        raise MalformedInput("MP4", f"sound track {number} has 0 ticks a second")
    tables = wanted(data, "mdia", "minf", "stbl")
    description = wanted(tables, "stsd")
    codec, channels, rate = _description(description)
    samples, ticks = read_times(wanted(tables, "stts"))
    delay, presented = _edits(child(data, "edts", "elst"), timescale, movie_timescale)
    sound = SoundTrack(
        number=number,
        codec=codec,
        channels=channels,
        rate=Hertz(rate) if rate else None,
        packets=samples,
        timescale=timescale,
        ticks=ticks,
        delay=delay,
        presented=presented,
    )
    return _placed(sound, tables, description)


def _placed(sound: SoundTrack, tables: memoryview, description: memoryview) -> Track:
    try:
        extents = read_extents(tables, description)
    except MalformedInput as malformed:
        return Track(sound=sound, extents=None, problem=malformed.reason)
    problem = None
    if sound.packets != (count := extents.sizes.count):
        problem = f"sound track {sound.number} has times of {sound.packets} samples, sizes of {count}"
    return Track(sound=sound, extents=extents, problem=problem)


def _description(data: memoryview) -> tuple[str, int, int]:
    """Codec, channels and rate of the first sample description. Source: ISO/IEC 14496-12, 12.2.3."""
    if len(data) < 16 or not numbers(">I", data, 4, "stsd")[0]:
        raise MalformedInput("MP4", "the `stsd` box describes no samples")
    codec = fourcc(bytes(data[12:16]))
    entry = data[16:]
    version, channels, rate = numbers(">8xH6xH6xI", entry, 0, "stsd")
    if version == 2:
        exact, channels = numbers(">dI", entry, 32, "stsd")
        return codec, channels, int(exact) if 0 < exact < 2**40 else 0
    return codec, channels, rate >> 16


def _edits(data: memoryview | None, timescale: int, movie_timescale: int) -> tuple[int, int | None]:
    """Delay and presented ticks of `elst`. Source: ISO/IEC 14496-12, 8.6.6."""
    if data is None or not movie_timescale:
        return 0, None
    version, count = numbers(">B3xI", data, 0, "elst")
    form = struct.Struct(">Qq4x" if version == 1 else ">Ii4x")
    whole = (len(data) - 8) // form.size * form.size
    edits = list(islice(form.iter_unpack(data[8 : 8 + whole]), min(count, _EDITS_LIMIT)))
    played = [(length, start) for length, start in edits if start >= 0]
    if not played:
        return 0, None
    return played[0][1], sum(length for length, _ in played) * timescale // movie_timescale


def _defaults(data: memoryview) -> Iterator[tuple[int, tuple[int, int]]]:
    for box in boxes(data):
        if box.kind == "trex":
            number, length, size = numbers(">4xI4xII", box.body, 0, "trex")
            yield number, (length, size)


def _chapters(data: memoryview) -> tuple[tuple[int, str | None], ...]:
    """Chapters of `chpl` in user data; as far as they can be read."""
    try:
        box = child(data, "chpl")
        if box is None:
            return ()
        (version,) = numbers(">B", box, 0, "chpl")
        (count,) = numbers(">B", box, 8 if version == 1 else 4, "chpl")
    except MalformedInput:
        return ()
    at = 9 if version == 1 else 5
    chapters: list[tuple[int, str | None]] = []
    while len(chapters) < count and at + 9 <= len(box):
        start, length = struct.unpack_from(">QB", box, at)
        chapters.append((start, text_of(bytes(box[at + 9 : at + 9 + length]))))
        at += 9 + length
    return tuple(chapters)


def chapter_cues(movie: Movie) -> tuple[CuePoint, ...]:
    """The chapters in sample frames of the first sound track."""
    if not movie.tracks:
        return ()
    sound = movie.tracks[0].sound
    rate = sound.rate or sound.timescale
    return tuple(
        CuePoint(position=SampleCount(start * rate // 10_000_000), label=title)
        for start, title in movie.chapters
    )
