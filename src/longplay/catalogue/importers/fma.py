"""The tables of the FMA data set: what the Free Music Archive knew of its tracks in 2017.

`tracks.csv` has dates of albums, `raw_tracks.csv` addresses of licences and names of genres; either is enough,
and the same track stands in both. Genres that `tracks.csv` gives as numbers are left out: their names are in
`genres.csv`, and a row is read alone. The tables of genres, features, albums and artists have no tracks.

Source: https://github.com/mdeff/fma, `fma_metadata.zip`; the metadata are CC-BY-4.0.
"""

import ast
import csv
import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TextIO, cast

from longplay.catalogue.importers.cells import day_in, id_in, milliseconds_in, name_in, whole_in
from longplay.catalogue.sources.importer import Importer
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member, reading
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput
from longplay.formats.csv_rows import Row, read_rows
from longplay.formats.fma_tracks import is_fma

KIND: Final = "fma"

LITERAL_LIMIT: Final = 1 << 14
"""A longer Python literal is malformed, characters: a track has a handful of genres."""

_HEADER_LIMIT: Final = 1 << 20
_MOST: Final = 2**15 - 1
_TRACKS: Final = {
    "track_id": "id",
    "track.title": "title",
    "track.duration": "duration",
    "track.listens": "listens",
    "track.number": "number",
    "track.license": "licence",
    "track.genre_top": "genre",
    "album.id": "album_id",
    "album.title": "album",
    "album.date_released": "date",
    "artist.id": "artist_id",
    "artist.name": "artist",
}
_RAW_TRACKS: Final = {
    "track_id": "id",
    "track_title": "title",
    "track_duration": "duration",
    "track_listens": "listens",
    "track_disc_number": "disc",
    "track_number": "number",
    "license_url": "licence",
    "license_title": "licence_title",
    "track_genres": "genres",
    "album_id": "album_id",
    "album_title": "album",
    "artist_id": "artist_id",
    "artist_name": "artist",
}
_Found = tuple[SourceTable, dict[str, object]]
_NOT_LITERAL: Final = (ValueError, SyntaxError, TypeError, MemoryError, RecursionError)


class Table(StrEnum):
    """Which of the two tables of tracks a row stands in."""

    TRACKS = "tracks.csv"
    RAW_TRACKS = "raw_tracks.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRow:
    """One row below the header.

    Attributes:
        table: which table.
        row: its cells, of `tracks.csv` by `group.field`.
    """

    table: Table
    row: Row


class _OneHeader(io.TextIOBase):
    """A table whose header lines were read already, made one, so that it reads as any CSV file."""

    def __init__(self, names: list[str], text: io.TextIOWrapper, *, blank_lines: int) -> None:
        super().__init__()
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(names)
        # blank lines keep the numbers of lines right, and are no rows
        self._first = [line.getvalue(), *("\n" for _ in range(blank_lines))]
        self._text = text

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        return self._first.pop(0) if self._first else self._text.readline(-1 if size is None else size)


def cut(member: Member) -> Iterator[TrackRow]:
    """The rows of a table of tracks, in order; none of any other file.

    Raises:
        MalformedInput: the file breaks, or is no CSV from some line on.
    """
    text = io.TextIOWrapper(member.stream, "utf-8-sig", "surrogateescape", newline="")
    try:
        with reading(KIND):
            yield from _rows(text)
    finally:
        # whoever stops in the middle may have closed the stream before
        with suppress(ValueError):
            text.detach()


def _rows(text: io.TextIOWrapper) -> Iterator[TrackRow]:
    first = _cells(text.readline(_HEADER_LIMIT))
    if is_fma(first):
        table, source = Table.RAW_TRACKS, _OneHeader(first, text, blank_lines=0)
    elif {"album", "artist", "set", "track"} <= set(first):
        second = _cells(text.readline(_HEADER_LIMIT))
        fields = [f"{group}.{field}" for group, field in zip(first, second, strict=False)]
        table, source = Table.TRACKS, _OneHeader(["track_id", *fields[1:]], text, blank_lines=1)
    else:
        return
    _, rows = read_rows(cast(TextIO, source), kind=KIND)
    for row in rows:
        # the third header line of tracks.csv
        if row.cells.get("track_id") != "track_id":
            yield TrackRow(table=table, row=row)


