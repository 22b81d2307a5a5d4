"""The ledger: the journal projected into SQLite, caught up before anybody reads it.

It may be deleted at any time; `longplay rebuild` or the next command makes it again.

Source: design, section 3, rule 3; docs/format/ledger.md.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final, Self

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    exists,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from longplay.errors import ArchiveBusy, JournalBroken, StorageError, StoreFull, StoreReadOnly
from longplay.ledger import tables
from longplay.ledger.journal import head_of, read_chain, writers
from longplay.ledger.projection import Row, as_json, inserts
from longplay.model import events
from longplay.model.events import Event, Head

BUSY_TIMEOUT_S: Final = 120
BATCH: Final = 1_000
"""Events projected in one transaction."""

SCHEMA_VERSION: Final = 3
"""A ledger of another version is thrown away and made again: it is only a projection."""

_WRITES: Final = "longplay_writes"
"""Execution option of a connection that will write."""


class Ledger:
    """A SQLite database in WAL mode that follows a journal."""

    def __init__(self, engine: Engine, *, journal: Path, writable: bool) -> None:
        """Use `Ledger.open`."""
        self.engine = engine
        self._journal = journal
        self._writable = writable

    @classmethod
    def open(cls, path: Path, *, journal: Path) -> Self:
        """The ledger at `path`, made if absent, caught up with the journal.

        Where the folder cannot be written, it is opened as it is, without catching up.

        Raises:
            StorageError: it could not be opened or written.
            JournalBroken: the journal does not hold together, or ends before the ledger does.
        """
        writable = os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))
        if not writable and not path.exists():
            raise StoreReadOnly(f"{path} does not exist and {path.parent} cannot be written")
        ledger = cls(_engine(path, writable=writable), journal=journal, writable=writable)
        if writable:
            with _translated(path):
                ledger._make_tables(path)
                ledger.catch_up()
        return ledger

    def _make_tables(self, path: Path) -> None:
        with self.engine.connect() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version not in {0, SCHEMA_VERSION}:
            self.engine.dispose()
            remove(path)
        with self.transaction() as connection:
            tables.metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in a write transaction, committed at the end.

        Raises:
            StorageError, ArchiveBusy: SQLite could not write.
        """
        engine = self.engine.execution_options(**{_WRITES: True})
        with _translated(Path(str(self.engine.url.database))), engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading one consistent state."""
        with _translated(Path(str(self.engine.url.database))), self.engine.connect() as connection:
            yield connection

    def heads(self) -> list[Head]:
        """How far each chain is projected, sorted by writer."""
        with self.reading() as connection:
            rows = connection.execute(select(tables.applied).order_by(tables.applied.c.writer))
            return [Head(writer=row.writer, seq=row.seq, line_hash=row.line_hash) for row in rows]

    def catch_up(self) -> int:
        """Project every journal line that is not in the ledger yet; returns how many.

        A chain may go on with what another chain opened: it then waits for that one, so that the ledger is the
        same whichever chain is read first.

        Raises:
            JournalBroken: a chain does not hold together, ends before the ledger does, or is about an accession
                or edition that no chain opened.
        """
        total = 0
        while True:
            count, stuck = self._catch_up_once()
            total += count
            if stuck is None:
                return total
            if not count:
                raise stuck

    def _catch_up_once(self) -> tuple[int, JournalBroken | None]:
        """One round over all chains: how many lines, and why a chain could not go on."""
        known = {head.writer: head for head in self.heads()}
        total, stuck = 0, None
        for writer in sorted({*writers(self._journal), *known}):
            count, waiting = self._catch_up_chain(writer, known.get(writer))
            total += count
            stuck = stuck or waiting
        return total, stuck

    def _catch_up_chain(self, writer: str, known: Head | None) -> tuple[int, JournalBroken | None]:
        count = 0
        lines = read_chain(self._journal, writer, after=known)
        while batch := list(islice(lines, BATCH)):
            with self.transaction() as connection:
                done = _apply(connection, batch)
            count += done
            if done < len(batch):
                return count, _stuck(batch[done][0])
        if known is not None and not count:
            self._check_not_shorter(known)
        return count, None

    def _check_not_shorter(self, known: Head) -> None:
        head = head_of(self._journal, known.writer)
        if head.seq < known.seq or (head.seq == known.seq and head.line_hash != known.line_hash):
            raise JournalBroken(
                known.writer,
                head.seq,
                f"the journal ends here, the ledger knows line {known.seq}: restore the journal from a copy",
            )

    def apply(self, lines: Sequence[tuple[Event, str]]) -> None:
        """Project journalled events in one transaction; lines already projected are passed over.

        Where the ledger lacks earlier lines of the chain (it was rebuilt meanwhile), it catches up instead.

        Raises:
            JournalBroken: a line is about an accession or edition that was not opened; nothing is projected.
        """
        with self.transaction() as connection:
            follows = _follows(connection, lines)
            if follows and (done := _apply(connection, lines)) < len(lines):
                raise _stuck(lines[done][0])
        if not follows:
            self.catch_up()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _follows(connection: Connection, lines: Sequence[tuple[Event, str]]) -> bool:
    """Whether the lines of each chain go on where its projection ends, or before."""
    done = {row.writer: row.seq for row in connection.execute(select(tables.applied))}
    first: dict[str, int] = {}
    for line, _digest in lines:
        first.setdefault(line.writer, line.seq)
    return all(seq <= done.get(writer, 0) + 1 for writer, seq in first.items())


def _apply(connection: Connection, lines: Sequence[tuple[Event, str]]) -> int:
    """Project lines in order up to the first that must wait; returns how many of them are projected now."""
    done = {row.writer: row.seq for row in connection.execute(select(tables.applied))}
    ready = _ready(connection, [line for line, _digest in lines])
    fresh = [(line, digest) for line, digest in lines[:ready] if line.seq > done.get(line.writer, 0)]
    source_of = _sources(connection, (line for line, _digest in fresh))
    rows: defaultdict[Table, list[Row]] = defaultdict(list)
    for line, _digest in fresh:
        for table, row in inserts(line, source_of=source_of):
            rows[table].append(row)
    for table, batch in sorted(rows.items(), key=lambda item: _ORDER[item[0].name]):
        connection.execute(insert(table).on_conflict_do_nothing(), _same_columns(table, batch))
    for line, _digest in fresh:
        _change(connection, line)
    for line, digest in fresh:
        done_row = {"seq": line.seq, "line_hash": digest}
        statement = insert(tables.applied).values(writer=line.writer, **done_row)
        connection.execute(statement.on_conflict_do_update(index_elements=["writer"], set_=done_row))
    return ready


def _ready(connection: Connection, lines: Sequence[Event]) -> int:
    """How many lines, from the first, are about accessions and editions that are opened by then."""
    opened: set[_Subject] = set()
    for number, line in enumerate(lines):
        match line.fact:
            case events.AccessionOpened() | events.EditionOpened() as fact:
                opened.add(_opens(fact))
            case _:
                subject = _subject(line.fact)
                if subject is None or subject in opened:
                    continue
                if not _is_opened(connection, subject):
                    return number
                opened.add(subject)
    return len(lines)


_Subject = tuple[Column[str], str]
"""The key column of the table that knows it, and its key."""


def _opens(fact: events.AccessionOpened | events.EditionOpened) -> _Subject:
    if isinstance(fact, events.AccessionOpened):
        return tables.accession.c.id, fact.accession
    return tables.edition.c.name, fact.edition


def _subject(fact: events.Fact) -> _Subject | None:
    """The accession or edition whose row a fact needs or changes."""
    match fact:
        case events.RecordingKept() | events.DuplicateMet() | events.CompanionKept() | events.AccessionClosed():
            return tables.accession.c.id, fact.accession
        case events.EditionPublished():
            return tables.edition.c.name, fact.edition
    return None


def _is_opened(connection: Connection, subject: _Subject) -> bool:
    column, key = subject
    return bool(connection.scalar(select(exists().where(column == key))))


def _stuck(line: Event) -> JournalBroken:
    subject = _subject(line.fact)
    return JournalBroken(
        line.writer, line.seq, f"is about {subject[1] if subject else '?'}, which no chain opened"
    )


_ORDER: Final = {table.name: number for number, table in enumerate(tables.metadata.sorted_tables)}


def _same_columns(table: Table, batch: list[Row]) -> list[Row]:
    """Rows with every column named, so that one statement takes them all."""
    return [{column.name: row.get(column.name) for column in table.columns} for row in batch]


def _sources(connection: Connection, lines: Iterable[Event]) -> dict[str, str]:
    wanted = {
        line.fact.accession
        for line in lines
        if isinstance(line.fact, events.RecordingKept | events.DuplicateMet | events.CompanionKept)
    }
    query = select(tables.accession.c.id, tables.accession.c.source)
    rows = connection.execute(query.where(tables.accession.c.id.in_(sorted(wanted))))
    return {row.id: row.source for row in rows}


def _change(connection: Connection, line: Event) -> None:
    """The events that change rows instead of adding them."""
    match line.fact:
        case events.AccessionClosed() as fact:
            connection.execute(
                update(tables.accession)
                .where(tables.accession.c.id == fact.accession)
                .values(closed_at=line.at)
            )
        case events.EditionPublished() as fact:
            connection.execute(
                update(tables.edition)
                .where(tables.edition.c.name == fact.edition)
                .values(bundles_json=as_json(fact.bundles), published_at=line.at)
            )
        case events.FixityChecked() as fact:
            state = {
                "code": fact.finding.code.value if fact.finding else None,
                "detail": fact.finding.detail if fact.finding else None,
                "checked_at": line.at,
                "writer": line.writer,
                "seq": line.seq,
            }
            known = tables.fixity.c
            # chains are read one after the other: an earlier check of another chain may come later
            is_later = or_(
                known.writer == line.writer,
                tuple_(known.checked_at, known.writer) < tuple_(literal(line.at), literal(line.writer)),
            )
            statement = insert(tables.fixity).values(content_id=fact.content_id, **state)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["content_id"], set_=state, where=is_later)
            )


def _engine(path: Path, *, writable: bool) -> Engine:
    options = "" if writable else "?mode=ro&immutable=1&uri=true"
    location = f"sqlite:///{path}" if writable else f"sqlite:///file:{path}{options}"
    engine = create_engine(location, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _on_connect if writable else _on_connect_read_only)
    if writable:
        event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(raw: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _on_connect_read_only(raw: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    raw.isolation_level = None


def _on_begin(connection: Connection) -> None:
    """Take the write lock at once where rows will be written: a late upgrade could fail half way."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """SQLite's refusals in our own words."""
    try:
        yield
    except OperationalError as exc:
        text = str(exc.orig)
        if "locked" in text or "busy" in text:
            raise ArchiveBusy(f"{path} is locked by another process: try again") from exc
        if "full" in text:
            raise StoreFull(f"no space left for {path}: free some and run it again") from exc
        if "readonly" in text or "read-only" in text or "unable to open" in text:
            raise StoreReadOnly(f"{path} cannot be written: {text}") from exc
        raise StorageError(f"{path}: {text}") from exc
    except DatabaseError as exc:
        raise StorageError(f"{path}: {exc.orig}: run `longplay rebuild`") from exc


def remove(path: Path) -> None:
    """Delete a ledger and SQLite's files beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
