"""What the folders on the way down say: which companions wait there, which licences they state.

Recordings of a folder come before the folders below it, and companions before recordings; so when a recording
is decided, everything beside and above it is known, and when a folder is done, everything below it is.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from longplay.ingest.companions import is_sidecar, names_recording
from longplay.ingest.walk import FileMet
from longplay.ingest.worker import Beside
from longplay.model.holdings import CompanionKind
from longplay.model.rights import RightsStatement, StatementSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A companion whose copy is staged until its folder is done."""

    met: FileMet
    beside: Beside
    staged: Path


@dataclass(slots=True, kw_only=True)
class Folder:
    """One folder on the way down.

    Attributes:
        companions: in the order met.
        recordings: names of the recordings accepted in it.
        any_below: whether a folder below holds a recording.
    """

    companions: list[Waiting] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    any_below: bool = False


class Nearby:
    """The folders of one walk that are not done yet, by (root, folder)."""

    def __init__(self) -> None:
        """No folder yet."""
        self._folders: dict[tuple[Path, str], Folder] = {}

    def folder(self, met: FileMet) -> Folder:
        """The folder a file lies in."""
        return self._folders.setdefault((met.root, met.folder), Folder())

    def done(self, root: Path, folder: str) -> Folder:
        """A folder that is done; the one above learns whether it held recordings."""
        ended = self._folders.pop((root, folder), Folder())
        if folder and (ended.recordings or ended.any_below):
            above = folder.rpartition("/")[0]
            self._folders.setdefault((root, above), Folder()).any_below = True
        return ended

    def sidecars(self, met: FileMet) -> tuple[RightsStatement, ...]:
        """What the companions that share a recording's name state about it."""
        return tuple(
            replace(statement, source=StatementSource.SIDECAR)
            for waiting in self.folder(met).companions
            if names_recording(waiting.met.name, met.name)
            for statement in waiting.beside.statements
        )

    def blanket(self, met: FileMet) -> tuple[RightsStatement, ...]:
        """What the licence files of the nearest folder that has any state, from its own folder upwards.

        Sidecars of other files are passed over.
        """
        for folder in _upwards(met.folder):
            stated = [
                statement
                for waiting in self._folders.get((met.root, folder), Folder()).companions
                if waiting.met.companion is CompanionKind.LICENCE and not is_sidecar(waiting.met.name)
                for statement in waiting.beside.statements
            ]
            if stated:
                return tuple(stated)
        return ()

    def about(self, ended: Folder, waiting: Waiting) -> str | None:
        """What a companion is about: written path of a recording or folder; `None` when no music is near.

        Args:
            ended: its folder, done.
            waiting: the companion.
        """
        met = waiting.met
        for recording in ended.recordings:
            if names_recording(met.name, recording):
                return replace(met, name=recording).text
        if ended.recordings or ended.any_below:
            return met.folder_text
        for folder in _upwards(met.folder)[1:]:
            if self._folders.get((met.root, folder), Folder()).recordings:
                return replace(met, folder=folder).folder_text
        return None


def _upwards(folder: str) -> list[str]:
    """A folder and those above it, up to the root `""`."""
    chain = [folder]
    while folder:
        folder = folder.rpartition("/")[0]
        chain.append(folder)
    return chain
