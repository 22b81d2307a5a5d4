"""How long work tells how far it is, without knowing who watches.

Use cases take a `Progress`; the command line gives them a bar, everything else the silent twin.
"""

from typing import Protocol


class Progress(Protocol):
    """A listener for one piece of long work."""

    def begin(self, task: str, *, files: int | None = None, size: int | None = None) -> None:
        """A new task starts; totals are in files and bytes, `None` where unknown."""

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        """So many more files and bytes are done."""

    def end(self) -> None:
        """The task begun last is over, well or badly."""


class Silent:
    """A `Progress` that says nothing."""

    def begin(self, task: str, *, files: int | None = None, size: int | None = None) -> None:
        """Do nothing."""

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""
