"""A walk over the pages of an Ogg file while it is copied: every page checked, damage found.

It is not a demuxer: packets are not put together and nothing is decoded. Decoders conceal lost and
damaged pages; this walk is what finds them. Every change of bits inside a page is found but for one in
2^32; lost pages are found by their numbers. What it cannot find: a whole logical stream or a whole
link of a chain left out, and damage that was there when the pages were made.

Source: RFC 3533, sections 4 to 6; the CRC has the polynomial 0x04C11DB7, no reflection, start and end 0.
"""

import zlib
from dataclasses import dataclass
from typing import Final

from longplay.formats.walks.damage import Findings, Tally, counted
from longplay.formats.walks.foreign_bytes import LOOK_AHEAD, TAIL, Run, leading_tags, tag_length, tags_at_end
from longplay.formats.walks.ogg_chain import OggChain
from longplay.formats.walks.ogg_streams import LogicalStream
from longplay.formats.walks.window import Window
from longplay.model.findings import FindingCode
from longplay.model.technical import TechnicalFinding
from longplay.model.units import MIB

_CAPTURE: Final = b"OggS"
_HEADER_LENGTH: Final = 27
_WORK: Final = 8
"""Bytes checked for each byte of the file before a damaged page is passed over whole: no more on any input."""
# zlib's CRC has the same polynomial, reflected: on mirrored bytes it gives the mirrored sum of Ogg
_MIRROR: Final = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_ZERO_FIELD: Final = bytes(4)
_ONES: Final = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class OggFacts:
    """What the pages of an Ogg file say.

    Attributes:
        pages: whole pages with the right checksum.
        links: how many files are chained one behind the other; 1 for a usual file, 0 without pages.
        streams: logical streams in the order of their first pages, at most `ogg_chain.STREAMS_LIMIT`.
        declared_samples: sample frames of the first audio stream of each link, summed; `None` when
            there is none or one of them cannot be told.
        findings: one for each code, in the order of `FindingCode`.
    """

    pages: int
    links: int
    streams: tuple[LogicalStream, ...]
    declared_samples: int | None
    findings: tuple[TechnicalFinding, ...]

    @property
    def serials(self) -> tuple[int, ...]:
        """The serial numbers of the streams."""
        return tuple(stream.serial for stream in self.streams)


def matches(head: bytes, suffix: str = "") -> bool:  # noqa: ARG001 - the same question to every walk
    """Whether a file is Ogg.

    Args:
        head: its first 4 KiB, or all of it.
        suffix: the end of its name; not needed, Ogg says what it is.
    """
    at = leading_tags(head)
    return head[at : at + 4] == _CAPTURE


