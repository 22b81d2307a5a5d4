"""Withdrawing a recording, and taking that back.

A withdrawal is one more rights statement, which forbids every act but `preserve`: the gate refuses from the
next question on. Nothing is deleted: that is a purge. Several withdrawals may stand side by side, each with its
own reason, and each is reversed by itself. The words behind them lie in the erasable evidence; the journal has
their digest.

Source: design, section 3, rule 9; PREMIS 3.0, event types `deaccession` and `metadata modification`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from longplay.errors import NotFound, UsageError
from longplay.formats.statements import statement_id
from longplay.ledger import queries, withdrawn
from longplay.ledger.ledger import Ledger
from longplay.ledger.register import Register
from longplay.ledger.rights import Withdrawn
from longplay.model.digests import ContentId, content_id_of
from longplay.model.events import RecordingWithdrawn, WithdrawalReversed
from longplay.model.rights import ALL_BUT_KEEPING, RightsBasis, RightsStatement, StatementKind, StatementSource
from longplay.model.units import instant
from longplay.model.withdrawal import ReasonClass
from longplay.store.evidence import WORDS_LIMIT, EvidenceStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """What holds a recording besides the blobs.

    Attributes:
        places: (bundle, path) where it is published, sorted.
        editions: names of published editions with one of these bundles, oldest first.
        copies: access copies made of it.
    """

    places: tuple[tuple[str, str], ...]
    editions: tuple[str, ...]
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of withdrawing or reversing.

    Attributes:
        statement: id of the withdrawal's statement.
        is_new: whether something was written down (in a dry run: would be); else it was so before.
        others: ids of the other withdrawals in force, oldest first.
    """

    statement: str
    is_new: bool
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The use case: withdraw recordings, and reverse withdrawals.

    Attributes:
        ledger: what is withdrawn so far.
        evidence: takes the words.
        clock: the present moment, part of what makes a withdrawal unique.
        new_id: a fresh random id, the other part.
    """

    ledger: Ledger
    evidence: EvidenceStore
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def affected(self, content_id: ContentId) -> Affected:
        """Where a recording is published, and what was made of it."""
        with self.ledger.reading() as connection:
            places = queries.places_of(connection, content_id)
            return Affected(
                places=tuple(places),
                editions=tuple(withdrawn.editions_with(connection, {bundle for bundle, _ in places})),
                copies=len(queries.copies_of(connection, content_id)),
            )

    def withdraw(
        self, register: Register | None, content_id: ContentId, *, reason: ReasonClass, by: str, words: str
    ) -> Done:
        """Make a recording dark. The same person with the same reason and words again changes nothing.

        Args:
            register: writes it down; `None`: only say what would happen.
            content_id: the recording.
            reason: its class; may be published.
            by: who withdraws.
            words: the reason in full; never published. Empty: there are no more words than the class.

        Raises:
            UsageError: nobody withdraws, or the words are too long.
            NotFound: no such recording is held.
            StorageError: words or journal could not be written; nothing is withdrawn then.
        """
        by, data = _checked(by, words or reason.value)
        in_force = [one for one, holds in self._known(content_id) if holds]
        for one in in_force:
            if (one.reason, one.by, one.words) == (reason, by, content_id_of(data)):
                self._keep(register, data)
                return _done(one.statement, in_force, is_new=False)
        statement = self._statement(reason, content_id_of(data))
        if register is not None:
            name = self._keep(register, data)
            fact = RecordingWithdrawn(
                content_id=content_id, statement=statement, reason=reason, by=by, words=name
            )
            register.record([fact])
        return _done(statement_id(statement), in_force, is_new=True)

    def reverse(
        self,
        register: Register | None,
        content_id: ContentId,
        *,
        statement: str | None = None,
        by: str,
        words: str,
    ) -> Done:
        """Take a withdrawal back: it was a mistake, or the dispute is over. Reversing again changes nothing.

        Args:
            register: writes it down; `None`: only say what would happen.
            content_id: the recording.
            statement: id of the withdrawal's statement or its first digits; `None`: the only one in force.
            by: who decides.
            words: why, in full; never published.

        Raises:
            UsageError: nobody decides, for no reason; or there are several withdrawals and none was named.
            NotFound: no such recording is held, it was never withdrawn, or not by that statement.
            StorageError: words or journal could not be written; nothing is reversed then.
        """
        if not words.strip():
            raise UsageError("reversing a withdrawal needs words (--words or --words-file): why")
        by, data = _checked(by, words)
        known = self._known(content_id)
        chosen, holds = _named(known, statement)
        in_force = [one for one, is_standing in known if is_standing]
        if holds and register is not None:
            fact = WithdrawalReversed(
                content_id=content_id, statement=chosen.statement, by=by, words=self._keep(register, data)
            )
            register.record([fact])
        return _done(chosen.statement, in_force, is_new=holds)

    def _known(self, content_id: ContentId) -> list[tuple[Withdrawn, bool]]:
        with self.ledger.reading() as connection:
            if not queries.is_held(connection, content_id):
                raise NotFound(f"no recording {content_id} is held")
            return withdrawn.withdrawals_of(connection, content_id)

    def _statement(self, reason: ReasonClass, words: ContentId) -> RightsStatement:
        """A statement of its own: a reversed one cannot come into force again."""
        return RightsStatement(
            basis=RightsBasis.POLICY,
            licence=None,
            stated=f"withdrawn: {reason.value}",
            evidence=f"withdrawal {self.new_id()} of {instant(self.clock())}",
            source=StatementSource.DECISION,
            kind=StatementKind.WITHDRAWAL,
            forbids=ALL_BUT_KEEPING,
            words=words,
        )

    def _keep(self, register: Register | None, words: bytes) -> ContentId:
        """Words are durable before the journal names them, and stay out of the store in a dry run."""
        return content_id_of(words) if register is None else self.evidence.put(words)


def _checked(by: str, words: str) -> tuple[str, bytes]:
    if not by.strip():
        raise UsageError("a withdrawal needs a person: --by NAME")
    data = words.encode("utf-8", "surrogateescape")
    if len(data) > WORDS_LIMIT:
        raise UsageError(f"the words have {len(data)} bytes; at most {WORDS_LIMIT} are kept")
    return by.strip(), data


def _done(statement: str, in_force: Sequence[Withdrawn], *, is_new: bool) -> Done:
    others = tuple(one.statement for one in in_force if one.statement != statement)
    return Done(statement=statement, is_new=is_new, others=others)


def _named(known: Sequence[tuple[Withdrawn, bool]], name: str | None) -> tuple[Withdrawn, bool]:
    """The withdrawal that is meant, and whether it is in force."""
    if name is None:
        standing = [one for one, holds in known if holds]
        if len(standing) == 1:
            return standing[0], True
        if known and not standing:
            return known[-1]
    found = [one for one in known if name and one[0].statement.startswith(name.lower())]
    if len(found) == 1:
        return found[0]
    if not known:
        raise NotFound("it was never withdrawn: there is nothing to reverse")
    listed = "; ".join(f"{one.statement} ({one.reason.value}, {one.at[:10]}, {one.by})" for one, _ in known)
    if name is None:
        raise UsageError(f"there are several withdrawals: name one with --statement: {listed}")
    raise NotFound(f"no one withdrawal starts with {name!r}; there are: {listed}")
