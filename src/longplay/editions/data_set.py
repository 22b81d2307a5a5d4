"""The data-set door: records of every recording that permits `mine`, and of no other.

A data set is a folder: records in parts of a thousand, the credit each licence asks for, a manifest of digests,
and the audio as links to the blobs when it is asked for. It is written under another name, then each member's
decision is journalled, then the folder gets its name: whole or not at all. Memory does not grow with it.

Source: Directive (EU) 2019/790, articles 3 and 4; docs/guides/data-sets.md.
"""

import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path
from typing import Final

import msgspec

from longplay.editions.attribution import write_attribution
from longplay.editions.data_set_folder import MANIFEST, DataSetFolder
from longplay.editions.naming import UniqueNames, readable_name
from longplay.errors import GateRefused, UsageError
from longplay.formats.mining import MAPPING_VERSION, preference, write_tdmrep
from longplay.formats.records import record_of, write_json_lines, write_parquet
from longplay.ledger import queries
from longplay.ledger.register import Register
from longplay.model.digests import ContentId
from longplay.model.events import DataSetMade, LetThrough
from longplay.model.holdings import Holding
from longplay.model.rights import WORLD, Act, Decision, MiningPreference, Purpose, Territory
from longplay.progress import Progress
from longplay.rights.gate import AsObject, Gate
from longplay.rights.texts import licence_text
from longplay.store.failures import storing
from longplay.store.layout import LOCKS
from longplay.store.local import LocalStore, sync_folder
from longplay.store.locks import locked

PART: Final = 1_000
"""So many at a time are in memory; an event has no more members."""

DAMAGED: Final = "damaged"
"""Stands for a rule where a recording stays out because the last check of its bytes failed."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a data set is asked for.

    Attributes:
        name: of its folder.
        territory, purpose: as for the gate.
        with_audio: link the recordings too.
    """

    name: str
    territory: Territory
    purpose: Purpose
    with_audio: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of it.

    Attributes:
        folder: where it lies.
        members: recordings in it.
        left_out: recordings that are not in it, by the rule that kept them out, most first.
    """

    folder: Path
    members: int
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSets:
    """The use case: export what may be mined.

    Attributes:
        store, register, gate: the archive's.
        as_object: makes the gate's object.
        mining: the archive's preference where no statement has one.
        clock: tells the day.
        part: records a part, and members an event.
    """

    store: LocalStore
    register: Register
    gate: Gate
    as_object: AsObject
    mining: MiningPreference | None
    clock: Callable[[], datetime]
    part: int = PART

    def make(self, wanted: Wanted, *, out: Path, progress: Progress) -> Made:
        """Make a data set in `out`/name: the same archive and question give the same bytes.

        May be killed and run again; the journal may then name it twice.

        Raises:
            UsageError: no name for a folder, or something of that name is there.
            GateRefused: nothing may be mined.
            ArchiveBusy: another process is making one.
            StorageError: it could not be written; nothing is left behind.
        """
        if not _NAME.fullmatch(wanted.name):
            raise UsageError(f"{wanted.name!r} is no name for a data set: use letters, digits, dots, dashes")
        with locked(self.store.root / LOCKS / "data-set", what="making a data set"):
            return self._make(wanted, out / wanted.name, progress)

    def _make(self, wanted: Wanted, target: Path, progress: Progress) -> Made:
        if target.exists() or target.is_symlink():
            raise UsageError(f"{target} is there already: choose another name, or remove it")
        staged = target.with_name(f".{target.name}.unfinished")
        with storing(staged):
            shutil.rmtree(staged, ignore_errors=True)  # what a kill left
            staged.mkdir(parents=True)
        try:
            with closing(sqlite3.connect("")) as scratch:
                left_out = self._write(wanted, staged, scratch, progress)
                members = self._journal(wanted, scratch)
            with storing(target):
                staged.rename(target)
                sync_folder(target.parent)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        return Made(folder=target, members=members, left_out=dict(left_out.most_common()))

    def _write(
        self, wanted: Wanted, staged: Path, scratch: sqlite3.Connection, progress: Progress
    ) -> Counter[str]:
        """Write the folder and note who was let through; returns who was not, by rule."""
        scratch.execute("CREATE TABLE member (number INTEGER PRIMARY KEY, content_id TEXT, decision TEXT)")
        left_out: Counter[str] = Counter()
        with self.register.ledger.reading() as connection, DataSetFolder.open(staged, self.store) as folder:
            progress.begin("data set", files=queries.counts(connection)["holdings"])
            try:
                damaged = queries.damaged(connection) if wanted.with_audio else {}
                asked = self._asked(queries.holdings(connection), wanted, damaged, progress)
                self._write_parts(wanted, _permitted(asked, left_out), folder, scratch)
            finally:
                progress.end()
            members = _size(scratch)
            if not members:
                raise _nothing(left_out)
            folder.keep("README.md", _readme(wanted, members, left_out.total()))
        return left_out

    def _asked(
        self, holdings: Iterator[Holding], wanted: Wanted, damaged: Mapping[ContentId, str], progress: Progress
    ) -> Iterator[tuple[Holding, Decision | None]]:
        """Each holding with the gate's answer; `None` where the bytes themselves stand against it."""
        day: date = self.clock().date()
        for holding in holdings:
            progress.advance(files=1)
            if holding.content_id in damaged:
                yield holding, None
                continue
            obj = self.as_object(holding)
            yield holding, self.gate(Act.MINE, obj, wanted.territory, day, wanted.purpose)

    def _write_parts(
        self,
        wanted: Wanted,
        permitted: Iterator[tuple[Holding, Decision]],
        folder: DataSetFolder,
        scratch: sqlite3.Connection,
    ) -> None:
        licences: set[str] = set()
        for number in count(1):
            part = list(islice(permitted, self.part))
            if not part:
                break
            rows = [(holding.content_id, msgspec.json.encode(decision)) for holding, decision in part]
            scratch.executemany("INSERT INTO member (content_id, decision) VALUES (?, ?)", rows)
            licences.update(self._write_part(wanted, number, part, folder))
        for licence in sorted(licences):
            folder.keep(f"metadata/licences/{licence}.txt", licence_text(licence))

    def _write_part(
        self, wanted: Wanted, number: int, part: list[tuple[Holding, Decision]], folder: DataSetFolder
    ) -> set[str]:
        """Write the records of a part and what goes with them; returns the licences relied on."""
        names, mark = UniqueNames(), f"{number:05d}"
        territories = () if wanted.territory == WORLD else (wanted.territory,)
        records, wishes = [], []
        for holding, decision in part:
            path = f"data/{mark}/{names.take(readable_name(holding), holding.content_id)}"
            records.append(
                record_of(holding, path=path, decision=decision, territories=territories, mining=self.mining)
            )
            wish = preference(holding.statements, self.mining)
            wishes += [(path, wish)] if wish is not None else []
            if wanted.with_audio:
                folder.link(path, holding.digests)
        folder.keep(f"metadata/records-{mark}.jsonl", write_json_lines(records))
        folder.keep(f"metadata/records-{mark}.parquet", write_parquet(records))
        folder.keep(
            f"metadata/ATTRIBUTION-{mark}.md", write_attribution(f"{wanted.name}, part {number}", records)
        )
        if wishes:
            folder.keep(f"metadata/tdmrep-{mark}.json", write_tdmrep(wishes))
        return {one for record in records for one in (record.licence or "").split(" AND ") if one}

    def _journal(self, wanted: Wanted, scratch: sqlite3.Connection) -> int:
        """Journal every member with what let it through; returns how many there are."""
        rows = scratch.execute("SELECT content_id, decision FROM member ORDER BY number")
        while page := rows.fetchmany(self.part):
            members = tuple(
                LetThrough(content_id=ContentId(one), decision=msgspec.json.decode(decision, type=Decision))
                for one, decision in page
            )
            self.register.record([DataSetMade(name=wanted.name, purpose=wanted.purpose, members=members)])
        return _size(scratch)


