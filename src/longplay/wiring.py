"""The composition root: from a folder to an archive that works. Alone names a backend."""

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from longplay import __version__
from longplay.catalogue.engine import Limits
from longplay.editions.selection import Doorkeeper
from longplay.errors import ArchiveExists, UsageError
from longplay.ledger.ledger import Ledger
from longplay.ledger.register import Register
from longplay.model.events import Agent
from longplay.model.holdings import Holding
from longplay.model.rights import KeepingBasis, RightsObject
from longplay.progress import Progress
from longplay.rights.gate import decide
from longplay.settings import NAME_PATTERN, ArchiveSettings, Settings, read_settings, settings_text
from longplay.store.derived import DerivedStore
from longplay.store.evidence import EvidenceStore
from longplay.store.failures import storing
from longplay.store.layout import CATALOGUE, EDITIONS, JOURNAL, LEDGER, SETTINGS
from longplay.store.local import LocalStore, write_durably

if TYPE_CHECKING:  # Arrow and NumPy are slow to import
    from longplay.catalogue.search.indexing import Indexing
    from longplay.catalogue.serving import Serving
    from longplay.catalogue.snapshots import Snapshots
    from longplay.curation.matching.ledger_of_reasons import LedgerOfReasons
    from longplay.curation.matching.match import Matching

AGENT = Agent(name="longplay", version=__version__)


def now() -> datetime:
    """The present moment in UTC: the one clock of the program."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh random id."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCatalogue:
    """A snapshot to ask.

    Attributes:
        snapshots, number: which.
        serving: looks its entities up.
    """

    snapshots: "Snapshots"
    number: int
    serving: "Serving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive that is open for reading.

    Attributes:
        root: its folder, absolute.
        settings: what `longplay.toml` says.
        store: its blobs.
        derived: its fingerprints and waveforms.
        evidence: the erasable words behind its rights statements.
        ledger: caught up with the journal.
    """

    root: Path
    settings: Settings
    store: LocalStore
    derived: DerivedStore
    evidence: EvidenceStore
    ledger: Ledger

    @property
    def journal(self) -> Path:
        """The journal's folder."""
        return self.root / JOURNAL

    @property
    def editions(self) -> Path:
        """Where editions go unless told otherwise."""
        return self.root / EDITIONS

    @property
    def limits(self) -> Limits:
        """What a query of the catalogue may use."""
        settings = self.settings.catalogue
        return Limits(memory_gb=settings.memory_gb, threads=settings.threads)

    def rights_object(self, holding: Holding) -> RightsObject:
        """What the gate is asked about, for one holding."""
        return RightsObject(
            content_id=holding.content_id,
            statements=holding.statements,
            keeping=self.settings.archive.keeping,
            mining=self.settings.rights.mining_preference,
        )

    def doorkeeper(self) -> Doorkeeper:
        """The gate as publishing and seeding ask it today."""
        return Doorkeeper(
            gate=decide,
            keeping=self.settings.archive.keeping,
            day=now().date(),
            territories=self.settings.rights.territories,
            mining=self.settings.rights.mining_preference,
        )

    def catalogue(self, snapshot: int | None, progress: Progress) -> "OpenCatalogue":
        """A snapshot of the catalogue, its serving table made where it is not there.

        Args:
            snapshot: its number; `None`: the latest.
            progress: told while the table is made.

        Raises:
            NotFound: there is no such snapshot.
            StorageError: something could not be read or written.
        """
        from longplay.catalogue.serving import made_serving
        from longplay.catalogue.snapshots import Snapshots

        snapshots = Snapshots(self.root)
        number = snapshots.get(snapshot).number
        serving = made_serving(self.root, snapshots, number, limits=self.limits, progress=progress)
        return OpenCatalogue(snapshots=snapshots, number=number, serving=serving)

    def indexing(self, catalogue: "OpenCatalogue") -> "Indexing":
        """What makes the search index of a snapshot."""
        from longplay.catalogue.search.indexing import Indexing

        return Indexing(root=self.root, snapshots=catalogue.snapshots, limits=self.limits)

    def matching(self, catalogue: "OpenCatalogue") -> "Matching":
        """What matches holdings with a snapshot."""
        from longplay.curation.matching.match import Matching
        from longplay.curation.matching.matches import MatchesFile
        from longplay.curation.recordings import Recordings

        return Matching(
            root=self.root,
            recordings=Recordings(ledger=self.ledger, derived=self.derived),
            snapshots=catalogue.snapshots,
            number=catalogue.number,
            serving=catalogue.serving,
            matches=MatchesFile(self.root),
            limits=self.limits,
            line_share=self.settings.catalogue.line_share,
        )

    def reasons(self, catalogue: "OpenCatalogue") -> "LedgerOfReasons":
        """Why recordings of a snapshot are held, or are not, as things stand today.

        Raises:
            MalformedInput: the curator's file cannot be read.
        """
        from longplay.catalogue.curating import read_curators_file
        from longplay.curation.matching.ledger_of_reasons import LedgerOfReasons
        from longplay.curation.matching.matches import MatchesFile

        return LedgerOfReasons(
            ledger=self.ledger,
            snapshots=catalogue.snapshots,
            number=catalogue.number,
            serving=catalogue.serving,
            matches=MatchesFile(self.root),
            curators=read_curators_file(self.curators_file),
            keeping=self.settings.archive.keeping,
            gate=decide,
            day=now().date(),
        )

    @property
    def curators_file(self) -> Path:
        """What people say of entities of the catalogue."""
        return self.root / CATALOGUE / "curator.csv"

    @contextmanager
    def writing(self) -> Iterator[Register]:
        """A journal chain of this process's own, given back at the end.

        Raises:
            ArchiveBusy, StorageError, JournalBroken: as `Register.open`.
        """
        with Register.open(
            self.journal, self.ledger, clock=now, agent=AGENT, flush=self.store.flush
        ) as register:
            yield register


