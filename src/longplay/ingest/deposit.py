"""What an accession is about, and what it needs of the archive."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from longplay.ingest.table import DepositTable
from longplay.ledger.register import Register
from longplay.model.rights import KeepingBasis, RightsStatement
from longplay.rights.gate import Gate
from longplay.store.derived import DerivedStore
from longplay.store.evidence import EvidenceStore
from longplay.store.local import LocalStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """What is to be taken in (OAIS: the submission information package).

    Attributes:
        starts: folders or files, absolute.
        source: where it comes from, in the depositor's words.
        table: says what each file is; `None` if there is none.
        statement: holds for every file; `None` if there is none.
    """

    starts: tuple[Path, ...]
    source: str
    table: DepositTable | None = None
    statement: RightsStatement | None = None

    def statements_for(self, path: Path) -> tuple[RightsStatement, ...]:
        """What table and option state of the file at an absolute path."""
        rows = self.table.rows(path) if self.table else []
        stated = [row.statement for row in rows]
        return tuple(one for one in (*stated, self.statement) if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What an accession needs of the archive.

    Attributes:
        store, derived, evidence, register, gate: the archive's.
        keeping: the institution's basis for keeping.
        clock: tells the day for the gate.
        new_id: makes ids for accessions.
        dry_run: decide everything, keep nothing.
    """

    store: LocalStore
    derived: DerivedStore
    evidence: EvidenceStore
    register: Register
    gate: Gate
    keeping: KeepingBasis
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    dry_run: bool = False