def _size(scratch: sqlite3.Connection) -> int:
    found: int = scratch.execute("SELECT count(*) FROM member").fetchone()[0]
    return found


def _permitted(
    asked: Iterator[tuple[Holding, Decision | None]], left_out: Counter[str]
) -> Iterator[tuple[Holding, Decision]]:
    """Those whom the gate lets through; the others are counted."""
    for holding, decision in asked:
        if decision is not None and decision.permits:
            yield holding, decision
        else:
            left_out[decision.rule if decision is not None else DAMAGED] += 1


def _nothing(left_out: Counter[str]) -> GateRefused:
    counted = ", ".join(f"{number} by {rule}" for rule, number in left_out.most_common())
    return GateRefused(
        f"nothing may be mined: {counted or 'there are no holdings'}; "
        "see `longplay rights check --act mine --list unknown --list refused`",
        rule=next(iter(left_out)) if len(left_out) == 1 else None,
    )


def _readme(wanted: Wanted, members: int, left_out: int) -> bytes:
    """What it is, for people."""
    place = "everywhere" if wanted.territory == WORLD else f"in {wanted.territory}"
    audio = (
        "The recordings lie below `data/`." if wanted.with_audio else "The recordings themselves are not in it."
    )
    return f"""# {wanted.name}

Records of {members} recordings that may be mined {place}; purpose: {wanted.purpose.value}. {audio}
{left_out} more recordings of the archive are left out: nothing permits to mine them, or it is reserved.

A permission has conditions: `conditions` in each record names them, `metadata/ATTRIBUTION-*.md` says in words
what each recording asks for, `metadata/licences/` has the licences.

- `metadata/records-*.jsonl`, `metadata/records-*.parquet`: the same records twice.
- `metadata/tdmrep-*.json`: the right holders' preference where there is one (mapping {MAPPING_VERSION}).
- `{MANIFEST}`: SHA-256 of every other file; check it with `sha256sum -c {MANIFEST}`.
""".encode()
