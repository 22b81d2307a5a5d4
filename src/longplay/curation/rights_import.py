"""Taking rights statements from a file: found recordings get one more statement each, nothing is edited.

What was ever stated of a recording is not written again, in force or not. Of the DDEX messages of one sender
about one recording the latest by its own time counts: it ends what earlier ones stated, and an earlier one that
comes late changes nothing. A takedown ends only where a later message states deals, or another takedown.

Source: PREMIS 3.0, rights entity, event `metadata modification`; DDEX ERN; docs/guides/importing-rights.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection

from longplay.curation.rights_matching import Match, Matcher
from longplay.curation.rights_sources import Claim, FileFormat, RightsFile, open_rights
from longplay.errors import MalformedInput, UsageError
from longplay.formats.ddex import KIND as DDEX_KIND
from longplay.formats.ddex import Message
from longplay.formats.ddex_deals import lifts_takedown, origin_of
from longplay.formats.paths import path_text
from longplay.formats.statements import statement_id
from longplay.ledger import rights as queries
from longplay.ledger.ledger import Ledger
from longplay.ledger.register import Register
from longplay.ledger.rights import Stated
from longplay.model.digests import ContentId
from longplay.model.events import RightsStated
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.rights import Reading, RightsStatement, StatementKind
from longplay.progress import Progress
from longplay.store.evidence import EvidenceStore

BATCH: Final = 200
"""Claims between two writings."""

_TOLERANCE: Final = timedelta(days=1)
"""A message may be so much ahead of our clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedNow:
    """A statement that was written down (in a dry run: would be).

    Attributes:
        content_id: the recording.
        statement: what.
        id: of the statement.
        place: where in the file it stands.
        superseded: ids of earlier statements that the whole claim ended.
    """

    content_id: ContentId
    statement: RightsStatement
    id: str
    place: str
    superseded: tuple[str, ...]


class Listener(Protocol):
    """Is told what happens, as it happens."""

    def stated(self, stated: StatedNow) -> None:
        """A new statement is on record."""

    def found(self, finding: Finding) -> None:
        """A row could not be used, or not wholly."""


@dataclass(slots=True, kw_only=True)
class Imported:
    """What came of a file.

    Attributes:
        form: what sort of file it is.
        rows: rows, files or recordings it names.
        matched: those of which a recording is held.
        unmatched: those of which none is.
        ambiguous: those that could mean several recordings: nothing was stated of any.
        unread: those that do not plainly say which recording they are about.
        outdated: those about which a later message of the same sender is known.
        stated: new statements.
        known: statements that were on record before.
        superseded: statements that do not hold any more.
        findings: remarks, those about unmatched rows included.
    """

    form: FileFormat
    rows: int = 0
    matched: int = 0
    unmatched: int = 0
    ambiguous: int = 0
    unread: int = 0
    outdated: int = 0
    stated: int = 0
    known: int = 0
    superseded: int = 0
    findings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsImport:
    """The use case: take statements from a file.

    Attributes:
        ledger: what is held and stated so far.
        evidence: takes the verbatim words.
        clock: the present moment; a message from the future is refused.
    """

    ledger: Ledger
    evidence: EvidenceStore
    clock: Callable[[], datetime]

    def take(
        self,
        register: Register | None,
        path: Path,
        *,
        root: Path | None,
        by: str | None,
        listener: Listener,
        progress: Progress,
    ) -> Imported:
        """Read a file and write down what it states of recordings that are held. Idempotent.

        Args:
            register: writes it down; `None`: only say what would happen.
            path: the file.
            root: absolute folder to which paths in a table are relative; `None`: the table's folder, and where
                nothing was met there, the folders that were taken in.
            by: who takes it over; `None`: the file's name stands there.
            listener, progress: are told.

        Raises:
            MalformedInput: it is no such file, is broken, or is a message from the future; what was written
                before that was seen is kept, and is there when the file is read again.
            UsageError: it could not be read, or is a test message.
            StorageError: words or journal could not be written.
        """
        with open_rights(path, root=root) as source, Matcher(self.ledger) as matcher:
            self._check(source.message)
            run = _Run(
                use=self,
                register=register,
                matcher=matcher,
                listener=listener,
                file=path_text(path.name),
                by=by or path_text(path.name),
                message=source.message,
                done=Imported(form=source.form),
            )
            progress.begin("import", size=source.size)
            try:
                _take_all(run, source, progress)
            finally:
                progress.end()
        return run.done

    def _check(self, message: Message | None) -> None:
        if message is None:
            return
        if message.is_test:
            raise UsageError(f"message {message.id!r} is marked as a test: nothing is taken from it")
        if message.created > self.clock() + _TOLERANCE:
            raise MalformedInput(
                DDEX_KIND, f"it says it was made at {message.created.isoformat()}, in the future"
            )


def _take_all(run: "_Run", source: RightsFile, progress: Progress) -> None:
    at = 0
    while batch := list(islice(source.claims, BATCH)):
        run.batch(batch)
        position = source.position
        progress.advance(files=len(batch), size=position - at)
        at = position