def _cells(line: str) -> list[str]:
    """Of a header line; none when it is no line of CSV."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return []


def read(raw: object, rows: Rows) -> None:
    """The recording of a row, its artist, album, place on it and listens.

    Raises:
        MalformedInput: it is no row, its id is no number, it has no title, or its genres are no list.
    """
    if not isinstance(raw, TrackRow):
        raise MalformedInput(KIND, "no row of a table of tracks")
    try:
        found = list(_found(_stated(raw)))
    except MalformedInput as exc:
        raise MalformedInput(KIND, f"line {raw.row.line}: {exc.reason}") from exc
    for table, row in found:
        rows.add(table, row)


def _stated(raw: TrackRow) -> dict[str, str]:
    """The cells both tables have, under one name each; `""` where there is none."""
    names = _TRACKS if raw.table is Table.TRACKS else _RAW_TRACKS
    stated = dict.fromkeys({*_TRACKS.values(), *_RAW_TRACKS.values()}, "")
    return stated | {names[column]: cell for column, cell in raw.row.cells.items() if column in names}


def _found(stated: Mapping[str, str]) -> Iterator[_Found]:
    identity = whole_in(stated["id"])
    if identity is None:
        raise MalformedInput(KIND, "track_id is no number")
    recording = str(identity)
    yield (
        SourceTable.RECORDING,
        {
            "id": recording,
            "title": name_in(stated["title"], "title", kind=KIND),
            "artist_credit": stated["artist"],
            "artist_ids": _ids(stated["artist_id"]),
            "duration_ms": milliseconds_in(stated["duration"]),
            "genres": [*_words(stated["genre"]), *_genres(stated["genres"])],
            "licence": stated["licence"].strip() or stated["licence_title"],
        },
    )
    if (listens := whole_in(stated["listens"])) is not None:
        yield SourceTable.PLAYS, {"recording_id": recording, "month": 0, "listens": listens}
    yield from _artist(stated)
    yield from _album(stated, recording)


def _is_stated(cell: str) -> bool:
    return bool(cell.replace("\0", "").strip())


def _ids(cell: str) -> list[str]:
    found = id_in(cell)
    return [found] if found else []


def _words(cell: str) -> list[str]:
    return [cell.strip().lower()] if cell.strip() else []


def _genres(cell: str) -> list[str]:
    """Titles of the genres in a Python list of dictionaries."""
    found = literal(cell) if cell.strip() else []
    if not isinstance(found, list):
        raise MalformedInput(KIND, "the genres are no Python list")
    titles = (one.get("genre_title") for one in found if isinstance(one, dict))
    return [word for title in titles if isinstance(title, str) for word in _words(title)]


def literal(cell: str) -> object:
    """The value of a Python literal.

    Raises:
        MalformedInput: it is none, or longer than `LITERAL_LIMIT`.
    """
    if len(cell) > LITERAL_LIMIT:
        raise MalformedInput(KIND, f"a Python literal of more than {LITERAL_LIMIT} characters")
    try:
        with warnings.catch_warnings():
            # an odd escape in somebody's title is no concern of who runs the import
            warnings.simplefilter("ignore")
            return ast.literal_eval(cell.strip())
    except _NOT_LITERAL as exc:
        raise MalformedInput(KIND, "no Python literal") from exc


def _artist(stated: Mapping[str, str]) -> Iterator[_Found]:
    artist = id_in(stated["artist_id"])
    if artist and _is_stated(stated["artist"]):
        yield SourceTable.ARTIST, {"id": artist, "name": name_in(stated["artist"], "artist", kind=KIND)}


def _album(stated: Mapping[str, str], recording: str) -> Iterator[_Found]:
    """The album, and the track's place on it where that is stated: number 0 is how the archive says unknown."""
    album = id_in(stated["album_id"])
    if album is None or not _is_stated(stated["album"]):
        return
    yield (
        SourceTable.RELEASE,
        {
            "id": album,
            "title": name_in(stated["album"], "title of the album", kind=KIND),
            "artist_credit": stated["artist"],
            "artist_ids": _ids(stated["artist_id"]),
            "date": day_in(stated["date"]),
        },
    )
    if position := whole_in(stated["number"], most=_MOST):
        medium = whole_in(stated["disc"], most=_MOST) or 1
        place = {"release_id": album, "recording_id": recording, "medium": medium, "position": position}
        yield SourceTable.TRACK, place


IMPORTER: Final = Importer(
    kind=KIND,
    source="fma",
    licences=dict.fromkeys(("artist", "release", "recording", "track", "plays"), "CC-BY-4.0"),
    cut=cut,
    read=read,
)
"""FMA."""
