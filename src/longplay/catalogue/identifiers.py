"""Identifiers as people give them, and as snapshots spell them.

Source: docs/format/catalogue.md, table `identifier`; RFC 9562 (UUID).
"""

import re
from typing import Final

from longplay.formats.isrc import read_isrc
from longplay.formats.iswc import read_iswc

ID: Final = "id"
"""In place of a scheme: the id of the catalogue itself, a UUID."""

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_BARCODE: Final = re.compile(r"[0-9]{12,14}|[0-9]{8}")
_NAMED: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9-]{1,30}):(?P<value>[^\s\"]{1,200})")
_SMALL: Final = frozenset({"musicbrainz", "musicbrainz-group", "sha256"})
"""Schemes whose values are in small letters."""


def read_identifier(text: str) -> tuple[str, str] | None:
    """Scheme and value, as snapshots spell them, of a text that is an identifier; `None` when it is none.

    A UUID, an ISRC, an ISWC and a barcode are known by their form; others are written `scheme:value`.
    """
    if _UUID.fullmatch(text):
        return ID, text.lower()
    if (isrc := read_isrc(text)) is not None:
        return "isrc", isrc
    if (iswc := read_iswc(text)) is not None:
        return "iswc", iswc
    if _BARCODE.fullmatch(text):
        return "barcode", text
    named = _NAMED.fullmatch(text)
    return (named["scheme"], spelled(named["scheme"], named["value"])) if named else None


def spelled(scheme: str, value: str) -> str:
    """A value as snapshots spell it, whatever the letters, hyphens and points."""
    if scheme in _SMALL:
        return value.lower()
    if scheme == "isrc":
        return read_isrc(value) or value
    return (read_iswc(value) or value) if scheme == "iswc" else value
