"""What the folders on the way down say: which companions wait there, which licences they state.

Recordings of a folder come before the folders below it, and companions before recordings; so when a recording
is decided, everything beside and above it is known, and when a folder is done, everything below it is.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from longplay.ingest.companions import is_sidecar, names_recording
from longplay.ingest.stated import StatedBeside, holders, is_plain
from longplay.ingest.walk import FileMet
from longplay.ingest.worker import Beside
from longplay.model.audio import TagFacts
from longplay.model.digests import ContentId
from longplay.model.holdings import CompanionKind
from longplay.model.rights import Reading
from longplay.rights.readers import from_tags


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

    def readings(self, met: FileMet, tags: TagFacts, content_id: ContentId) -> tuple[Reading, ...]:
        """Everything files state of a recording: its tags, its sidecars, lists that name it.

        A statement about the folder is added where nothing nearer is plain. Of lists and of statements about
        the folder only the nearest folder's count, from the recording's own upwards.

        Args:
            met: the recording.
            tags: what its tags say.
            content_id: its content id: the source that its tags were read from.
        """
        beside = self._sidecars(met)
        named = (*holders(tags), *(one.credit for one in beside if one.credit))
        found = [*from_tags(tags.licences, recording=content_id)]
        found += [reading for one in beside for reading in one.as_sidecar()]
        found += self._named(met, named)
        if not any(map(is_plain, found)):
            found += self._blanket(met, named)
        return tuple(dict.fromkeys(found))

    def _sidecars(self, met: FileMet) -> list[StatedBeside]:
        """What the companions that share a recording's name state."""
        return [
            waiting.beside.rights
            for waiting in self.folder(met).companions
            if names_recording(waiting.met.name, met.name)
        ]

    def _named(self, met: FileMet, named: tuple[str, ...]) -> list[Reading]:
        """What lists state of a recording that they name."""
        for folder in _upwards(met.folder):
            found = [
                reading
                for waiting in self._lists(met, folder)
                for reading in waiting.beside.rights.of_file(
                    _below(met, folder), f"{met.root.name}/{met.text}", named, list_name=waiting.met.name
                )
            ]
            if found:
                return found
        return []

    def _blanket(self, met: FileMet, named: tuple[str, ...]) -> list[Reading]:
        """What the nearest folder that states anything states of all in it: machine-readable, else in prose."""
        for folder in _upwards(met.folder):
            lists = self._lists(met, folder)
            listed = [
                reading
                for one in lists
                for reading in one.beside.rights.of_everything(
                    _below(met, folder), named, list_name=one.met.name
                )
            ]
            stated = listed or [
                reading
                for one in lists
                for reading in one.beside.rights.of_folder(named, list_name=one.met.name)
            ]
            if stated:
                return stated
        return []

    def _lists(self, met: FileMet, folder: str) -> list[Waiting]:
        """The licence files of a folder that speak for more than one file."""
        return [
            waiting
            for waiting in self._folders.get((met.root, folder), Folder()).companions
            if waiting.met.companion is CompanionKind.LICENCE and not is_sidecar(waiting.met.name)
        ]

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


def _below(met: FileMet, folder: str) -> str:
    """The path of a file below one of the folders it lies in."""
    path = f"{met.folder}/{met.name}" if met.folder else met.name
    return path[len(folder) + 1 :] if folder else path


def _upwards(folder: str) -> list[str]:
    """A folder and those above it, up to the root `""`."""
    chain = [folder]
    while folder:
        folder = folder.rpartition("/")[0]
        chain.append(folder)
    return chain
