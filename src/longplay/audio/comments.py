"""Tags of any container as Vorbis comments, for copies that are tagged so.

What a comment of another kind says about loudness is left behind: it would be wrong in Opus.

Sources: Xiph.Org, Vorbis comment field names; MusicBrainz Picard's tag mapping, for the names beyond those;
RFC 7845, section 5.2.1 (no `REPLAYGAIN_*` in Opus).
"""

import re
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
    # FFmpeg's own, which stand in where nothing else reads the tags, as of RIFF
    "album_artist": "ALBUMARTIST", "track": "TRACKNUMBER", "disc": "DISCNUMBER",
}  # fmt: skip

_FREE: Final = re.compile(r"(?:(?:TXXX|----:[^:]*):)++(.+)", re.DOTALL)
"""Names the writer chose: ID3v2 `TXXX`, MP4 freeform."""

_PLAIN: Final = re.compile(r"[ -<>-}]{1,100}")
"""What a comment may be called: printable ASCII without `=`."""

_FOREIGN: Final = re.compile(
    r"REPLAYGAIN_|R128_|ITUN|ENCODE|ENCODING|METADATA_BLOCK|COVERART|MP3GAIN|TSSE|TENC|TSIZ|TLEN"
)
"""About the file it was made from, not about the music."""

_UNNAMED: Final = frozenset({
    # ID3v2; not `TIME`, which is a word, and which mutagen makes a part of `TDRC`
    "AENC", "APIC", "ASPI", "CHAP", "COMR", "CTOC", "ENCR", "EQU2", "EQUA", "ETCO", "GEOB", "GRID", "GRP1",
    "IPLS", "LINK", "MCDI", "MLLT", "MVIN", "MVNM", "OWNE", "PCNT", "PCST", "POPM", "POSS", "PRIV", "RBUF",
    "RGAD", "RVA2", "RVAD", "RVRB", "SEEK", "SIGN", "SYLT", "SYTC", "TCAT", "TCMP", "TDAT", "TDEN", "TDES",
    "TDLY", "TDRL", "TDTG", "TFLT", "TGID", "TIPL", "TKEY", "TKWD", "TMCL", "TMOO", "TOAL", "TOFN", "TOLY",
    "TOPE", "TORY", "TOWN", "TPRO", "TRDA", "TRSN", "TRSO", "TSO2", "TSOA", "TSOC", "TSOP", "TSOT", "TSST",
    "TXXX", "UFID", "USER", "WCOM", "WFED", "WOAR", "WOAS", "WORS", "WPAY", "WPUB", "WXXX",
    # MP4
    "----", "akID", "atID", "catg", "cmID", "cnID", "cpil", "geID", "hdvd", "keyw", "pcst", "pgap", "plID",
    "purd", "rtng", "sfID", "shwm", "soaa", "soal", "soar", "soco", "sonm", "sosn", "stik", "tmpo",
    # RIFF INFO
    "IARL", "ICMS", "ICRP", "IDIM", "IDPI", "IENG", "IKEY", "ILGT", "ILNG", "IMED", "IPLT", "IPRT", "IRTD",
    "ISBJ", "ISFT", "ISHP", "ISMP", "ISRF", "ITCH",
})  # fmt: skip
"""Frames, atoms and chunks that no comment of a usual name stands for."""

_WORDS: Final = frozenset({"GRID", "LINK", "SIGN", "USER"})
"""Words too: the frames of these names go on with a colon."""


def as_comments(tags: Tags) -> Tags:
    """Tags as Vorbis comments, names in upper case, in the order met; values of one name are joined once each.

    Idempotent: comments stay as they are.

    Args:
        tags: names as the container has them.
    """
    joined: dict[str, dict[str, None]] = {}
    for key, values in tags:
        name = _name_for(key)
        if name is not None:
            joined.setdefault(name, {}).update(dict.fromkeys(value for value in values if value.strip()))
    return tuple((name, tuple(values)) for name, values in joined.items() if values)


def _name_for(key: str) -> str | None:
    """The comment's name for a tag's; `None` where it should not be carried over."""
    free = _FREE.fullmatch(key)
    chosen = free[1] if free else key
    # in upper case too: what becomes the name of a comment must still be one when the copy is read again
    for spelling in (chosen.upper(),) if free else (chosen, chosen.upper()):
        frame, _, description = spelling.partition(":")
        if frame in _UNNAMED and spelling not in _WORDS:
            return None
        known = _NAMES.get(spelling) or _NAMES.get(frame)
        if known is not None:
            return None if _FOREIGN.match(description.upper()) else known
    name = chosen.upper()
    return name if _PLAIN.fullmatch(name) and not _FOREIGN.match(name) else None