@contextmanager
def open_archive(folder: Path) -> Iterator[Archive]:
    """The archive in a folder; its ledger is caught up, and closed at the end.

    Raises:
        NoArchive, BadSettings: as `read_settings`.
        StorageError, JournalBroken: as `Ledger.open`.
    """
    root = folder.resolve()
    settings = read_settings(root)
    ledger = Ledger.open(root / LEDGER, journal=root / JOURNAL)
    try:
        yield Archive(
            root=root,
            settings=settings,
            store=LocalStore(root),
            derived=DerivedStore(root),
            evidence=EvidenceStore(root),
            ledger=ledger,
        )
    finally:
        ledger.close()


def make_archive(folder: Path, *, keeping: KeepingBasis, name: str | None) -> Settings:
    """Make an archive in a folder that is empty or absent.

    Args:
        folder: where.
        keeping: the institution's basis.
        name: short name; `None`: after the folder.

    Raises:
        ArchiveExists: the folder holds something.
        UsageError: the name is none.
        StorageError: it could not be written.
    """
    root = folder.resolve()
    if (root / SETTINGS).exists():
        raise ArchiveExists(f"{root} is an archive already: ingest into it, or choose another folder")
    if root.is_dir() and any(os.scandir(root)):
        raise ArchiveExists(f"{root} is not empty: choose a new or an empty folder")
    archive = _archive_settings(name or _name_from(root.name), keeping)
    with storing(root):
        root.mkdir(parents=True, exist_ok=True)
        (root / JOURNAL).mkdir(exist_ok=True)
    Ledger.open(root / LEDGER, journal=root / JOURNAL).close()
    write_durably(root / SETTINGS, settings_text(archive).encode())
    return read_settings(root)


def _archive_settings(name: str, keeping: KeepingBasis) -> ArchiveSettings:
    if not re.fullmatch(NAME_PATTERN, name):
        raise UsageError(
            f"{name!r} is no short name: use a-z, 0-9 and -, at most 63, starting with a letter or digit"
        )
    return ArchiveSettings(id=new_id(), name=name, keeping=keeping)


def _name_from(folder: str) -> str:
    """A short name after a folder's."""
    plain = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:40].strip("-")
    return plain or "archive"
