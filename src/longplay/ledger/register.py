"""The one way to write down what happened: journal first, then ledger, then acknowledge.

Source: design, section 3, rule 3.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from longplay.ledger.journal import Clock, JournalWriter
from longplay.ledger.ledger import Ledger
from longplay.model.events import Agent, Event, Fact


class Register:
    """A journal chain and the ledger that follows it, for one process that writes."""

    def __init__(self, *, journal: JournalWriter, ledger: Ledger, flush: Callable[[], None]) -> None:
        """Use `Register.open`."""
        self._journal = journal
        self._flush = flush
        self.ledger = ledger

    @classmethod
    def open(
        cls, journal: Path, ledger: Ledger, *, clock: Clock, agent: Agent, flush: Callable[[], None]
    ) -> Self:
        """Lock a chain for this process and catch the ledger up with whatever a kill left unprojected.

        Args:
            journal: the journal's folder.
            ledger: follows it.
            clock: stamps the events.
            agent: stands in the events.
            flush: makes blobs durable; called before anything about them is journalled.

        Raises:
            ArchiveBusy, StorageError, JournalBroken: as `JournalWriter.open` and `Ledger.catch_up`.
        """
        writer = JournalWriter.open(journal, clock=clock, agent=agent)
        try:
            ledger.catch_up()
        except BaseException:
            writer.close()
            raise
        return cls(journal=writer, ledger=ledger, flush=flush)

    @property
    def writer(self) -> str:
        """Name of this process's chain; unique among the processes that write at one time."""
        return self._journal.writer

    def record(self, facts: Sequence[Fact]) -> list[Event]:
        """Journal facts as one group and project them. Durable when this returns.

        Raises:
            StorageError: nothing was journalled, or it was and the ledger will catch up at the next opening.
        """
        self._flush()
        lines = self._journal.append(facts)
        self.ledger.apply(lines)
        return [event for event, _digest in lines]

    def close(self) -> None:
        """Give the chain back."""
        self._journal.close()

    def __enter__(self) -> Self:
        """Use as a context: closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()