class OggWalk:
    """Feed it the bytes of a file in order, in pieces of any size; then call `finish` once."""

    def __init__(self) -> None:
        self._window = Window()
        self._position = 0
        self._checked = 0
        self._pages = 0
        self._chain = OggChain()
        self._run: Run | None = None
        self._in_damage = False
        self._damaged = Tally()
        self._junk = Tally()
        self._foreign = Tally()
        self._cut: tuple[int, int, int] | None = None

    def update(self, data: bytes | memoryview) -> None:
        """Take in the next bytes of the file, of any number."""
        for window in self._window.over(data):
            want = self._walk(window, is_last=False)
            start = min(self._position - self._window.base, len(window))
            kept = start
            if self._run is not None:
                self._run.take(window, self._window.base, self._position)
                kept = max(0, start - TAIL)
            self._window.keep(window, kept, start - kept + want)

    def finish(self) -> OggFacts:
        """What was met, when all bytes have been fed."""
        window = self._window.rest()
        end = self._window.base + len(window)
        self._walk(window, is_last=True)
        if self._run is not None:
            self._close_tail(self._run, window[-TAIL:], end)
        unended = self._chain.close()
        return OggFacts(
            pages=self._pages,
            links=self._chain.links,
            streams=tuple(stream.facts() for stream in self._chain.listed),
            declared_samples=self._chain.declared,
            findings=self._findings(unended, end),
        )

    def _walk(self, window: bytes, *, is_last: bool) -> int:
        """Go as far as whole pages reach; how many bytes from there on are wanted."""
        base, size = self._window.base, len(window)
        at = self._position - base
        want = 1
        while at < size:
            capture = window[at : at + 4]
            if len(capture) < 4 and not is_last:
                want = 4
                break
            if capture != _CAPTURE and not (is_last and _CAPTURE.startswith(capture)):
                moved = self._to_capture(window, at, is_last=is_last)
                if moved < 0:
                    at, want = ~moved, LOOK_AHEAD
                    break
                at = moved
                continue
            if self._run is not None:
                self._close_run(self._run, window, at)
            length = _page_length(window, at)
            if at + length > size:
                if not is_last:
                    want = length
                    break
                at = self._cut_short(window, at, length)
                continue
            at = self._check(window, at, at + length)
        self._position = base + at
        return want

    def _check(self, window: bytes, at: int, stop: int) -> int:
        """Take the page in, or count it as damaged; where to go on."""
        place = self._window.base + at
        page = window[at:stop]
        mirrored = page.translate(_MIRROR)
        summed = zlib.crc32(mirrored[26:], zlib.crc32(mirrored[:22] + _ZERO_FIELD, _ONES)) ^ _ONES
        self._checked += len(page)
        if summed == int.from_bytes(mirrored[22:26], "big"):
            self._accept(page, place)
            return stop
        self._refuse(place)
        return stop if self._checked > _WORK * (place + len(page)) + MIB else at + 4

    def _accept(self, page: bytes, place: int) -> None:
        if self._cut is not None:
            # not the end of the file, but a page that states a wrong length
            self._refuse(self._cut[0])
            self._cut = None
        self._in_damage = False
        self._pages += 1
        self._chain.add(page, place)

    def _refuse(self, place: int) -> None:
        self._in_damage = True
        self._damaged.add(place)
        self._chain.unclaimed += 1
        self._chain.is_damaged_at_end = True

    def _cut_short(self, window: bytes, at: int, length: int) -> int:
        """A page reaches past the end of the file: true, or its length is damaged and others follow."""
        if self._cut is None:
            self._cut = (self._window.base + at, len(window) - at, length)
        self._in_damage = True
        following = window.find(_CAPTURE, at + 1)
        return following if following >= 0 else len(window)

    def _to_capture(self, window: bytes, at: int, *, is_last: bool) -> int:
        """Where the next page may begin, or `~` of the place up to which there is none."""
        place = self._window.base + at
        if not self._pages and self._run is None and not self._in_damage:
            if len(window) - at < LOOK_AHEAD and not is_last:
                return ~at
            if length := tag_length(window, at):
                self._foreign.add(place, amount=length)
                return at + length
        if self._run is None and not self._in_damage:
            self._run = Run(place)
        following = window.find(_CAPTURE, at)
        if following < 0:
            return len(window) if is_last else ~max(at, len(window) - 3)
        return following

    def _close_run(self, run: Run, window: bytes, stop: int) -> None:
        """Bytes that are no page end where one may begin."""
        run.take(window, self._window.base, self._window.base + stop)
        tally = self._foreign if run.is_tag() else self._junk
        tally.add(run.start, amount=run.length)
        self._run = None

    def _close_tail(self, run: Run, tail: bytes, end: int) -> None:
        """Bytes that are no page end with the file."""
        run.take(tail, end - len(tail), end)
        rest = max(0, run.length - tags_at_end(tail))
        padded = run.is_silent(rest) and self._chain.is_whole()
        if not rest or run.is_tag() or padded:
            self._foreign.add(run.start, amount=run.length)
        else:
            self._junk.add(run.start, amount=rest)

    def _findings(self, unended: int, end: int) -> tuple[TechnicalFinding, ...]:
        found = Findings()
        if not self._pages:
            found.warn(FindingCode.STRUCTURE_BROKEN, "there is no whole page: an Ogg file has some", 0)
        if self._damaged.count:
            detail = f"{counted(self._damaged.count, 'page')} of another checksum than stated"
            found.warn(FindingCode.CHECKSUM_DIFFERS, detail, self._damaged.at)
        if self._junk.count:
            detail = f"{counted(self._junk.amount, 'byte')} between pages belong to none"
            found.warn(FindingCode.DATA_LOST, detail, self._junk.at)
        self._find_end(found, unended, end)
        self._chain.find(found)
        if self._foreign.count:
            detail = f"{counted(self._foreign.amount, 'byte')} of tags or padding that are not Ogg"
            found.note(FindingCode.FOREIGN_BYTES, detail, self._foreign.at)
        return found.in_order()

    def _find_end(self, found: Findings, unended: int, end: int) -> None:
        if self._cut is not None:
            place, there, wanted = self._cut
            detail = f"the file ends in a page: {there:,} bytes of one that has {wanted:,} or more"
            found.warn(FindingCode.TRUNCATED, detail, place)
        elif unended:
            detail = f"{counted(unended, 'stream')} without a last page: cut off between pages"
            found.warn(FindingCode.TRUNCATED, detail, end)


def _page_length(window: bytes, at: int) -> int:
    """Bytes of the page at `at`; where its header is not whole, the bytes needed to know more."""
    size = len(window) - at
    if size < _HEADER_LENGTH:
        return _HEADER_LENGTH
    header = _HEADER_LENGTH + window[at + 26]
    if size < header:
        return header
    return header + sum(window[at + _HEADER_LENGTH : at + header])
