"""The table `raw_tracks.csv` of the FMA data set: the licence of each track, as the Free Music Archive gave it.

`tracks.csv` of the same data set has no licence address and is not read.

Source: https://github.com/mdeff/fma, `raw_tracks.csv`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from longplay.formats.csv_rows import Row

COLUMNS: Final = ("track_id", "license_url")
"""A table with these columns is one."""

_READ: Final = frozenset({*COLUMNS, "license_title", "license_image_file", "artist_name", "track_title"})
_NUMBER = re.compile(r"[0-9]{1,9}")
_IN_URL = re.compile(r"creativecommons\.org/licenses/(?P<elements>by[a-z-]*)/", re.IGNORECASE)
_IN_IMAGE = re.compile(r"/l/(?P<elements>by[a-z-]*)/", re.IGNORECASE)
_TITLE: Final = {
    "nc": re.compile(r"non[\s-]?commercial", re.IGNORECASE),
    "nd": re.compile(r"no[\s-]?deriv", re.IGNORECASE),
    "sa": re.compile(r"share[\s-]?alike", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FmaTrack:
    """One row.

    Attributes:
        line: on which line of the table it ends.
        number: the track's id.
        licence_url, licence_title: as they stand; `""` when empty.
        artist, title: as they stand; `""` when empty.
        quarrel: where title or picture of the licence say another than its address; `None` where all agree.
    """

    line: int
    number: int
    licence_url: str
    licence_title: str
    artist: str
    title: str
    quarrel: str | None

    @property
    def name(self) -> str:
        """The file's name in the data set: `000002.mp3`."""
        return f"{self.number:06d}.mp3"

    @property
    def folder(self) -> str:
        """The folder it lies in there: `000`."""
        return f"{self.number:06d}"[:3]


def is_fma(header: Sequence[str]) -> bool:
    """Whether a table with these columns is `raw_tracks.csv`."""
    return set(COLUMNS) <= set(header)


def read_track(row: Row) -> FmaTrack | None:
    """What a row says; `None` when its id is no number. Total: never raises."""
    stated = {name: " ".join(cell.split()) for name, cell in row.cells.items() if name in _READ}
    number = stated.get("track_id", "")
    if not _NUMBER.fullmatch(number):
        return None
    url, title = stated.get("license_url", ""), stated.get("license_title", "")
    return FmaTrack(
        line=row.line,
        number=int(number),
        licence_url=url,
        licence_title=title,
        artist=stated.get("artist_name", ""),
        title=stated.get("track_title", ""),
        quarrel=_quarrel(url, title, stated.get("license_image_file", "")),
    )


def _quarrel(url: str, title: str, image: str) -> str | None:
    """Title and picture must name the same elements (NC, ND, SA) as the address, where they name a licence."""
    stated = _elements(_IN_URL.search(url))
    if stated is None:
        return None
    drawn = _elements(_IN_IMAGE.search(image))
    if drawn is not None and drawn != stated:
        return f"license_image_file {image[:200]!r} is of another licence"
    if title and {name for name, pattern in _TITLE.items() if pattern.search(title)} != stated - {"by"}:
        return f"license_title {title[:200]!r} is of another licence"
    return None


def _elements(match: re.Match[str] | None) -> set[str] | None:
    return set(match["elements"].lower().split("-")) if match else None
