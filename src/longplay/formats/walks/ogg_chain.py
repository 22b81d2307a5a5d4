"""The logical streams of an Ogg file side by side and one behind the other, from its whole pages.

It knows page numbers, first and last pages and granule positions; bytes and checksums are the matter of
`longplay.formats.walks.ogg_pages`.

Source: RFC 3533, section 4 (multiplexing, chaining) and section 6 (page header).
"""

import struct
from typing import Final

from longplay.formats.walks.damage import Findings, Tally, counted
from longplay.formats.walks.ogg_streams import AUDIO, Stream
from longplay.model.findings import FindingCode

STREAMS_LIMIT: Final = 1024
"""Logical streams followed at once, and listed in the facts; a file with more is hostile or broken."""

_NUMBERS: Final = struct.Struct("<5xBqII")
_IS_FIRST, _IS_LAST = 2, 4
_ONES: Final = 0xFFFF_FFFF
_HALF: Final = 1 << 31


class OggChain:
    """The logical streams of a file, from its whole pages in order.

    Attributes:
        links: links of the chain so far.
        listed: streams in the order of their first pages, at most `STREAMS_LIMIT`.
        declared: sample frames of the first audio stream of each link, summed; `None` when one cannot be told.
        unclaimed: damaged pages that no gap in the page numbers has accounted for yet.
        is_damaged_at_end: whether a damaged page follows the last whole one.
    """

    def __init__(self) -> None:
        self.links = 0
        self.listed: list[Stream] = []
        self.declared: int | None = None
        self.unclaimed = 0
        self.is_damaged_at_end = False
        self._open: dict[int, Stream] = {}
        self._ended: set[int] = set()
        self._is_in_first_pages = False
        self._link_has_audio = False
        self._is_untold = False
        self._unended = 0
        self._gaps = Tally()
        self._backwards = Tally()
        self._disorder = Tally()
        self._unfollowed = Tally()

    def add(self, page: bytes, place: int) -> None:
        """Take in the next whole page.

        Args:
            page: its bytes; the checksum is right.
            place: its offset in the file.
        """
        flags, granule, serial, number = _NUMBERS.unpack_from(page)
        self.is_damaged_at_end = False
        if flags & _IS_FIRST:
            stream = self._begin(page, serial, number, place)
        else:
            self._is_in_first_pages = False
            stream = self._open.get(serial) or self._begin_midway(serial, place)
        if stream is None:
            return
        stream.pages += 1
        if number != stream.next_page:
            self._account(stream, number, place)
        elif len(self._open) == 1:
            self.unclaimed = 0
        stream.next_page = (number + 1) & _ONES
        if granule >= 0:
            self._keep_time(stream, page, granule, place)
        if flags & _IS_LAST:
            stream.is_ended = True
            self._retire(stream)

    def _keep_time(self, stream: Stream, page: bytes, granule: int, place: int) -> None:
        if granule < stream.granule:
            self._backwards.add(place)
        stream.granule = granule
        if granule and not stream.is_timed:
            stream.set_start(page, granule)

    def _begin(self, page: bytes, serial: int, number: int, place: int) -> Stream | None:
        if not self._is_in_first_pages:
            self._new_link()
        self._is_in_first_pages = True
        if (former := self._open.get(serial)) is not None:
            self._retire(former)
        stream = self._follow(serial, number, place)
        if stream is not None:
            stream.begin(page[27 + page[26] :])
            if stream.codec in AUDIO and not self._link_has_audio:
                self._link_has_audio = stream.is_counted = True
        return stream

    def _new_link(self) -> None:
        self.links += 1
        self._link_has_audio = False
        self._ended.clear()

    def _begin_midway(self, serial: int, place: int) -> Stream | None:
        """A page of a stream whose first page was not met."""
        if serial in self._ended:
            self._disorder.add(place)
            return None
        if not self.links:
            self._new_link()
        return self._follow(serial, 0, place)

    def _follow(self, serial: int, number: int, place: int) -> Stream | None:
        if len(self._open) >= STREAMS_LIMIT:
            self._unfollowed.add(place)
            return None
        stream = self._open[serial] = Stream(serial, max(0, self.links - 1), number)
        if len(self.listed) < STREAMS_LIMIT:
            self.listed.append(stream)
        return stream

    def _account(self, stream: Stream, number: int, place: int) -> None:
        """A page number that was not expected: pages are missing, or out of order."""
        missing = (number - stream.next_page) & _ONES
        if missing >= _HALF:
            self._disorder.add(place)
            return
        known = min(missing, self.unclaimed)
        self.unclaimed -= known
        if missing > known:
            self._gaps.add(place, amount=missing - known)

    def _retire(self, stream: Stream) -> None:
        del self._open[stream.serial]
        if not stream.is_ended:
            self._unended += 1
        elif len(self._ended) < STREAMS_LIMIT:
            self._ended.add(stream.serial)
        if stream.is_counted:
            declared = stream.declared()
            self._is_untold |= declared is None
            self.declared = None if self._is_untold else (self.declared or 0) + (declared or 0)

    def is_whole(self) -> bool:
        """Whether every stream so far has its last page."""
        return not self._open and not self._unended

    def close(self) -> int:
        """End what is still open; how many streams have no last page that could be read or was damaged."""
        for stream in list(self._open.values()):
            self._retire(stream)
        return max(0, self._unended - 1) if self.is_damaged_at_end else self._unended

    def find(self, found: Findings) -> None:
        """Add what the pages together tell."""
        if self._gaps.count:
            places = counted(self._gaps.count, "place")
            detail = f"{counted(self._gaps.amount, 'page')} missing by number, at {places}"
            found.warn(FindingCode.DATA_LOST, detail, self._gaps.at)
        if self._disorder.count:
            detail = (
                f"{counted(self._disorder.count, 'page')} numbered out of order or after the last of the stream"
            )
            found.warn(FindingCode.STRUCTURE_BROKEN, detail, self._disorder.at)
        if self._backwards.count:
            detail = f"the granule position goes backwards at {counted(self._backwards.count, 'page')}"
            found.warn(FindingCode.STRUCTURE_BROKEN, detail, self._backwards.at)
        if self._unfollowed.count:
            pages = counted(self._unfollowed.count, "page")
            detail = f"more than {STREAMS_LIMIT:,} streams at once: {pages} not followed"
            found.warn(FindingCode.STRUCTURE_BROKEN, detail, self._unfollowed.at)
