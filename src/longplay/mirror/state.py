"""What a mirror remembers of itself: which bundles were seen whole, and when.

`.longplay-mirror/state.json` in the mirror's folder. Only a note: every run checks what it relies on.

Source: docs/format/mirror.md.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from longplay.errors import MalformedInput
from longplay.store.failures import storing
from longplay.store.local import write_durably

FOLDER: Final = ".longplay-mirror"
_FILE: Final = "state.json"


class BundleStatus(StrEnum):
    """How far a bundle is."""

    WANTED = "wanted"
    FETCHING = "fetching"
    WHOLE = "whole"
    DAMAGED = "damaged"


@dataclass(slots=True, kw_only=True)
class BundleState:
    """One bundle of a mirror.

    Attributes:
        infohash_v2: which version of the bundle this is about, hex.
        status: how far it is.
        checked_at: when every byte was last seen right, RFC 3339; `None`: never.
    """

    infohash_v2: str
    status: BundleStatus
    checked_at: str | None = None


@dataclass(slots=True, kw_only=True)
class MirrorState:
    """The state of a mirror.

    Attributes:
        version: of this format.
        edition: name of the edition held.
        bundles: by name.
    """

    version: int = 1
    edition: str = ""
    bundles: dict[str, BundleState] = field(default_factory=dict)


def read_state(mirror: Path) -> MirrorState:
    """The state of the mirror in a folder; a fresh one where there is none.

    Raises:
        MalformedInput: the file is not a mirror's state; delete it, nothing else is lost.
    """
    path = mirror / FOLDER / _FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=MirrorState)
    except FileNotFoundError:
        return MirrorState()
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise MalformedInput("mirror state", f"{path}: {exc}: delete it and run again") from exc


def write_state(mirror: Path, state: MirrorState) -> None:
    """Write the state durably.

    Raises:
        StorageError: it could not be written.
    """
    folder = mirror / FOLDER
    with storing(folder):
        folder.mkdir(exist_ok=True)
    write_durably(folder / _FILE, msgspec.json.format(msgspec.json.encode(state), indent=2) + b"\n")
