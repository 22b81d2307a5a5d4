"""Following frames that come one after the other, each with its length in its header, through any bytes.

It is the part that MPEG audio and ADTS share: finding the first frame, passing over tags, noticing where
the chain breaks and finding it again. What a frame is, a `Framing` knows.

A place counts as a frame only if others follow it: three alike in a row, or fewer up to a tag or the end
of the file. So bytes that merely look like a header are hardly ever taken for one.
"""

import re
from typing import Final, Protocol

from longplay.formats.walks.damage import Findings, Tally, counted
from longplay.formats.walks.foreign_bytes import LOOK_AHEAD, TAG_PATTERN, TAIL, Run, tag_length, tags_at_end
from longplay.formats.walks.window import Window
from longplay.model.findings import FindingCode

FOLLOWERS: Final = 2
"""Frames that must follow a place before it is believed to be one."""

_PAD: Final = bytes(LOOK_AHEAD)
_MORE: Final = 512
_LYRICS: Final = b"LYRICSBEGIN"


class Framing(Protocol):
    """What one kind of frame looks like, and what becomes of each.

    `size` is how many bytes of a window are bytes of the file; the last window has `LOOK_AHEAD` zeros more,
    so that headers can be read up to its end.
    """

    pattern: bytes
    """What a header begins with, as a regular expression."""

    is_begun: bool
    """Whether a frame was taken in."""

    header: int
    """Bytes of a header."""

    last: int
    """Offset in the file of the last frame taken in."""

    end: int
    """Offset in the file of the end of that frame."""

    def length_at(self, window: bytes, at: int) -> int:
        """Bytes of the frame at `at`, if it is one of the stream that is followed; else 0."""

    def guess_at(self, window: bytes, at: int, size: int, *, is_last: bool) -> int:
        """Bytes of the frame at `at` of whatever stream; 0 if it is none, -1 when more bytes would tell."""

    def is_certain(self, window: bytes, at: int) -> bool:
        """Whether the frame at `at` is marked so that no other need follow it to be believed."""

    def is_torn(self, head: bytes) -> bool:
        """Whether bytes before the first frame, of which these are the first, were a frame once."""

    def are_alike(self, window: bytes, one: int, other: int) -> bool:
        """Whether two places have headers of one stream."""

    def lock(self, window: bytes, at: int, length: int) -> bool:
        """Follow the stream of the frame at `at` from now on; whether it differs from the one before."""

    def take(self, window: bytes, at: int, size: int, base: int) -> int:
        """Take in all whole frames that follow one another from `at`; where they stop."""

    def note_break(self) -> None:
        """Frames may be missing between the last one and the next."""

    def note_window(self, window: bytes, size: int, base: int) -> None:
        """The walk is done with this window; it may come again in part with the next one."""


