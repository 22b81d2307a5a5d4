"""Metadata of an Internet Archive item, `https://archive.org/metadata/IDENTIFIER`: what it says of its rights.

Every value of `metadata` may be a text or a list of texts; sizes are texts. What is of another type is taken as
absent, but a flag that restricts is heard in any form.

Source: Internet Archive, Item Metadata API; samples of 2015-2026.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from longplay.errors import MalformedInput

KIND: Final = "archive item"

SIZE_LIMIT: Final = 64 << 20
"""A longer document is malformed, bytes."""

VALUES_LIMIT: Final = 100
"""No more values of one field are read; an item with more is malformed."""

_AUDIO_SUFFIXES: Final = """
aac aif aifc aiff alac ape caf dsf flac m4a m4b mka mp2 mp3 mpc oga ogg opus shn spx tta wav wma wv
"""
_AUDIO: Final = frozenset(_AUDIO_SUFFIXES.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFile:
    """A file of the item that sounds by its name.

    Attributes:
        name: path below the item.
        size: bytes; `None` when it is not stated: then nobody can be sure of the file.
    """

    name: str
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveItem:
    """What an item says of its rights.

    Attributes:
        identifier: its name.
        licence_urls: `licenseurl`, each once, in order.
        rights: `rights`, `license`, `copyright` and `possible-copyright-status`: free text, in order.
        is_stream_only: whether it lies in a collection that is only to be listened to.
        is_dark: whether the Internet Archive withdrew it.
        is_restricted: whether access to it is restricted, as for lending.
        files: in the order of the document.
    """

    identifier: str
    licence_urls: tuple[str, ...]
    rights: tuple[str, ...]
    is_stream_only: bool
    is_dark: bool
    is_restricted: bool
    files: tuple[ItemFile, ...]


def read_item(data: bytes) -> ArchiveItem:
    """The document of one item.

    Raises:
        MalformedInput: no JSON object with `metadata` and its `identifier`, or too long.
    """
    metadata, document = _document(data)
    names = [text for text in _texts(metadata.get("identifier")) if text]
    if len(names) != 1:
        raise MalformedInput(KIND, "no `metadata.identifier`")
    texts = [text for field in _FREE_TEXT for text in _texts(metadata.get(field))]
    collections = {text.lower() for text in _texts(metadata.get("collection"))}
    return ArchiveItem(
        identifier=names[0],
        licence_urls=tuple(dict.fromkeys(filter(None, _texts(metadata.get("licenseurl"))))),
        rights=tuple(dict.fromkeys(filter(None, texts))),
        is_stream_only="stream_only" in collections,
        is_dark=_is_set(document.get("is_dark")) or _is_set(metadata.get("is_dark")),
        is_restricted=_is_set(metadata.get("access-restricted-item"))
        or _is_set(metadata.get("access-restricted")),
        files=tuple(_files(document.get("files"))),
    )


_FREE_TEXT: Final = ("rights", "license", "copyright", "possible-copyright-status")


def _document(data: bytes) -> tuple[dict[str, object], dict[str, object]]:
    if len(data) > SIZE_LIMIT:
        raise MalformedInput(KIND, f"longer than {SIZE_LIMIT} bytes")
    try:
        document: object = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise MalformedInput(KIND, str(exc)[:200]) from exc
    if not isinstance(document, dict) or not isinstance(document.get("metadata"), dict):
        raise MalformedInput(KIND, "not an object with `metadata`")
    return document["metadata"], document


def _texts(value: object) -> list[str]:
    """The texts of a field, blanks folded."""
    values = value if isinstance(value, list) else [value]
    if len(values) > VALUES_LIMIT:
        raise MalformedInput(KIND, f"a field has more than {VALUES_LIMIT} values")
    return [" ".join(one.split()) for one in values if isinstance(one, str)]


def _is_set(value: object) -> bool:
    """Whether a flag is anything but absent, empty, or a plain no."""
    values = value if isinstance(value, list) else [value]
    return any(str(one).strip().lower() not in {"", "none", "false", "0", "no"} for one in values)


def _files(value: object) -> Iterator[ItemFile]:
    for entry in value if isinstance(value, list) else ():
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not _sounds(name):
            continue
        yield ItemFile(name=name, size=_size(entry.get("size")))


def _sounds(name: str) -> bool:
    stem, _dot, suffix = name.rpartition("/")[2].rpartition(".")
    return bool(stem) and suffix.lower() in _AUDIO


def _size(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdigit():
        return int(value)
    return None
