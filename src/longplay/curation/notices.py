"""Notices on file: what reached the archive about a claim, and what it answered.

The paper itself, which names people, lies in the erasable evidence. The journal has its id, its kind, the
recordings it is about and its digest. Filing a notice decides nothing: a person withdraws, or does not.

Source: 17 USC 512(c)(3), 512(g); Regulation (EU) 2022/2065 (DSA), articles 16, 17 and 20; design, section 3,
rule 9.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from longplay.curation.reasons import Case, statement_of_reasons
from longplay.errors import NotFound, UsageError
from longplay.formats.notices import make_paper, read_paper, write_paper
from longplay.ledger import rights, withdrawn
from longplay.ledger.ledger import Ledger
from longplay.ledger.register import Register
from longplay.ledger.rights import Notice
from longplay.model.digests import ContentId, content_id_of
from longplay.model.events import NoticeFiled
from longplay.model.findings import Finding
from longplay.model.notices import ANSWERS, Paper, missing
from longplay.model.withdrawal import NoticeKind
from longplay.store.evidence import EvidenceStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A paper that was put on file.

    Attributes:
        id: of the notice.
        is_new: whether it was put there now; else the very same paper was on file.
        paper: what it says.
        findings: what the law asks for and it lacks.
    """

    id: str
    is_new: bool
    paper: Paper
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFile:
    """A notice and its paper.

    Attributes:
        notice: what the journal says.
        paper: what it says; `None` when it was erased, or is damaged.
        is_erased: whether it was purged.
    """

    notice: Notice
    paper: Paper | None
    is_erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """The use case: keep papers on file.

    Attributes:
        ledger: what is on file.
        evidence: holds the papers.
        new_id: a fresh random id.
    """

    ledger: Ledger
    evidence: EvidenceStore
    new_id: Callable[[], str]

    def file(
        self,
        register: Register,
        kind: NoticeKind,
        about: Sequence[ContentId],
        fields: Mapping[str, str],
        *,
        answers: str | None = None,
    ) -> Filed:
        """Put a paper on file, complete or not. The very same paper again changes nothing.

        Args:
            register: writes it down.
            kind: what sort.
            about: the recordings, held or purged; empty with `answers`: those of the notice it answers.
            fields: text by field of its form; what is absent is reported.
            answers: id of the notice it answers, or its first characters.

        Raises:
            MalformedInput: the form has no such field, or it is too long.
            UsageError: it cannot answer that kind, or this very paper was purged.
            NotFound: there is no such notice.
            StorageError: paper or journal could not be written; nothing is on file then.
        """
        answered = self.get(answers).notice if answers is not None else None
        if answered is not None and answered.kind not in ANSWERS.get(kind, ()):
            raise UsageError(f"a {kind.value} does not answer a {answered.kind.value}")
        chosen = tuple(about) or (answered.about if answered else ())
        return self._file(register, make_paper(kind, chosen, fields, answers=answered.id if answered else None))

    def reasons(self, register: Register, name: str | ContentId, said: Mapping[str, str]) -> Filed:
        """Write a statement of reasons from what is on record, and put it on file.

        Args:
            register: writes it down.
            name: the notice (its id or first characters) that led to a withdrawal or purge; or the content id
                of a recording: then the latest notice about it is meant, if there is one.
            said: fields in a person's own words, in place of what would be written.

        Raises:
            NotFound: there is no such notice or recording.
            UsageError: nothing it is about was withdrawn or purged.
            MalformedInput, StorageError: as `file`.
        """
        with self.ledger.reading() as connection:
            notice = _led_to(rights.notices(connection), name)
            about = notice.about if notice is not None else (ContentId(name),)
            case = self._case(connection, about, notice)
        return self._file(register, statement_of_reasons(case, said))

    def list(self) -> list[OnFile]:
        """Every paper on file, oldest first."""
        with self.ledger.reading() as connection:
            return [self._on_file(connection, one) for one in rights.notices(connection)]

    def get(self, name: str) -> OnFile:
        """A paper by its id, or by the first characters of it.

        Raises:
            NotFound: there is none, or more than one.
        """
        with self.ledger.reading() as connection:
            found = [one for one in rights.notices(connection) if name and one.id.startswith(name.lower())]
            if len(found) != 1:
                many = "more than one notice starts" if found else "no notice starts"
                raise NotFound(f"{many} with {name!r}: see `longplay notices list`")
            return self._on_file(connection, found[0])

    def _on_file(self, connection: Connection, notice: Notice) -> OnFile:
        data = self.evidence.get(notice.document)
        is_erased = data is None and rights.is_purged(connection, notice.document)
        return OnFile(notice=notice, paper=read_paper(data) if data else None, is_erased=is_erased)

    def _file(self, register: Register, paper: Paper) -> Filed:
        data = write_paper(paper)
        document = content_id_of(data)
        with self.ledger.reading() as connection:
            known = [one for one in rights.notices(connection) if one.document == document]
            if rights.is_purged(connection, document):
                raise UsageError("this very paper was purged: it is not put on file again")
        self.evidence.put(data)
        findings = tuple(missing(paper))
        if known:
            return Filed(id=known[0].id, is_new=False, paper=paper, findings=findings)
        fact = NoticeFiled(
            notice=self.new_id(),
            kind=paper.kind,
            about=paper.about,
            document=document,
            answers=paper.answers,
        )
        register.record([fact])
        return Filed(id=fact.notice, is_new=True, paper=paper, findings=findings)

    def _case(self, connection: Connection, about: Sequence[ContentId], notice: Notice | None) -> Case:
        gone = [purged for one in about if (purged := withdrawn.purged(connection, one)) is not None]
        erased = {purged.content_id for purged in gone}
        standing = [
            known
            for one in about
            for known, holds in withdrawn.withdrawals_of(connection, one)
            if holds and one not in erased
        ]
        if not standing and not gone:
            raise UsageError("nothing it is about is withdrawn or purged: there are no reasons to state")
        concerned = {one.content_id for one in standing} | erased
        return Case(
            about=tuple(sorted(concerned)),
            withdrawals=tuple((one, self._words(one.words, one.reason.value)) for one in standing),
            purged=tuple(gone),
            notice=(notice.id, notice.kind, notice.at[:10]) if notice else None,
        )

    def _words(self, name: ContentId, reason: str) -> str:
        """The reason in full; empty when it says no more than its class, or is gone."""
        words = (self.evidence.get(name) or b"").decode("utf-8", "replace")
        return "" if words == reason else words


def _led_to(notices: Sequence[Notice], name: str) -> Notice | None:
    """The notice that is meant, or the latest about a recording that is none of our own answers."""
    found = [one for one in notices if name and one.id.startswith(name.lower())]
    if len(found) > 1:
        raise NotFound(f"more than one notice starts with {name!r}: see `longplay notices list`")
    if found:
        if found[0].kind is NoticeKind.STATEMENT_OF_REASONS:
            raise UsageError("that is a statement of reasons already: name the notice it answers")
        return found[0]
    received = [one for one in notices if one.kind in _RECEIVED and name in one.about]
    return received[-1] if received else None


_RECEIVED = {NoticeKind.DMCA_NOTICE, NoticeKind.DSA_NOTICE}
