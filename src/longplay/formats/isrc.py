"""International Standard Recording Codes as files, tables and messages write them.

Source: ISO 3901:2019: a prefix of two letters and three letters or digits, then year and designation.
"""

import re
from typing import Final, NewType

Isrc = NewType("Isrc", str)
"""Twelve characters, capitals, without hyphens: `SEABC2500001`."""

TAGS: Final = frozenset({"tsrc", "isrc", "wm/isrc", "----:com.apple.itunes:isrc"})
"""Names of tags that hold one, in lower case: ID3v2, Vorbis comments and APEv2, ASF, MP4."""

_FORM: Final = re.compile(r"(?:ISRC[ :]?)?([A-Z]{2})-?([A-Z0-9]{3})-?([0-9]{2})-?([0-9]{5})")


def read_isrc(text: str) -> Isrc | None:
    """The code a text is, however it is spelled; `None` when it is none."""
    match = _FORM.fullmatch(text[:40].strip().upper())
    return Isrc("".join(match.groups())) if match else None
