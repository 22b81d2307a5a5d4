"""Tags of any container as Vorbis comments, for copies that are tagged so.

What a comment of another kind says about loudness is left behind: it would be wrong in Opus.

Sources: Xiph.Org, Vorbis comment field names; MusicBrainz Picard's tag mapping, for the names beyond those;
RFC 7845, section 5.2.1 (no `REPLAYGAIN_*` in Opus).
"""

import re
from collections.abc import Iterator
from typing import Final

from longplay.model.audio import Tags

_NAMES: Final = {
    # ID3v2
    "TIT1": "GROUPING", "TIT2": "TITLE", "TIT3": "SUBTITLE", "TPE1": "ARTIST", "TPE2": "ALBUMARTIST",
    "TPE3": "CONDUCTOR", "TPE4": "REMIXER", "TALB": "ALBUM", "TRCK": "TRACKNUMBER", "TPOS": "DISCNUMBER",
    "TDRC": "DATE", "TYER": "DATE", "TDOR": "ORIGINALDATE", "TCOM": "COMPOSER", "TEXT": "LYRICIST",
    "TCON": "GENRE", "TSRC": "ISRC", "TPUB": "LABEL", "TCOP": "COPYRIGHT", "WCOP": "LICENSE", "COMM": "COMMENT",
    "USLT": "LYRICS", "TBPM": "BPM", "TLAN": "LANGUAGE", "TMED": "MEDIA", "WOAF": "CONTACT",
    # MP4
    "©nam": "TITLE", "©ART": "ARTIST", "aART": "ALBUMARTIST", "©alb": "ALBUM", "trkn": "TRACKNUMBER",
    "disk": "DISCNUMBER", "©day": "DATE", "©wrt": "COMPOSER", "©gen": "GENRE", "cprt": "COPYRIGHT",
    "©cmt": "COMMENT", "©lyr": "LYRICS", "©grp": "GROUPING",
    # APEv2
    "Year": "DATE", "Track": "TRACKNUMBER", "Disc": "DISCNUMBER", "Album Artist": "ALBUMARTIST",
    # RIFF INFO
    "INAM": "TITLE", "IART": "ARTIST", "IPRD": "ALBUM", "ICRD": "DATE", "IGNR": "GENRE", "ICMT": "COMMENT",
    "ICOP": "COPYRIGHT", "ITRK": "TRACKNUMBER",
    # ASF
    "Author": "ARTIST", "WM/AlbumTitle": "ALBUM", "WM/AlbumArtist": "ALBUMARTIST", "WM/Year": "DATE",
    "WM/TrackNumber": "TRACKNUMBER", "WM/Genre": "GENRE", "WM/Composer": "COMPOSER", "Description": "COMMENT",
}  # fmt: skip

_FREE: Final = re.compile(r"(?:TXXX|----:[^:]*):(.+)")
"""Names the writer chose: ID3v2 `TXXX`, MP4 freeform."""

_PLAIN: Final = re.compile(r"[ -<>-}]{1,100}")
"""What a comment may be called: printable ASCII without `=`."""

_FOREIGN: Final = re.compile(
    r"REPLAYGAIN_|R128_|ITUN|ENCODE|ENCODING|METADATA_BLOCK|COVERART|MP3GAIN|TSSE|TENC|TSIZ|TLEN"
)
"""About the file it was made from, not about the music."""


_UNNAMED: Final = re.compile(
    r"[A-Z][A-Z0-9]{3}(?::.*)?|pgap|tmpo|cpil|hdvd|stik|rtng|shwm|purd|pcst|catg|keyw|sf..|..ID|so(?:al|ar|aa|nm|co|sn)"
)
"""ID3v2 frames and MP4 atoms that no comment of a usual name stands for."""


_WORDS: Final = frozenset({"DATE", "ISRC", "MOOD", "PART", "WORK", "YEAR"})
"""Names of four capitals that are words, as APEv2 has them, and no ID3v2 frames."""


def as_comments(tags: Tags) -> Tags:
    """Tags as Vorbis comments, names in upper case, in the order met; values of one name are joined once each.

    Args:
        tags: names as the container has them.
    """
    joined: dict[str, dict[str, None]] = {}
    for key, values in tags:
        for name in _named(key):
            joined.setdefault(name, {}).update(dict.fromkeys(value for value in values if value.strip()))
    return tuple((name, tuple(values)) for name, values in joined.items() if values)


def _named(key: str) -> Iterator[str]:
    """The comment's name for a tag's; nothing where it should not be carried over."""
    free = _FREE.fullmatch(key)
    known = _NAMES.get(key) or _NAMES.get(key.partition(":")[0])
    if not free and not known and key not in _WORDS and _UNNAMED.fullmatch(key):
        return
    name = (free[1] if free else known or key).upper()
    if _PLAIN.fullmatch(name) and not _FOREIGN.match(name):
        yield name
