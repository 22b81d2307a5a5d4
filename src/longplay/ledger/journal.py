"""The journal: append-only PREMIS events in one hash chain a writer.

A process that writes holds one chain's lock; several processes write several chains at once. Lines are appended
and fsynced before anything is acknowledged. A torn last line is cut when its chain is next opened for writing.

Source: docs/format/journal.md, which is normative; design, section 4.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from longplay.errors import ArchiveBusy, JournalBroken, MalformedInput, StorageError
from longplay.formats.journal import NO_LINE, decode_event, encode_event, line_hash
from longplay.ledger.segments import (
    SEGMENT_LIMIT,
    Segment,
    read_lines,
    remove_leftovers,
    seal,
    segment_path,
    segments,
)
from longplay.model.events import Agent, Event, Fact, Head
from longplay.model.units import instant
from longplay.store.failures import storage_error, storing
from longplay.store.local import sync_folder

Clock = Callable[[], datetime]
"""Tells the present moment, with a time zone."""

WRITERS_LIMIT: Final = 256
"""More processes than this cannot write at once."""


def writers(root: Path) -> list[str]:
    """The chains of a journal, sorted."""
    if not root.is_dir():
        return []
    return sorted(folder.name for folder in root.iterdir() if folder.is_dir())


def read_chain(root: Path, writer: str, *, after: Head | None = None) -> Iterator[tuple[Event, str]]:
    """The events of one chain with the hashes of their lines, each checked against the one before.

    Args:
        root: the journal's folder.
        writer: the chain.
        after: where to go on from; `None` from the start.

    Raises:
        JournalBroken: a line does not follow from the one before, or is not ours.
        StorageError: a segment could not be read.
    """
    seq, previous = (after.seq, after.line_hash) if after else (0, NO_LINE)
    for segment in _from_line(segments(root / writer), seq + 1):
        at = segment.first - 1
        for line in read_lines(segment):
            at += 1
            if at <= seq:
                continue
            event = _checked(line, writer, at, previous)
            previous = line_hash(line)
            yield event, previous


def _from_line(chain: list[Segment], seq: int) -> list[Segment]:
    """The segments that may hold line `seq` or later ones."""
    starts = [number for number, segment in enumerate(chain) if segment.first <= seq]
    return chain[starts[-1] :] if starts else chain


def _checked(line: bytes, writer: str, seq: int, previous: str) -> Event:
    try:
        event = decode_event(line)
    except MalformedInput as exc:
        raise JournalBroken(writer, seq, exc.reason) from exc
    if (event.writer, event.seq) != (writer, seq):
        raise JournalBroken(writer, seq, f"says it is line {event.seq} of {event.writer}")
    if event.prev != previous:
        raise JournalBroken(writer, seq, "does not follow from the line before: a line was changed or lost")
    return event


def head_of(root: Path, writer: str) -> Head:
    """The end of a chain, found by reading its last segment; only the last line is decoded.

    Raises:
        JournalBroken: the last line is not the line that should stand there.
    """
    for segment in reversed(segments(root / writer)):
        last, count = b"", 0
        for line in read_lines(segment):
            last, count = line, count + 1
        if count:
            seq = segment.first + count - 1
            _checked(last, writer, seq, _stated_prev(last, writer, seq))
            return Head(writer=writer, seq=seq, line_hash=line_hash(last))
    return Head(writer=writer, seq=0, line_hash=NO_LINE)


def _stated_prev(line: bytes, writer: str, seq: int) -> str:
    """What a line says precedes it; whether it does is checked whenever the chain is read."""
    try:
        return decode_event(line).prev
    except MalformedInput as exc:
        raise JournalBroken(writer, seq, exc.reason) from exc


class JournalWriter:
    """One chain, open for appending and locked against every other process."""

    def __init__(self, *, folder: Path, lock: int, head: Head, clock: Clock, agent: Agent) -> None:
        """Use `JournalWriter.open`."""
        self.writer = folder.name
        self._folder = folder
        self._lock = lock
        self._head = head
        self._clock = clock
        self._agent = agent
        self._out: int | None = None
        self._path = folder

    @classmethod
    def open(cls, root: Path, *, clock: Clock, agent: Agent) -> Self:
        """The first chain no other process holds, recovered; a new one if all are held.

        Raises:
            ArchiveBusy: `WRITERS_LIMIT` processes are writing.
            StorageError: the journal cannot be written.
            JournalBroken: the chain's last segment does not hold together.
        """
        for number in range(1, WRITERS_LIMIT + 1):
            folder = root / f"w{number:04d}"
            lock = _try_lock(folder)
            if lock is not None:
                remove_leftovers(folder)
                _cut_torn_line(folder)
                return cls(folder=folder, lock=lock, head=head_of(root, folder.name), clock=clock, agent=agent)
        raise ArchiveBusy(f"{WRITERS_LIMIT} processes are writing to {root} already: wait for one to end")

    @property
    def head(self) -> Head:
        """The end of the chain as this process knows it."""
        return self._head

    def append(self, facts: Sequence[Fact]) -> list[tuple[Event, str]]:
        """Write facts as one group: appended, fsynced, then returned as events with their line hashes.

        Either all of the group is durable when this returns, or it raises and none is.

        Raises:
            StorageError: the journal could not be written; it is as it was before.
        """
        if not facts:
            return []
        group, head = self._chained(facts)
        data = b"".join(line + b"\n" for line, _event, _hash in group)
        self._write(data)
        self._head = head
        self._seal_if_full()
        return [(event, digest) for _line, event, digest in group]

    def _chained(self, facts: Sequence[Fact]) -> tuple[list[tuple[bytes, Event, str]], Head]:
        head = self._head
        now = instant(self._clock())
        group = []
        for fact in facts:
            event = Event(
                writer=self.writer,
                seq=head.seq + 1,
                prev=head.line_hash,
                at=now,
                agent=self._agent,
                fact=fact,
            )
            line = encode_event(event)
            head = Head(writer=self.writer, seq=event.seq, line_hash=line_hash(line))
            group.append((line, event, head.line_hash))
        return group, head

    def _write(self, data: bytes) -> None:
        out = self._open_segment()
        before = os.fstat(out).st_size
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(out, view) :]
            os.fsync(out)
        except OSError as exc:
            os.ftruncate(out, before)
            raise storage_error(exc, self._path) from exc

    def _open_segment(self) -> int:
        if self._out is None:
            chain = segments(self._folder)
            reuse = bool(chain) and not chain[-1].sealed
            self._path = chain[-1].path if reuse else segment_path(self._folder, self._head.seq + 1)
            with storing(self._path):
                self._out = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
                sync_folder(self._folder)
        return self._out

    def _seal_if_full(self) -> None:
        if self._out is None or os.fstat(self._out).st_size < SEGMENT_LIMIT:
            return
        os.close(self._out)
        self._out = None
        # the lines are durable: a segment that cannot be sealed now is sealed after a later append
        with suppress(StorageError):
            seal(segments(self._folder)[-1])

    def close(self) -> None:
        """Give the chain back."""
        if self._out is not None:
            os.close(self._out)
            self._out = None
        os.close(self._lock)


def _try_lock(folder: Path) -> int | None:
    """Lock a chain for this process; `None` when another process holds it."""
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _cut_torn_line(folder: Path) -> None:
    """Cut what a kill left after the last line feed: it was never acknowledged."""
    chain = segments(folder)
    if not chain or chain[-1].sealed:
        return
    with storing(folder), chain[-1].path.open("r+b") as out:
        end = out.seek(0, os.SEEK_END)
        keep = _after_last_line_feed(out.fileno(), end)
        if keep < end:
            out.truncate(keep)
            os.fsync(out.fileno())


def _after_last_line_feed(descriptor: int, end: int) -> int:
    """Offset just after the last line feed, read backwards in blocks."""
    block = 1 << 16
    while end:
        start = max(0, end - block)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
