"""Walking an MP4, M4A or QuickTime file while it passes by.

Boxes are held against the file, and the sample tables of the sound tracks against the file and its `mdat`
boxes: a sample that is not there shows, wherever the file was cut. Samples are not looked at. A fragmented
file that is cut between two fragments does not show it.

Sources: ISO/IEC 14496-12, sections 4.2 and 8; Apple, QuickTime File Format.
"""

import struct
from dataclasses import dataclass, replace
from typing import Final

from longplay.errors import MalformedInput
from longplay.formats.walks.chunks import Steps, Walk
from longplay.formats.walks.isobmff_boxes import fourcc
from longplay.formats.walks.isobmff_fragments import Run, read_moof
from longplay.formats.walks.isobmff_movie import Movie, SoundTrack, chapter_cues, read_moov
from longplay.formats.walks.isobmff_tables import Extents, Sizes
from longplay.model.findings import FindingCode
from longplay.model.technical import Embedded, TechnicalFinding
from longplay.model.units import MIB

MOOV_LIMIT: Final = 64 * MIB
"""A longer `moov` box is not read, bytes."""

MOOF_LIMIT: Final = 16 * MIB
"""A longer `moof` box is not read, bytes."""

BOXES_LIMIT: Final = 1 << 18
"""Boxes walked in one file, and runs kept of its fragments: over 7 hours in fragments of 0.1 s."""

NAMES_LIMIT: Final = 100
"""Names of boxes kept of one file."""

