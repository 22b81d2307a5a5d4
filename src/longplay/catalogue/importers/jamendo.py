"""The tables of MTG-Jamendo: tracks of Jamendo with durations and tags, and in `raw.meta.tsv` with names.

The tables of tags name no track: there a recording's title is the id that the table calls it by. Tags of mood
and instrument are no genres. No table says where a track stands on its album, so none gives tracks of releases.

Source: https://github.com/MTG/mtg-jamendo-dataset, `data/*.tsv`; the metadata are CC-BY-NC-SA-4.0.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from longplay.catalogue.importers.cells import day_in, milliseconds_in, name_in
from longplay.catalogue.sources.importer import Importer
from longplay.catalogue.sources.lines import lines
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput

KIND: Final = "jamendo"

_IDS: Final = ("TRACK_ID", "ARTIST_ID", "ALBUM_ID")
_TAGS: Final = (*_IDS, "PATH", "DURATION", "TAGS")
_NAMES: Final = (*_IDS, "TRACK_NAME", "ARTIST_NAME", "ALBUM_NAME", "RELEASEDATE", "URL")
_ID: Final = re.compile(r"(track|artist|album)_[0-9]{1,12}")
_GENRE: Final = "genre---"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """One line below the header.

    Attributes:
        columns: names of the table's columns.
        line: as it stands, without its end.
    """

    columns: tuple[str, ...]
    line: bytes


def cut(member: Member) -> Iterator[TableLine]:
    """The lines of a table of tracks, in order; none of any other file.

    Raises:
        MalformedInput: the file breaks.
    """
    found = lines(member.stream, kind=KIND)
    header = next(found, b"").removeprefix(b"\xef\xbb\xbf")
    columns = tuple(header[:1000].decode("ascii", "replace").split("\t"))
    if columns not in (_TAGS, _NAMES):
        return
    for line in found:
        yield TableLine(columns=columns, line=line)


def read(raw: object, rows: Rows) -> None:
    """The recording of a line, and of a table with names its artist and album.

    Raises:
        MalformedInput: it is no line of such a table.
    """
    if not isinstance(raw, TableLine):
        raise MalformedInput(KIND, "no line of a table of tracks")
    cells = raw.line.decode("utf-8", "surrogateescape").split("\t")
    if raw.columns == _TAGS:
        _add_tagged(cells, rows)
    else:
        _add_named(cells, rows)


def _id(cell: str, what: str) -> str:
    match = _ID.fullmatch(cell.strip())
    if match is None or match[1] != what:
        raise MalformedInput(KIND, f"the id of the {what} is none")
    return match[0]


def _add_tagged(cells: list[str], rows: Rows) -> None:
    """Tags run from the sixth cell to the end of the line, and there may be none."""
    if len(cells) < len(_TAGS) - 1:
        raise MalformedInput(KIND, f"a line of {len(cells)} cells, wanted {len(_TAGS) - 1} or more")
    identity, artist = _id(cells[0], "track"), _id(cells[1], "artist")
    tags = [tag.strip().lower() for tag in cells[5:]]
    recording = {
        "id": identity,
        "title": identity,
        "artist_ids": [artist],
        "duration_ms": milliseconds_in(cells[4]),
        "genres": [tag.removeprefix(_GENRE) for tag in tags if tag.startswith(_GENRE)],
    }
    rows.add(SourceTable.RECORDING, recording)


def _add_named(cells: list[str], rows: Rows) -> None:
    if len(cells) != len(_NAMES):
        raise MalformedInput(KIND, f"a line of {len(cells)} cells, wanted {len(_NAMES)}")
    identity, artist, album = _id(cells[0], "track"), _id(cells[1], "artist"), _id(cells[2], "album")
    title = name_in(cells[3], "title", kind=KIND)
    name = name_in(cells[4], "name of the artist", kind=KIND)
    title_of_album = name_in(cells[5], "title of the album", kind=KIND)
    date = day_in(cells[6])
    credit: dict[str, object] = {"artist_credit": name, "artist_ids": [artist]}
    year = int(date[:4]) if date and int(date[:4]) <= 2200 else None
    rows.add(SourceTable.RECORDING, credit | {"id": identity, "title": title, "year": year})
    rows.add(SourceTable.ARTIST, {"id": artist, "name": name})
    rows.add(SourceTable.RELEASE, credit | {"id": album, "title": title_of_album, "date": date})


IMPORTER: Final = Importer(
    kind=KIND,
    source="jamendo",
    licences=dict.fromkeys(("artist", "release", "recording"), "CC-BY-NC-SA-4.0"),
    cut=cut,
    read=read,
)
"""MTG-Jamendo."""
