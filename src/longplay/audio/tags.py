"""Reading tags: every value of every tag, pictures noted, whatever the container.

Names stay as the container has them; the usual ones are also given as title, artist, album and track.

Source: mutagen; ID3v2.4, Vorbis comments, MP4 ilst, APEv2, ASF.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from longplay.model.audio import Picture, TagFacts, Tags
from longplay.model.units import ByteCount

if TYPE_CHECKING:
    from mutagen import FileType
    from mutagen import Tags as Tagged

VALUE_LIMIT: Final = 64 * 1024
"""Longer values are cut, characters."""

VALUES_LIMIT: Final = 10_000
"""No more values of one file are read."""

_USUAL: Final = {
    "title": ("TIT2", "TT2", "title", "©nam", "Title", "WM/Title", "INAM"),
    "artist": ("TPE1", "TP1", "artist", "©ART", "Artist", "Author", "WM/AlbumArtist", "IART"),
    "album": ("TALB", "TAL", "album", "©alb", "Album", "WM/AlbumTitle", "IPRD"),
    "track": ("TRCK", "TRK", "tracknumber", "trkn", "Track", "WM/TrackNumber", "track"),
}
_LICENCE_WORDS: Final = (
    "LICENSE", "LICENCE", "COPYRIGHT", "WCOP", "TCOP", "CPRT", "COMM", "COMMENT", "USER", "DESCRIPTION", "©CMT",
    "©CPY", "ICOP", "ICMT",
)  # fmt: skip
_LIBRARY_FAILURES: Final = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, AssertionError, EOFError,
    RecursionError, MemoryError, NotImplementedError, struct.error, zlib.error,
)  # fmt: skip
"""What mutagen lets through besides its own error on hostile files."""


def read_tags(path: Path, *, name: str, metadata: Iterable[tuple[str, str]]) -> tuple[TagFacts, str | None]:
    """The tags of a file, and one sentence on what could not be read of them (`None`: nothing).

    Args:
        path: the file.
        name: its original name: the suffix helps mutagen to guess the format.
        metadata: what the demuxer read, used where mutagen knows or understands no tags.

    Raises:
        OSError: the file could not be opened.
    """
    from mutagen import MutagenError

    problem: str | None = None
    tags: Tags = ()
    pictures: tuple[Picture, ...] = ()
    with path.open("rb") as raw:
        try:
            tags, pictures, problem = _read(raw, name)
        except MutagenError as exc:
            problem = f"tags could not be read: {_short(exc)}"
        except _LIBRARY_FAILURES as exc:
            problem = f"tags could not be read: {type(exc).__name__}: {_short(exc)}"
    if not tags:
        tags = _gathered((key, [value]) for key, value in metadata)
    return _with_usual(TagFacts(tags=tags, pictures=pictures)), problem


def _short(exc: BaseException) -> str:
    return _clean(str(exc))[:200]


class _Named:
    """A binary file under another name, as mutagen looks at the name."""

    def __init__(self, raw: BinaryIO, name: str) -> None:
        self.name = name
        self.read = raw.read
        self.seek = raw.seek
        self.tell = raw.tell


def _read(raw: BinaryIO, name: str) -> tuple[Tags, tuple[Picture, ...], str | None]:
    import mutagen

    try:
        file = mutagen.File(_Named(raw, name))
    except mutagen.MutagenError:
        # perhaps the name misleads: once more by content alone
        raw.seek(0)
        file = mutagen.File(_Named(raw, ""))
        if file is None:
            raise
    if file is None or file.tags is None:
        return (), (), None
    tags = _gathered(_pairs(file))
    try:
        return tags, tuple(_pictures(file)), None
    except (mutagen.MutagenError, *_LIBRARY_FAILURES) as exc:
        return tags, (), f"a picture could not be read: {type(exc).__name__}: {_short(exc)}"


def _gathered(pairs: Iterable[tuple[str, Iterable[object]]]) -> Tags:
    """Tag names in the order met with all their values as clean text."""
    found: dict[str, list[str]] = {}
    room = VALUES_LIMIT
    for key, values in pairs:
        texts = found.setdefault(_clean(key), [])
        for value in values:
            if room:
                texts.append(_text(value))
                room -= 1
    return tuple((key, tuple(texts)) for key, texts in found.items() if texts)


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        try:
            return _clean(bytes(value).decode())
        except UnicodeDecodeError:
            return f"({len(value)} bytes)"
    return _clean(str(value))


def _clean(text: str) -> str:
    """Text that UTF-8, SQL and XML all take: no lone surrogates, no NUL."""
    valid = text[:VALUE_LIMIT].encode("utf-8", "replace").decode()
    return valid.strip("\0").replace("\0", "\n")


def _pairs(file: "FileType") -> Iterator[tuple[str, Iterable[object]]]:
    """(name, values) of every tag, pictures left out."""
    from mutagen.id3 import ID3

    if isinstance(file.tags, ID3):
        yield from _id3_pairs(file.tags)
        return
    for key, value in _items(file.tags):
        name = str(key)
        if name.lower() in {"metadata_block_picture", "covr", "wm/picture", "coverart"}:
            continue
        if name.lower().startswith("cover art"):
            continue
        yield name, _values(name, value)


def _items(tags: "Tagged") -> Iterable[tuple[str, object]]:
    """Names and values in the order of the file: mutagen's own `items()` of its lists comes in any order."""
    from mutagen._vorbis import VComment

    pairs = tags if isinstance(tags, list) else tags.items()
    return [(key.lower() if isinstance(tags, VComment) else key, value) for key, value in pairs]


