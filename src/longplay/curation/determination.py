"""A person's determination of rights: what holds from now on, and which statements it ends.

Statements are never edited: a determination is one more statement, with the reason, that supersedes others.
A withdrawal or a takedown is not ended here.

Source: PREMIS 3.0, `copyrightStatusDeterminationDate`, event `metadata modification`; design, section 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from longplay.errors import NotFound, UsageError
from longplay.formats.statements import statement_id
from longplay.ledger import rights as queries
from longplay.ledger.ledger import Ledger
from longplay.ledger.register import Register
from longplay.ledger.rights import Stated
from longplay.model.digests import ContentId, content_id_of
from longplay.model.events import RightsStated
from longplay.model.rights import RightsStatement, StatementKind
from longplay.store.evidence import EvidenceStore

KEPT: Final = frozenset({StatementKind.WITHDRAWAL, StatementKind.TAKEDOWN})
"""Kinds that a determination of what is licensed leaves as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Determined:
    """What was written down.

    Attributes:
        statement: id of the new statement; `None` when statements were only ended.
        superseded: ids of those that do not hold any more.
    """

    statement: str | None
    superseded: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """The use case: decide what holds.

    Attributes:
        ledger: what is stated so far.
        evidence: keeps the reasons.
    """

    ledger: Ledger
    evidence: EvidenceStore

    def decide(
        self,
        register: Register,
        content_id: ContentId,
        statement: RightsStatement | None,
        *,
        ends: Sequence[str] | None = None,
        by: str,
        reason: str,
    ) -> Determined:
        """Write down a determination. The same again changes nothing.

        Args:
            register: writes it down.
            content_id: the recording.
            statement: what holds from now on; `None`: nothing new does.
            ends: ids, or their first digits, of statements that do not hold any more; `None`: all that could
                disagree.
            by: who decides.
            reason: why; it may name people, so it is kept as evidence, which can be erased.

        Raises:
            UsageError: nobody decides, for no reason, or nothing would change.
            NotFound: an id is none of a statement in force.
            StorageError: the journal could not be written.
        """
        if not by.strip() or not reason.strip():
            raise UsageError("a determination needs a person (--by) and a reason (--reason)")
        if statement is not None:
            statement = replace(statement, words=content_id_of(reason.strip().encode()))
        with self.ledger.reading() as connection:
            stated = [one for one in queries.history(connection, content_id) if one.superseded is None]
        fresh = statement_id(statement) if statement else None
        ended = _named(stated, ends) if ends is not None else _disagreeing(stated)
        ended = [one for one in ended if one != fresh]
        if not ended and (statement is None or any(one.id == fresh for one in stated)):
            raise UsageError("nothing would change: see `longplay rights show` for what is in force")
        fact = RightsStated(
            content_id=content_id,
            statements=(statement,) if statement else (),
            supersedes=tuple(ended),
            by=by.strip(),
            reason="determined by a person",
            words=self.evidence.put(reason.strip().encode()),
        )
        register.record([fact])
        return Determined(statement=fresh, superseded=tuple(ended))


def _disagreeing(stated: Sequence[Stated]) -> list[str]:
    return [one.id for one in stated if one.statement.kind not in KEPT]


def _named(stated: Sequence[Stated], names: Sequence[str]) -> list[str]:
    found = []
    for name in names:
        ids = [one for one in stated if one.id.startswith(name.lower())] if name else []
        if len(ids) != 1:
            many = "more than one statement" if ids else "no statement in force"
            raise NotFound(f"{many} starts with {name!r}: see `longplay rights show`")
        if ids[0].statement.kind in KEPT:
            raise UsageError(
                f"statement {ids[0].id} is a {ids[0].statement.kind.value}: it is ended by "
                "`longplay withdraw --reverse`, or by the sender's next message"
            )
        found.append(ids[0].id)
    return found