class FrameStream:
    """The bytes of a file in order, followed frame by frame.

    Attributes:
        lost: places where the chain of frames breaks; `amount` is bytes that belong to no frame.
        foreign: tags and padding; `amount` is their bytes.
        changes: places where a stream of other parameters begins.
        cut: the last frame or tag, if it is not whole: its offset, bytes there, bytes wanted.
        size: bytes of the file, after `finish`.
    """

    def __init__(self, framing: Framing) -> None:
        self.lost = Tally()
        self.foreign = Tally()
        self.changes = Tally()
        self.cut: tuple[int, int, int] | None = None
        self.size = 0
        self._framing = framing
        self._pattern = re.compile(framing.pattern + b"|" + TAG_PATTERN, re.DOTALL)
        self._window = Window()
        self._position = 0
        self._want = 1
        self._run: Run | None = Run(0)
        self._last_tag = (0, 0)

    def update(self, data: bytes | memoryview) -> None:
        """Take in the next bytes of the file, of any number."""
        for window in self._window.over(data):
            size = len(window)
            self._walk(window, size, is_last=False)
            start = min(self._position - self._window.base, size)
            kept = self._kept_from(start, size)
            self._window.keep(window, kept, start - kept + self._want)

    def _kept_from(self, start: int, size: int) -> int:
        """Where in the window begins what may be looked at again."""
        if self._run is not None:
            return max(0, min(start, size - TAIL))
        if self._framing.end == self._position:
            return self._framing.last - self._window.base
        return start

    def finish(self) -> None:
        """All bytes have been fed."""
        window = self._window.rest()
        self.size = self._window.base + len(window)
        self._walk(window + _PAD, len(window), is_last=True)
        tail = window[-TAIL:]
        if self._position > self.size:
            start, length = self._last_tag
            self.cut = (start, self.size - start, length)
            self.foreign.amount -= self._position - self.size
        elif self._run is not None:
            self._close_tail(tail)

    def _walk(self, window: bytes, size: int, *, is_last: bool) -> None:
        base = self._window.base
        at = self._position - base
        self._want = 1
        while at < size:
            step = self._follow if self._run is None else self._search
            moved = step(window, at, size, is_last=is_last)
            at = moved if moved >= 0 else ~moved
            if moved < 0:
                break
        self._position = base + at
        if self._run is not None:
            self._run.take(window, base, min(self._position, base + size))
        self._framing.note_window(window, size, base)

    def _wait(self, at: int, want: int) -> int:
        self._want = want
        return ~at

    def _follow(self, window: bytes, at: int, size: int, *, is_last: bool) -> int:
        """Go along the chain of frames; where to go on, or `~` of the place where more bytes are wanted."""
        framing, base = self._framing, self._window.base
        at = framing.take(window, at, size, base)
        if at >= size:
            return at
        if not is_last and size - at < LOOK_AHEAD:
            return self._wait(at, LOOK_AHEAD)
        if length := framing.length_at(window, at):
            if not is_last:
                return self._wait(at, max(length, LOOK_AHEAD))
            return self._cut_short(at, size, length)
        if length := tag_length(window, at):
            return self._pass_tag(at, length)
        held = self._held(window, at, size, is_last=is_last)
        if held < 0:
            return self._wait(at, size - at + _MORE)
        if held:
            self._lock(window, at, held)
            return at
        self._run = Run(base + at)
        # the frame before may be shorter than it states: the next one is looked for inside it too
        return framing.last - base + framing.header if framing.end == base + at else at

    def _search(self, window: bytes, at: int, size: int, *, is_last: bool) -> int:
        """Look for the next frame or tag; returns as `_follow` does."""
        match = self._pattern.search(window, at, size)
        if match is None:
            return size if is_last else self._wait(max(at, size - LOOK_AHEAD), LOOK_AHEAD + 1)
        at = match.start()
        if not is_last and size - at < LOOK_AHEAD:
            return self._wait(at, LOOK_AHEAD)
        if length := tag_length(window, at):
            self._close_run(window, at, is_tag=True)
            at = self._pass_tag(at, length)
            self._run = Run(self._window.base + at)
            return at
        if window.startswith(_LYRICS, at):
            self._close_run(window, at, is_tag=True)
            self._run = Run(self._window.base + at)
            return at + 1
        held = self._held(window, at, size, is_last=is_last)
        if held < 0:
            return self._wait(at, size - at + _MORE)
        if not held:
            return at + 1
        self._close_run(window, at, is_tag=False)
        self._lock(window, at, held)
        return at

    def _held(self, window: bytes, at: int, size: int, *, is_last: bool) -> int:
        """Bytes of the frame at `at` if others follow it, 0 if it is none, -1 when more bytes would tell."""
        framing = self._framing
        first, length = at, 0
        for count in range(FOLLOWERS + 1):
            if at >= size or (not is_last and size - at < LOOK_AHEAD):
                # inside a frame that is cut one alone may be chance
                is_enough = count == FOLLOWERS or (at == size and self.cut is None)
                if not is_last:
                    return -1
                return length if count and (is_enough or framing.is_certain(window, first)) else 0
            if count and not framing.are_alike(window, first, at):
                return length if framing.is_certain(window, first) or tag_length(window, at) else 0
            step = framing.guess_at(window, at, size, is_last=is_last)
            if step < 0:
                return -1
            if not step:
                return length if length and framing.is_certain(window, first) else 0
            length = length or step
            at += step
        return length

    def _lock(self, window: bytes, at: int, length: int) -> None:
        place = self._window.base + at
        if self.cut is not None:
            self.lost.add(self.cut[0])
            self.cut = None
        is_begun = self._framing.is_begun
        if self._framing.lock(window, at, length) and is_begun:
            self.changes.add(place)
        self._run = None

    def _pass_tag(self, at: int, length: int) -> int:
        place = self._window.base + at
        self._last_tag = (place, length)
        self.foreign.add(place, amount=length)
        return at + length

    def _close_run(self, window: bytes, stop: int, *, is_tag: bool) -> None:
        """Bytes that are no frame end at a tag or at a frame."""
        run, framing, place = self._run, self._framing, self._window.base + stop
        if run is None or run.start == place:
            return
        if self.cut is not None and self.cut[0] == run.start:
            self.cut = (run.start, place - run.start, self.cut[2]) if is_tag else None
            if is_tag:
                return
        if run.start > place:
            # the last frame ends before its stated end: at a tag, it may be the end of the music
            if is_tag:
                self.cut = (framing.last, place - framing.last, framing.end - framing.last)
            else:
                self.lost.add(framing.last)
            framing.note_break()
            return
        run.take(window, self._window.base, place)
        is_before = not framing.is_begun and not framing.is_torn(run.head)
        if is_before or run.is_tag():
            self.foreign.add(run.start, amount=run.length)
            return
        self.lost.add(run.start, amount=run.length)
        framing.note_break()

    def _cut_short(self, at: int, size: int, length: int) -> int:
        """A frame reaches past the end of the file: true, or its length is damaged and others follow."""
        place = self._window.base + at
        self.cut = (place, size - at, length)
        self._run = Run(place)
        return at + self._framing.header

    def _close_tail(self, tail: bytes) -> None:
        """Bytes that are no frame end with the file."""
        run, framing = self._run, self._framing
        if run is None or run.start >= self.size:
            return
        run.take(tail, self.size - len(tail), self.size)
        tags = tags_at_end(tail)
        begin = self.size - tags
        if self.cut is not None and self.cut[0] == run.start:
            tags = tags if begin > run.start else 0
            self.cut = (run.start, run.length - tags, self.cut[2])
            if tags:
                self.foreign.add(begin, amount=tags)
            return
        if framing.is_begun and framing.last < begin < min(run.start, framing.end) and not run.is_tag():
            self.cut = (framing.last, begin - framing.last, framing.end - framing.last)
        else:
            tags = min(tags, run.length)
        rest = run.length - tags
        if rest <= 0 or run.is_tag() or run.is_silent(rest):
            self.foreign.add(min(run.start, self.size - tags), amount=max(run.length, tags))
        elif framing.is_begun and rest < framing.header and framing.end == run.start:
            self.cut = (run.start, rest, framing.header)
        elif framing.is_begun:
            self.lost.add(run.start, amount=rest)

    def find(self, found: Findings) -> None:
        """Add what the chain of frames tells."""
        if not self._framing.is_begun:
            found.warn(FindingCode.STRUCTURE_BROKEN, "there is no frame that others follow", 0)
        if self.lost.count:
            detail = (
                f"the chain of frames breaks at {counted(self.lost.count, 'place')}, "
                f"{counted(self.lost.amount, 'byte')} belong to no frame"
            )
            found.warn(FindingCode.DATA_LOST, detail, self.lost.at)
        if self.cut is not None:
            place, there, wanted = self.cut
            found.warn(FindingCode.TRUNCATED, f"the end is cut: {there:,} of {wanted:,} bytes there", place)
        if self.foreign.count:
            detail = f"{counted(self.foreign.amount, 'byte')} of tags or padding that are no frames"
            found.note(FindingCode.FOREIGN_BYTES, detail, self.foreign.at)
        if self.changes.count:
            detail = f"other version, layer or sampling rate from {counted(self.changes.count, 'place')} on"
            found.note(FindingCode.PARAMETERS_CHANGE, detail, self.changes.at)
