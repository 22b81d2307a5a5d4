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
from longplay.editions.refusals import nothing_permitted, revoked_edition
from longplay.editions.selection import Chosen, Doorkeeper, select
from longplay.errors import UsageError
from longplay.fixity.seal import SEAL_NAME, seal_of
from longplay.formats.edition import FILE_NAME, write_edition
from longplay.ledger import queries, rights
from longplay.ledger.register import Register
from longplay.model.digests import ContentId
from longplay.model.editions import BundleEntry, Edition, Stage
from longplay.model.events import Agent, BundleMade, EditionOpened, EditionPublished, Head
from longplay.model.rights import KeepingBasis, MiningPreference, Territory
from longplay.model.withdrawal import Tombstone
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
        territories, mining: as in `Doorkeeper`.
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
    territories: tuple[Territory, ...] = ()
    mining: MiningPreference | None = None

    def publish(self, name: str, *, out: Path, sources: Sources, progress: Progress) -> Published:
        """Publish an edition into `out`/`name`. Idempotent; may be killed and run again.

        Raises:
            UsageError: no name for an edition, or another edition was begun and not finished.
            GateRefused: nothing may be redistributed, or the edition is published and holds something that may
                not be passed on any more.
            ArchiveBusy: another process is publishing.
            StorageError: something could not be written.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name for an edition: use letters, digits, dots, dashes")
        with locked(self.store.root / LOCKS / "publish", what="publishing"):
            self.store.sweep_put()
            row = self._opened(name)
            names = self._published(row) if row.bundles_json is not None else self._made(row, progress)
            return self._hand_out(row, names, out / name, sources, progress)

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
        if has_older:
            return
        doorkeeper = self._doorkeeper(self.clock().date())
        with self.register.ledger.reading() as connection:
            if not select(connection, doorkeeper, bundles=(), heads=None).fresh:
                raise nothing_permitted(connection, doorkeeper)

    def _made(self, row: Any, progress: Progress) -> list[str]:
        """Make what bundles are missing; returns the edition's, by number.

        What may not be passed on any more by now is not handed out, whatever was known at the heads: a bundle
        that holds such a recording is left out, and what else it holds comes with the next edition.
        """
        doorkeeper = self._doorkeeper(date.fromisoformat(row.date))
        with self.register.ledger.reading() as connection:
            visible = queries.bundles_visible_to(connection, row.name, _heads(row))
            selection = select(connection, doorkeeper, bundles=visible, heads=_heads(row))
        names = list(selection.in_force)
        progress.begin("bags", files=sum(len(one.content_ids) for one in selection.fresh))
        try:
            for one in selection.fresh:
                names += self._make_bundle(row, one, doorkeeper)
                progress.advance(files=len(one.content_ids))
        finally:
            progress.end()
        revoked = self._revoked(names)
        return [name for name in names if name not in revoked]

    def _published(self, row: Any) -> list[str]:
        """The bundles of an edition that was handed out before; it is not again if it may not be."""
        names = msgspec.json.decode(row.bundles_json, type=list[str])
        revoked = self._revoked(names)
        if revoked:
            with self.register.ledger.reading() as connection:
                raise revoked_edition(connection, row.name, revoked, self._doorkeeper(self.clock().date()))
        return names

    def _revoked(self, names: list[str]) -> dict[str, tuple[ContentId, ...]]:
        """By bundle, the recordings that may not be passed on any more as of now."""
        doorkeeper = self._doorkeeper(self.clock().date())
        with self.register.ledger.reading() as connection:
            return select(connection, doorkeeper, bundles=names, heads=None).revoked

    def _make_bundle(self, row: Any, chosen: Chosen, doorkeeper: Doorkeeper) -> list[str]:
        """Make one bundle; returns its name, or nothing when nobody may go into it any more."""
        with self.register.ledger.reading() as connection:
            number = len(queries.bundle_names(connection)) + 1
            members = members_of(connection, chosen, doorkeeper, heads=_heads(row))
            held_at = queries.held_at(connection, chosen.content_ids)
        if not members:
            return []
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
        return [bundle.name]

    def _hand_out(
        self, row: Any, names: list[str], folder: Path, sources: Sources, progress: Progress
    ) -> Published:
        with self.register.ledger.reading() as connection:
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

    def _doorkeeper(self, day: date) -> Doorkeeper:
        return Doorkeeper(
            gate=self.gate,
            keeping=self.keeping,
            day=day,
            territories=self.territories,
            mining=self.mining,
        )

    def _withdrawn(self, row: Any) -> tuple[Tombstone, ...]:
        """What earlier editions published and this one may not, as of its heads."""
        with self.register.ledger.reading() as connection:
            visible = set(queries.bundles_visible_to(connection, row.name, _heads(row)))
            return tuple(
                stone
                for stone in rights.tombstones(connection, _heads(row))
                if any(bundle in visible for bundle, _path in queries.places_of(connection, stone.content_id))
            )

    def _edition(self, row: Any, entries: list[BundleEntry]) -> Edition:
        return Edition(
            name=row.name,
            date=row.date,
            archive_id=self.archive_id,
            archive_name=self.archive_name,
            heads=tuple((head.writer, head.seq, head.line_hash) for head in _heads(row)),
            stages=(Stage(number=1, bundles=tuple(entries)),),
            withdrawn=self._withdrawn(row),
        )


def _heads(row: Any) -> list[Head]:
    stored = msgspec.json.decode(row.heads_json, type=list[tuple[str, int, str]])
    return [Head(writer=writer, seq=seq, line_hash=digest) for writer, seq, digest in stored]
