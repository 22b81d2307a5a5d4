"""Taking a deposit in, as the command does it, and what is left in the archive afterwards."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from longplay.ingest.accession import Accession
from longplay.ingest.deposit import Deposit, Ports
from longplay.ingest.outcome import HoldingTaken, Summary
from longplay.ingest.table import DepositTable
from longplay.ledger import queries
from longplay.ledger.state import state_digest
from longplay.model.findings import Finding, FindingCode
from longplay.model.holdings import Companion, Holding
from longplay.model.rights import KeepingBasis, RightsStatement, StatementSource
from longplay.progress import Silent
from longplay.rights.gate import decide
from longplay.rights.readers import statement
from longplay.wiring import make_archive, new_id, now, open_archive


@dataclass(slots=True)
class Heard:
    """What was told while files were taken in."""

    summary: Summary = field(default_factory=Summary)
    holdings: list[HoldingTaken] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def taken(self, holding: HoldingTaken) -> None:
        self.holdings.append(holding)

    def found(self, finding: Finding) -> None:
        self.findings.append(finding)

    @property
    def codes(self) -> dict[str, FindingCode]:
        """Finding codes by path."""
        return {finding.path: finding.code for finding in self.findings}

    @property
    def sums(self) -> tuple[int, int, int, int, int]:
        """Files met, accessioned, companions, duplicates, refused."""
        found = self.summary
        return found.files, found.accessioned, found.companions, found.duplicates, found.refused


def new_archive(folder: Path, keeping: KeepingBasis = KeepingBasis.OWN_COLLECTION) -> Path:
    make_archive(folder, keeping=keeping, name="test")
    return folder


def stated(licence: str) -> RightsStatement:
    """What `--licence` makes."""
    return statement(licence, evidence="a letter", source=StatementSource.OPTION)


def accept(
    archive: Path,
    *starts: Path,
    source: str = "Deposit",
    table: Path | None = None,
    licence: str | None = None,
    dry_run: bool = False,
    file_limit_s: float = 60.0,
    bit_rates: tuple[int, ...] = (),
    true_peak: bool = False,
) -> Heard:
    """Take folders in with one worker."""
    heard = Heard()
    deposit = Deposit(
        starts=tuple(start.resolve() for start in starts),
        source=source,
        table=DepositTable.read(table.resolve()) if table else None,
        statement=stated(licence) if licence else None,
    )
    with open_archive(archive) as opened, opened.writing() as register:
        ports = Ports(
            store=opened.store,
            derived=opened.derived,
            evidence=opened.evidence,
            register=register,
            gate=decide,
            keeping=opened.settings.archive.keeping,
            clock=now,
            new_id=new_id,
            dry_run=dry_run,
        )
        accession = Accession(
            ports=ports, jobs=1, file_limit_s=file_limit_s, true_peak=true_peak, bit_rates=bit_rates
        )
        heard.summary = accession.accept(deposit, listener=heard, progress=Silent())
    return heard


def holdings(archive: Path) -> dict[str, Holding]:
    """Every holding, by the path at which it was first met."""
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        return {one.provenances[0].path: one for one in queries.holdings(connection)}


def companions(archive: Path) -> dict[str, Companion]:
    """Every companion, by its path."""
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        return {one.provenance.path: one for one in queries.companions(connection)}


def digest(archive: Path) -> str:
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        return state_digest(connection)


def journal_size(archive: Path) -> int:
    return sum(path.stat().st_size for path in (archive / "journal").rglob("*.jsonl*"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_whole(archive: Path) -> set[str]:
    """Every blob is what its name says, the ledger knows it, and nothing is left over; their content ids."""
    blobs = [path for path in (archive / "blobs").rglob("*") if path.is_file()]
    for path in blobs:
        assert sha256(path) == path.name
        assert path.stat().st_mode & 0o777 == 0o444
    leftovers = [path for path in (archive / "staging").rglob("*") if path.is_file()]
    assert leftovers == []
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        kept = {one.content_id for one in queries.holdings(connection)}
        kept |= {one.digests.content_id for one in queries.companions(connection)}
        kept |= {one.content_id for one in queries.copies(connection)}
        assert list(opened.store.ids()) == sorted(path.name for path in blobs)
    assert kept == {path.name for path in blobs}
    return {path.name for path in blobs}
