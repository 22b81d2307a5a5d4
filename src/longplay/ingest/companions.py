"""What lies beside music and is kept with it: told by name, decided by what is near.

A companion is about the recording whose name it shares, else about its folder; where its folder and those below
hold no recording, about the nearest folder above that does.
"""

from pathlib import PurePath
from typing import Final

from longplay.model.holdings import CompanionKind
from longplay.rights.readers import is_licence_file

_BY_SUFFIX: Final = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"), CompanionKind.PICTURE),
    ".svg": CompanionKind.PICTURE,
    ".cue": CompanionKind.CUE_SHEET,
    **dict.fromkeys((".log", ".accurip"), CompanionKind.RIP_LOG),
    **dict.fromkeys((".m3u", ".m3u8", ".pls", ".xspf"), CompanionKind.PLAYLIST),
    **dict.fromkeys((".pdf", ".epub", ".djvu"), CompanionKind.BOOKLET),
    **dict.fromkeys((".txt", ".md", ".rtf", ".html", ".htm", ".nfo", ".lrc"), CompanionKind.TEXT),
    **dict.fromkeys((".md5", ".sfv", ".sha1", ".sha256", ".ffp", ".st5"), CompanionKind.CHECKSUMS),
    **dict.fromkeys((".xml", ".json", ".csv", ".tsv", ".yaml", ".yml"), CompanionKind.METADATA),
}

READ_FOR_RIGHTS: Final = {CompanionKind.LICENCE, CompanionKind.TEXT}
"""Kinds whose words are read for licences."""


READ_FOR_CARRIERS: Final = {CompanionKind.METADATA}
"""Kinds that may state the physical carrier a recording was transferred from."""


LISTS_OF_FILES: Final = {".reuse": "dep5", "debian": "copyright"}
"""Files in a folder of their own that speak for the files beside that folder."""


def companion_kind(name: str) -> CompanionKind | None:
    """What sort of companion a file of this name is; `None` when it may be anything else, audio too."""
    name = PurePath(name).name
    if name in {"REUSE.toml", "dep5"}:
        return CompanionKind.LICENCE
    kind = _BY_SUFFIX.get(PurePath(name).suffix.lower())
    if is_licence_file(name) and kind in {None, CompanionKind.TEXT}:
        return CompanionKind.LICENCE if _may_be_text(name) else None
    return kind


def _may_be_text(name: str) -> bool:
    """Whether the suffix does not say otherwise: `LICENSE` and `LICENSE.txt` do not, `credits.mp3` does."""
    suffix = PurePath(name).suffix.lower()
    return suffix in {"", ".license", ".licence"} or _BY_SUFFIX.get(suffix) is CompanionKind.TEXT


QUALITIES: Final = frozenset({".hq", ".lq", ".hd", ".lossy", ".lossless"})
"""What stands before the suffix of a file that is the same recording in another quality."""


def is_sidecar(name: str) -> bool:
    """Whether a licence file speaks for the one file it names, and for no other beside it.

    Source: REUSE 3.3, `.license` files.
    """
    return PurePath(name).suffix.lower() in {".license", ".licence"}


def names_recording(companion: str, recording: str) -> bool:
    """Whether a companion's name says it is about a recording: `song.txt` or `song.ogg.license`."""
    stem = PurePath(companion).stem
    bare = PurePath(recording).stem
    quality = PurePath(bare)
    named = {recording, bare, quality.stem if quality.suffix.lower() in QUALITIES else bare}
    return stem in named or (is_sidecar(stem) and PurePath(stem).stem in named)