def _id3_pairs(tags: "Iterable[object]") -> Iterator[tuple[str, Iterable[object]]]:
    from mutagen.id3 import APIC

    for frame in tags.values():  # type: ignore[attr-defined]
        if isinstance(frame, APIC):
            continue
        text = getattr(frame, "text", None)
        if isinstance(text, list):
            yield frame.HashKey, text
        elif isinstance(text, str):
            yield frame.HashKey, [text]
        elif hasattr(frame, "url"):
            yield frame.HashKey, [frame.url]
        elif hasattr(frame, "people"):
            yield frame.HashKey, [": ".join(map(str, pair)) for pair in frame.people]
        else:
            data = getattr(frame, "data", None)
            yield frame.HashKey, [data if isinstance(data, bytes) else repr(frame)]


def _values(name: str, value: object) -> Iterable[object]:
    from mutagen.asf import ASFBaseAttribute

    items = value if isinstance(value, list | tuple) else [value]
    for item in items:
        if isinstance(item, ASFBaseAttribute):
            yield item.value
        elif name in {"trkn", "disk"} and isinstance(item, tuple):
            yield "/".join(str(part) for part in item if part)
        elif isinstance(item, str | bytes | int | float | bool):
            yield item
        elif hasattr(item, "__iter__"):
            yield from item
        else:
            yield item


def _pictures(file: "FileType") -> Iterator[Picture]:
    from mutagen.id3 import APIC, ID3

    if isinstance(file.tags, ID3):
        for frame in file.tags.values():
            if isinstance(frame, APIC):
                yield _picture(frame.mime, int(frame.type), frame.data)
    for picture in getattr(file, "pictures", ()):
        yield _picture(picture.mime, int(picture.type), picture.data)
    for key, value in file.tags.items():
        if key == "covr":
            for cover in value:
                mime = "image/png" if cover.imageformat == cover.FORMAT_PNG else "image/jpeg"
                yield _picture(mime, 3, bytes(cover))
        elif str(key).lower() == "metadata_block_picture":
            yield from _vorbis_pictures(value)
        elif str(key).lower().startswith("cover art"):
            data = bytes(getattr(value, "value", b"")).partition(b"\0")[2]
            yield _picture("", 3, data)


def _vorbis_pictures(values: Iterable[str]) -> Iterator[Picture]:
    import base64

    from mutagen.flac import Picture as FlacPicture

    for value in values:
        picture = FlacPicture(base64.b64decode(value))
        yield _picture(picture.mime, int(picture.type), picture.data)


def _picture(mime: str, kind: int, data: bytes) -> Picture:
    return Picture(
        mime=_clean(mime)[:100], kind=kind, size=ByteCount(len(data)), sha256=hashlib.sha256(data).hexdigest()
    )


def _with_usual(facts: TagFacts) -> TagFacts:
    first = {key.split(":")[0].lower(): values[0].strip() for key, values in reversed(facts.tags)}
    usual = {}
    for word, keys in _USUAL.items():
        present = (first.get(key.lower()) for key in keys)
        usual[word] = next((value for value in present if value), None)
    return replace(
        facts,
        title=usual["title"],
        artist=usual["artist"],
        album=usual["album"],
        track=_number(usual["track"]),
        licences=tuple(_licences(facts.tags)),
    )


def _number(text: str | None) -> int | None:
    digits = (text or "").split("/")[0].strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else None


def _licences(tags: Tags) -> Iterator[tuple[str, str]]:
    for key, values in tags:
        words = key.upper()
        if any(word in words for word in _LICENCE_WORDS):
            for value in values:
                if value.strip():
                    yield key, value.strip()[:2_000]