_FIRST: Final = frozenset(
    {b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"sidx", b"uuid"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IsobmffFacts:
    """What the structure of an MP4 or QuickTime file says.

    Attributes:
        brand: major brand, four characters; `None` without `ftyp`, as in old QuickTime files.
        tracks: sound tracks, in order; in a fragmented file with what all fragments hold.
        fragments: `moof` boxes.
        boxes: names of the boxes of the file in order, the first 100.
        embedded: chapters as cue points.
        findings: in the order of `FindingCode`.
    """

    brand: str | None
    tracks: tuple[SoundTrack, ...]
    fragments: int
    boxes: tuple[str, ...]
    embedded: Embedded
    findings: tuple[TechnicalFinding, ...]


def matches(head: bytes) -> bool:
    """Whether a file that begins like this is one to walk here."""
    if len(head) < 8 or head[4:8] not in _FIRST:
        return False
    size = int.from_bytes(head[:4], "big")
    return size in {0, 1} or size >= 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    kind: str
    at: int
    body: int
    end: int | None


class IsobmffWalk(Walk[IsobmffFacts]):
    """Walks one MP4 or QuickTime file."""

    def __init__(self) -> None:
        super().__init__()
        self._brand: str | None = None
        self._names: list[str] = []
        self._movie: Movie | None = None
        self._has_moov = False
        self._mdats: list[tuple[int, int]] = []
        self._fragments = 0
        self._runs: list[Run] = []

    def _steps(self) -> Steps[IsobmffFacts]:
        head = yield from self._source.take(16)
        self._source.give_back(head)
        if matches(head):
            yield from self._boxes()
        else:
            self._broken("the file does not begin as an MP4 file", 0)
        size = yield from self._source.rest()
        if matches(head):
            self._judge(size)
        return self._facts_now()

    def _broken(self, detail: str, at: int | None = None) -> None:
        self._found.warn(FindingCode.STRUCTURE_BROKEN, detail, at)

    def _unseen(self, what: str, at: int) -> None:
        detail = f"more than {BOXES_LIMIT} {what}: the rest was not looked at"
        self._found.note(FindingCode.STRUCTURE_BROKEN, detail, at)

    def _boxes(self) -> Steps[None]:
        for _ in range(BOXES_LIMIT):
            header = yield from self._header()
            if header is None:
                return
            if len(self._names) < NAMES_LIMIT:
                self._names.append(header.kind)
            if not (yield from self._body(header)):
                return
        self._unseen("boxes", self._source.at)

    def _header(self) -> Steps[_Header | None]:
        at = self._source.at
        raw = yield from self._source.take(8)
        if len(raw) < 8:
            self._stray(raw, at)
            return None
        size, kind = struct.unpack(">I4s", raw)
        if size == 1:
            wide = yield from self._source.take(8)
            size = int.from_bytes(wide, "big") if len(wide) == 8 else 0
            raw += wide
        if 0 < size < len(raw) or not _is_kind(kind):
            self._source.give_back(raw)
            self._no_box(at)
            return None
        if raw[:3] == b"TAG" and (yield from self._is_last(raw, at)):
            return None
        end = at + size if size else None
        return _Header(kind=kind.decode("latin-1"), at=at, body=self._source.at, end=end)

    def _stray(self, raw: bytes, at: int) -> None:
        """Fewer bytes than a header: three zeros may begin a box that was cut, four may not."""
        if not raw:
            return
        detail = f"{len(raw)} bytes stand where a box should"
        if len(raw) > 3 and not raw[:4].strip(b"\0"):
            self._found.note(FindingCode.FOREIGN_BYTES, detail, at)
        else:
            self._found.warn(FindingCode.TRUNCATED, detail, at + len(raw))

    def _no_box(self, at: int) -> None:
        detail = f"no box begins at byte {at}, where the one before ends"
        if self._has_moov and self._mdats:
            self._found.note(FindingCode.FOREIGN_BYTES, detail, at)
        else:
            self._broken(detail, at)

    def _is_last(self, raw: bytes, at: int) -> Steps[bool]:
        """Whether an ID3v1 tag of 128 bytes ends the file here."""
        ahead = yield from self._source.take(129 - len(raw))
        if len(raw) + len(ahead) != 128:
            self._source.give_back(ahead)
            return False
        self._found.note(FindingCode.FOREIGN_BYTES, "an ID3v1 tag follows the last box", at)
        return True

    def _body(self, header: _Header) -> Steps[bool]:
        """Read or pass over a box; `False` when the file ends in it."""
        if header.end is None:
            data = yield from self._gather(header.kind, MOOV_LIMIT)
            yield from self._source.rest()
        else:
            length = header.end - header.body
            limit = _limit(header.kind)
            data = (yield from self._source.take(length)) if length <= limit else None
            yield from self._source.skip(header.end - self._source.at)
            if data is None and limit:
                detail = f"the `{header.kind}` box was not read: {length} bytes, at most {limit} wanted"
                self._found.note(FindingCode.STRUCTURE_BROKEN, detail, header.at)
        there = self._source.at
        self._has_moov |= header.kind == "moov"
        if header.kind == "mdat":
            self._mdats.append((header.body, there))
        if header.end is not None and there < header.end:
            detail = (
                f"the `{header.kind}` box states {header.end - header.at} bytes, {there - header.at} are there"
            )
            self._found.warn(FindingCode.TRUNCATED, detail, there)
            return False
        if data is not None:
            self._read(header, data)
        return header.end is not None

    def _gather(self, kind: str, limit: int) -> Steps[bytes | None]:
        return (yield from self._source.take(limit)) if kind == "moov" else None

    def _read(self, header: _Header, data: bytes) -> None:
        match header.kind:
            case "ftyp" if self._brand is None:
                self._brand = fourcc(data[:4])
            case "moov" if self._movie is None:
                self._movie = read_moov(memoryview(data))
            case "moof":
                self._read_moof(header, data)

    def _read_moof(self, header: _Header, data: bytes) -> None:
        self._fragments += 1
        if len(self._runs) >= BOXES_LIMIT:
            self._unseen("runs of samples", header.at)
            return
        try:
            runs = read_moof(memoryview(data), header.at, self._movie.defaults if self._movie else {})
        except MalformedInput as malformed:
            self._broken(f"the `moof` box cannot be read: {malformed.reason}", header.at)
            return
        self._runs += runs[: BOXES_LIMIT - len(self._runs)]

    def _judge(self, size: int) -> None:
        if not self._has_moov:
            if FindingCode.TRUNCATED not in self._found:
                self._broken("there is no `moov` box, which says where the samples lie")
            return
        if self._movie is None:
            return
        for problem in self._movie.problems:
            self._broken(f"the `moov` box cannot be read: {problem}")
        for track in self._movie.tracks:
            if track.extents is None:
                continue
            self._place(track.sound.number, track.extents, size)
        self._place_runs(size)

    def _place(self, number: int, extents: Extents, size: int) -> None:
        """Hold where a track's samples should lie against what there is."""
        import numpy as np  # only here: the walk itself needs none of it

        if lost := extents.lost(size):
            detail = f"{lost} of {int(extents.counts.sum())} samples of sound track {number} lie past the end"
            self._found.warn(FindingCode.TRUNCATED, f"{detail} of the file", size)
        inside = np.array(self._mdats, dtype=np.uint64).reshape(-1, 2)
        if outside := extents.outside(inside, size):
            detail = f"{outside} of {len(extents.starts)} chunks of sound track {number} lie in no `mdat` box"
            self._broken(detail)

    def _place_runs(self, size: int) -> None:
        import numpy as np

        numbers = {track.sound.number for track in self._movie.tracks} if self._movie else set()
        runs = [run for run in self._runs if run.track in numbers]
        if runs:
            far = (1 << 62) - 1
            columns = [(min(run.start, far), min(run.length, far), run.samples) for run in runs]
            starts, lengths, counts = np.array(columns, dtype=np.uint64).T
            sizes = Sizes(count=0, each=0)
            self._place(
                runs[0].track, Extents(starts=starts, lengths=lengths, counts=counts, sizes=sizes), size
            )

    def _facts_now(self) -> IsobmffFacts:
        movie = self._movie or Movie(tracks=())
        return IsobmffFacts(
            brand=self._brand,
            tracks=tuple(self._with_fragments(track.sound) for track in movie.tracks),
            fragments=self._fragments,
            boxes=tuple(self._names),
            embedded=Embedded(cues=chapter_cues(movie)),
            findings=self._found.all(),
        )

    def _with_fragments(self, sound: SoundTrack) -> SoundTrack:
        runs = [run for run in self._runs if run.track == sound.number]
        return replace(
            sound,
            ticks=sound.ticks + sum(run.ticks for run in runs),
            packets=sound.packets + sum(run.samples for run in runs),
        )


def _limit(kind: str) -> int:
    """The longest body that is read of a box; 0 where none is."""
    return {"moov": MOOV_LIMIT, "moof": MOOF_LIMIT, "ftyp": 4096}.get(kind, 0)


def _is_kind(raw: bytes) -> bool:
    """Whether these can name a box: printable, with the copyright sign that QuickTime uses."""
    return all(0x20 <= char < 0x7F or char == 0xA9 for char in raw)
