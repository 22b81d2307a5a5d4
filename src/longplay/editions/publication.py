"""Publishing: an edition is a function of (journal heads, name, day), all three fixed when it is opened.

Bundles are made once and journalled; later editions append. A publication that was killed goes on under the
same name; one that is complete is handed out again, byte for byte.

Source: design, section 3, rule 8; docs/format/edition.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from longplay.editions.bag import BagLabel, make_bag, members_of
from longplay.editions.handout import PUBLISHED_MODE, Sources, bundle_entry, hand_out, torrents_of
from longplay.editions.selection import Chosen, Doorkeeper, choose
from longplay.errors import GateRefused, UsageError
from longplay.fixity.seal import SEAL_NAME, seal_of
from longplay.formats.edition import FILE_NAME, write_edition
from longplay.ledger import queries
from longplay.ledger.register import Register
from longplay.model.editions import BundleEntry, Edition, Stage
from longplay.model.events import Agent, BundleMade, EditionOpened, EditionPublished, Head
from longplay.model.rights import KeepingBasis
from longplay.progress import Progress
from longplay.rights.gate import Gate
from longplay.store.failures import storing
from longplay.store.layout import LOCKS
from longplay.store.local import LocalStore, write_durably
from longplay.store.locks import locked

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of a publication.

    Attributes:
        edition: what `edition.json` says.
        folder: where it lies.
        made: names of the bundles made for this edition; the others are older.
    """

    edition: Edition
    folder: Path
    made: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The use case: publish an edition.

    Attributes:
        store, register, gate: the archive's.
        keeping: the institution's basis for keeping.
        archive_name, archive_id: as in `longplay.toml`.
        clock: tells the day an edition is opened on.
        agent: stands in the bags.
    """

    store: LocalStore
    register: Register
    gate: Gate
    keeping: KeepingBasis
    archive_name: str
    archive_id: str
    clock: Callable[[], datetime]
    agent: Agent

    def publish(self, name: str, *, out: Path, sources: Sources, progress: Progress) -> Published:
        """Publish an edition into `out`/`name`. Idempotent; may be killed and run again.

        Raises:
            UsageError: no name for an edition, or another edition was begun and not finished.
            GateRefused: nothing may be redistributed.
            ArchiveBusy: another process is publishing.
            StorageError: something could not be written.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name for an edition: use letters, digits, dots, dashes")
        with locked(self.store.root / LOCKS / "publish", what="publishing"):
            row = self._opened(name)
            if row.bundles_json is None:
                self._make_bundles(row, progress)
            return self._hand_out(row, out / name, sources, progress)

    def _opened(self, name: str) -> Any:
        """The edition's row, opened now if it is new."""
        with self.register.ledger.reading() as connection:
            row = queries.edition(connection, name)
            others = queries.editions(connection)
        if row is not None:
            return row
        unfinished = [other.name for other in others if other.bundles_json is None]
        if unfinished:
            raise UsageError(
                f"edition {unfinished[0]} was begun and not finished: "
                f"run `longplay publish --edition {unfinished[0]}` first"
            )
        self._check_publishable(has_older=bool(others))
        heads = tuple((head.writer, head.seq, head.line_hash) for head in self.register.ledger.heads())
        day = self.clock().date().isoformat()
        self.register.record([EditionOpened(edition=name, date=day, heads=heads)])
        with self.register.ledger.reading() as connection:
            return queries.edition(connection, name)

    def _check_publishable(self, *, has_older: bool) -> None:
        doorkeeper = Doorkeeper(gate=self.gate, keeping=self.keeping, day=self.clock().date())
        with self.register.ledger.reading() as connection:
            heads = self.register.ledger.heads()
            if not has_older and next(choose(connection, doorkeeper, heads=heads), None) is None:
                held = queries.counts(connection)["holdings"]
                raise GateRefused(
                    f"nothing may be redistributed: {held} holdings, none with a statement that permits it; "
                    "see `longplay holdings --dark`, then ingest again with --rights or --licence"
                )

    def _make_bundles(self, row: Any, progress: Progress) -> None:
        doorkeeper = Doorkeeper(gate=self.gate, keeping=self.keeping, day=date.fromisoformat(row.date))
        with self.register.ledger.reading() as connection:
            chosen = list(choose(connection, doorkeeper, heads=_heads(row)))
        progress.begin("bags", files=sum(len(one.content_ids) for one in chosen))
        try:
            for one in chosen:
                self._make_bundle(row, one, doorkeeper)
                progress.advance(files=len(one.content_ids))
        finally:
            progress.end()

    def _make_bundle(self, row: Any, chosen: Chosen, doorkeeper: Doorkeeper) -> None:
        with self.register.ledger.reading() as connection:
            number = len(queries.bundle_names(connection)) + 1
            members = members_of(connection, chosen, doorkeeper, heads=_heads(row))
            held_at = queries.held_at(connection, chosen.content_ids)
        if not members:
            return
        label = BagLabel(
            name=f"{self.archive_name}-{number:06d}",
            number=number,
            archive=self.archive_name,
            archive_id=self.archive_id,
            date=row.date,
            agent=self.agent,
        )
        bundle, tag_files = make_bag(members, held_at, chosen=chosen, label=label, store=self.store)
        self.register.record([BundleMade(edition=row.name, bundle=bundle, tag_files=tag_files)])

    def _hand_out(self, row: Any, folder: Path, sources: Sources, progress: Progress) -> Published:
        with self.register.ledger.reading() as connection:
            names = queries.bundles_visible_to(connection, row.name, _heads(row))
            made = tuple(name for name, _number in queries.bundles_of_edition(connection, row.name))
        with storing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        progress.begin("links", files=len(names))
        try:
            entries = []
            for name in names:
                entries.append(self._hand_out_bundle(name, folder, sources))
                progress.advance(files=1)
        finally:
            progress.end()
        edition = self._edition(row, entries)
        data = write_edition(edition)
        write_durably(folder / SEAL_NAME, seal_of(data), mode=PUBLISHED_MODE)
        write_durably(folder / FILE_NAME, data, mode=PUBLISHED_MODE)
        if row.bundles_json is None:
            self.register.record([EditionPublished(edition=row.name, bundles=tuple(names))])
        return Published(edition=edition, folder=folder, made=made)

    def _hand_out_bundle(self, name: str, folder: Path, sources: Sources) -> BundleEntry:
        with self.register.ledger.reading() as connection:
            bundle = queries.bundle(connection, name)
            digests = queries.digests_of(connection, [file.content_id for file in bundle.files])
        torrents = torrents_of(bundle, digests, sources)
        entry = bundle_entry(bundle, torrents)
        hand_out(bundle, entry, torrents, folder=folder, store=self.store)
        return entry

    def _edition(self, row: Any, entries: list[BundleEntry]) -> Edition:
        return Edition(
            name=row.name,
            date=row.date,
            archive_id=self.archive_id,
            archive_name=self.archive_name,
            heads=tuple((head.writer, head.seq, head.line_hash) for head in _heads(row)),
            stages=(Stage(number=1, bundles=tuple(entries)),),
        )


def _heads(row: Any) -> list[Head]:
    stored = msgspec.json.decode(row.heads_json, type=list[tuple[str, int, str]])
    return [Head(writer=writer, seq=seq, line_hash=digest) for writer, seq, digest in stored]
