"""Folders beside the snapshots that can be made again from them, and are when they are not of this snapshot.

Such a folder is made under another name and renamed when it is whole; it counts only while its `made.json` says
what the one who asks wants it made of. What takes hours may go on after a kill: `begun.json` then says what the
unfinished folder is made of. Deleting one loses nothing.

Source: docs/format/catalogue.md, "Disposable files".
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from longplay.errors import StorageError
from longplay.store.failures import storing
from longplay.store.local import sync_folder, write_durably
from longplay.store.locks import locked

MADE: Final = "made.json"
BEGUN: Final = "begun.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a folder was made of. Its JSON form is `made.json`.

    Attributes:
        snapshot: its number.
        made_of: as the snapshot's manifest says.
        method: of making; another one gives other files.
        rows: by file or table, for whoever wants to know.
    """

    snapshot: int
    made_of: str
    method: str
    rows: dict[str, int]

    def is_as(self, other: "Made") -> bool:
        """Whether the two are of one snapshot and one method."""
        return (self.snapshot, self.made_of, self.method) == (other.snapshot, other.made_of, other.method)


def made_at(folder: Path) -> Made | None:
    """What a folder was made of; `None` where it is absent or cannot be read: it is then made again."""
    return _stated(folder / MADE)


def _stated(path: Path) -> Made | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Made)
    except (OSError, msgspec.DecodeError):
        return None


def made(folder: Path, wanted: Made, make: Callable[[Path], dict[str, int]], *, goes_on: bool = False) -> bool:
    """See to it that a folder is as wanted; whether it had to be made now. May be killed and run again.

    Args:
        folder: where it shall be.
        wanted: what of; its `rows` do not matter.
        make: fills a folder and tells its rows.
        goes_on: whether `make` can use what it left in the folder when it was killed; else that is empty.

    Raises:
        ArchiveBusy: another process makes it.
        StorageError: something could not be written.
    """
    if _is_of(folder / MADE, wanted):
        return False
    with locked(folder.with_name(f".{folder.name}.lock"), what=f"making {folder.parent.name}"):
        if _is_of(folder / MADE, wanted):
            return False
        unfinished = folder.with_name(f".{folder.name}.unfinished")
        begun = unfinished / BEGUN
        with storing(unfinished):
            if not (goes_on and _is_of(begun, wanted)):
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir(parents=True)
                _state(begun, wanted)
        rows = make(unfinished)
        done = Made(snapshot=wanted.snapshot, made_of=wanted.made_of, method=wanted.method, rows=rows)
        _state(unfinished / MADE, done)
        with storing(folder):
            _sync(unfinished)
            begun.unlink()  # last: making it durable takes long, and a kill until here costs nothing
            if folder.exists():
                shutil.rmtree(folder)
            unfinished.rename(folder)
            sync_folder(folder.parent)
    return True


def _is_of(path: Path, wanted: Made) -> bool:
    there = _stated(path)
    return there is not None and there.is_as(wanted)


def _state(path: Path, made_of: Made) -> None:
    write_durably(path, msgspec.json.format(msgspec.json.encode(made_of)))


def _sync(folder: Path) -> None:
    """Every file and folder below is durable before the name that says it is whole."""
    for path in (*folder.rglob("*"), folder):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())


def unusable(folder: Path, reason: str) -> StorageError:
    """The error for files that do not open: they can only be made again."""
    return StorageError(f"{folder}: {reason}; delete that folder, it is made again")
