"""Readable, safe, unique names for the payload: `Artist/Album/01 Title.ogg`.

Safe on every file system in use: NFC, no control or reserved characters, no reserved names, no trailing dots or
spaces, at most 100 bytes a component, unique without regard to case. `%` is left out as well: BagIt tools
disagree on its encoding (RFC 8493, 6.1.3).
"""

import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import PurePosixPath
from typing import Final

from longplay.model.digests import ContentId
from longplay.model.holdings import Holding

COMPONENT_LIMIT: Final = 100
"""Longest component, bytes of UTF-8."""

_BY_CONTAINER: Final = {
    "aac": ".aac", "aiff": ".aiff", "ape": ".ape", "asf": ".wma", "flac": ".flac", "matroska": ".mka",
    "mov": ".m4a", "mp3": ".mp3", "mpc": ".mpc", "mpc8": ".mpc", "ogg": ".ogg", "tta": ".tta", "wav": ".wav",
    "wv": ".wv", "dsf": ".dsf", "w64": ".w64", "caf": ".caf", "au": ".au", "ac3": ".ac3",
}  # fmt: skip
_REPLACED: Final = dict.fromkeys(map(ord, '<>:"/\\|?*%'), "_")
_DEVICES: Final = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³")]
)


def readable_name(holding: Holding) -> str:
    """The path of a holding below `data/`, not yet unique: a function of the holding alone."""
    artist = component(holding.described("artist") or "", fallback="Unknown Artist")
    album = component(holding.described("album") or "", fallback="Unknown Album")
    source = PurePosixPath(holding.provenances[0].path)
    title = holding.described("title") or source.stem
    number = f"{holding.tags.track:02d} " if holding.tags.track else ""
    suffix = _suffix(holding, source)
    stem = component(number + title, fallback=holding.content_id[:12], room=len(suffix.encode()))
    return f"{artist}/{album}/{stem}{suffix}"


def _suffix(holding: Holding, source: PurePosixPath) -> str:
    """The original's suffix where it is harmless, else the container's usual one."""
    original = source.suffix.lower()
    if original[1:].isalnum() and original.isascii() and len(original) <= 6:
        return original
    return _BY_CONTAINER.get(holding.audio.container, ".audio")


def component(text: str, *, fallback: str, room: int = 0) -> str:
    """One safe path component.

    Args:
        text: anything.
        fallback: taken when nothing readable is left; safe itself.
        room: bytes to leave free for what is appended.
    """
    composed = unicodedata.normalize("NFC", text).translate(_REPLACED)
    plain = "".join(char if char.isprintable() else " " for char in composed)
    plain = _cut(" ".join(plain.split()).strip(" .~"), COMPONENT_LIMIT - room)
    if plain.split(".")[0].upper().rstrip() in _DEVICES:
        plain = _cut(f"_{plain}", COMPONENT_LIMIT - room)
    return plain.rstrip(" .~") or fallback


def _cut(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, cut between characters."""
    return text.encode()[:limit].decode("utf-8", "ignore")


class UniqueNames:
    """Hands out paths that differ even where case does not count."""

    def __init__(self) -> None:
        """Nothing handed out."""
        self._taken: set[str] = set()

    def take(self, name: str, content_id: ContentId) -> str:
        """`name` itself, or with digits of the content id before its suffix when it is taken.

        Args:
            name: from `readable_name`.
            content_id: two different ones never get the same path.
        """
        path = PurePosixPath(name)
        for tail in _tails(content_id):
            stem = _cut(path.stem, COMPONENT_LIMIT - len(tail) - len(path.suffix.encode()))
            candidate = str(path.with_name(f"{stem}{tail}{path.suffix}")) if tail else name
            key = unicodedata.normalize("NFC", candidate).casefold()
            if key not in self._taken:
                self._taken.add(key)
                return candidate
        raise AssertionError


def _tails(content_id: ContentId) -> Iterator[str]:
    """What tells a name from others, longer and longer; numbers last, as a title may hold any digits."""
    yield ""
    for digits in (8, 16, 64):
        yield f" [{content_id[:digits]}]"
    for number in count(2):
        yield f" [{content_id} {number}]"