@dataclass(slots=True, kw_only=True)
class _Run:
    """One file while it is taken over."""

    use: RightsImport
    register: Register | None
    matcher: Matcher
    listener: Listener
    file: str
    by: str
    message: Message | None
    done: Imported
    told: set[tuple[ContentId, RightsStatement]] = field(default_factory=set)

    def batch(self, claims: Sequence[Claim]) -> None:
        """Decide about claims and write down what is new."""
        facts: list[RightsStated] = []
        words: dict[ContentId, bytes] = {}
        news: list[StatedNow] = []
        self.told.clear()
        with self.use.ledger.reading() as connection:
            for claim in claims:
                for content_id in self._meant(connection, claim):
                    fact = self._fact(connection, claim, content_id, words)
                    if fact is not None:
                        facts.append(fact)
                        news += _news(fact, claim)
        if self.register is not None and facts:
            for text in words.values():
                self.use.evidence.put(text)
            self.register.record(facts)
        self.done.stated += len(news)
        self.done.superseded += sum(len(fact.supersedes) for fact in facts)
        for one in news:
            self.listener.stated(one)

    def _meant(self, connection: Connection, claim: Claim) -> tuple[ContentId, ...]:
        """The recordings a claim is about; what is wrong with it is told."""
        self.done.rows += 1
        for problem in claim.problems:
            self._find(FindingCode.RIGHTS_CELL_UNREAD, claim, problem, Severity.WARNING)
        if claim.target is None:
            self.done.unread += 1
            return ()
        match = self.matcher.find(connection, claim.target)
        if match.content_ids:
            self.done.matched += 1
        elif match.could_be:
            self._ambiguous(claim, match)
        else:
            self.done.unmatched += 1
            is_ours = self.done.form is FileFormat.TABLE
            severity = Severity.WARNING if is_ours else Severity.NOTE
            self._find(FindingCode.RIGHTS_ROW_UNUSED, claim, "no recording of it is held", severity)
        return match.content_ids

    def _ambiguous(self, claim: Claim, match: Match) -> None:
        self.done.ambiguous += 1
        detail = f"it could be any of {match.could_be} recordings: nothing is stated of them"
        self._find(FindingCode.RIGHTS_ROW_AMBIGUOUS, claim, detail, Severity.WARNING)

    def _fact(
        self, connection: Connection, claim: Claim, content_id: ContentId, words: dict[ContentId, bytes]
    ) -> RightsStated | None:
        """What is to be written down about one recording; `None` when nothing is new."""
        history = queries.history(connection, content_id)
        ended: tuple[str, ...] = ()
        if self.message is not None and claim.deals is not None:
            earlier = _earlier(history, self.message, claim)
            if any(created > self.message.created for _one, created in earlier):
                self.done.outdated += 1
                detail = "a later message of this sender about it is known: nothing is changed"
                self._find(FindingCode.RIGHTS_ROW_OUTDATED, claim, detail, Severity.WARNING)
                return None
            ended = tuple(_ended(earlier, self.message, claim))
        fresh = [one for one in claim.readings if self._is_new(content_id, one, history)]
        words.update({one.statement.words: one.words for one in fresh if one.statement.words})
        if not fresh and not ended:
            return None
        return RightsStated(
            content_id=content_id,
            statements=tuple(dict.fromkeys(one.statement for one in fresh)),
            supersedes=ended,
            by=self.by,
            reason=f"imported from {self.file}",
        )

    def _is_new(self, content_id: ContentId, reading: Reading, history: Sequence[Stated]) -> bool:
        """Whether it was never stated of the recording, be it read from other bytes of the same file."""
        meaning = replace(reading.statement, source_digest=None)
        is_known = any(replace(one.statement, source_digest=None) == meaning for one in history)
        if is_known or (content_id, meaning) in self.told:
            self.done.known += 1
            return False
        self.told.add((content_id, meaning))
        return True

    def _find(self, code: FindingCode, claim: Claim, detail: str, severity: Severity) -> None:
        self.done.findings += 1
        finding = Finding(code=code, severity=severity, path=self.file, detail=f"{claim.place}: {detail}")
        self.listener.found(finding)


def _news(fact: RightsStated, claim: Claim) -> Iterator[StatedNow]:
    for one in fact.statements:
        yield StatedNow(
            content_id=fact.content_id,
            statement=one,
            id=statement_id(one),
            place=claim.place,
            superseded=fact.supersedes,
        )


def _earlier(history: Sequence[Stated], message: Message, claim: Claim) -> list[tuple[Stated, datetime]]:
    """What messages of this sender ever stated about this ISRC, with the time of each message."""
    found = []
    for one in history:
        origin = origin_of(one.statement)
        is_same = origin is not None and claim.deals is not None and origin.isrc == claim.deals.isrc
        if origin is not None and is_same and origin.sender == message.sender:
            found.append((one, origin.created))
    return found


def _ended(earlier: Sequence[tuple[Stated, datetime]], message: Message, claim: Claim) -> Iterator[str]:
    """Ids of what earlier messages stated and this one ends."""
    is_down = any(one.statement.kind is StatementKind.TAKEDOWN for one in claim.readings)
    lifts = is_down or (claim.deals is not None and lifts_takedown(claim.deals))
    for one, created in earlier:
        is_kept = one.statement.kind is StatementKind.TAKEDOWN and not lifts
        if one.superseded is None and created < message.created and not is_kept:
            yield one.id
