"""Tables of scrobbles: CSV whose header may stand anywhere in the first lines, under many names.

It does not judge whether a row is a listen.

Source: RFC 4180; column names as Last.fm exporters, Libre.fm, Pano Scrobbler and Spinitron have them.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final

from longplay.catalogue.sources.importer import Fault
from longplay.catalogue.sources.lines import lines

HEADER_LINES: Final = 100
"""In how many first lines a header is looked for."""

_LINE_LIMIT: Final = 1 << 16
_CELL_LINES: Final = 20  # lines that one cell in quotes may run over
_NAMES: Final = {
    "artist": ("artist", "artistname", "trackartist", "artists"),
    "title": ("track", "title", "song", "trackname", "tracktitle", "songtitle", "songname"),
    "album": ("album", "albumname", "albumtitle", "release", "releasename"),
    "time": (
        "uts",
        "timems",
        "timestamp",
        "unixtimestamp",
        "listenedat",
        "playedat",
        "scrobbledat",
        "datetime",
        "utctime",
        "time",
        "date",
        "dateuser",
    ),
    "user": ("userid", "user", "username"),
}
_WANTED: Final = ("artist", "title", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrobble:
    """One row, as it stands; `""` where it has nothing.

    Attributes:
        user: whoever listened, by the row or else by the file.
    """

    user: str
    artist: str
    title: str
    album: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """Which column is what, by index, and whose table it is."""

    columns: dict[str, int]
    delimiter: str
    owner: str


def cut_table(stream: IO[bytes], owner: str, *, kind: str) -> Iterator[Scrobble | Fault]:
    """The rows below the header, in order.

    Args:
        stream: UTF-8, with or without a byte order mark; what is not becomes lone surrogates.
        owner: whose rows those are that do not say.
        kind: for the error.

    Raises:
        MalformedInput: the file breaks.
    """
    texts = _rows_of(_texts(stream, kind))
    header = next(filter(None, (_header(text, owner) for text in islice(texts, HEADER_LINES))), None)
    if header is None:
        yield Fault(reason=f"none of the first {HEADER_LINES} lines names artist, track and time")
        return
    for text in texts:
        yield _scrobble(text, header)


def _header(text: str, owner: str) -> _Header | None:
    """The header a line is; `None` where it does not name what a scrobble needs."""
    delimiter = max(",\t;", key=text.count)
    names = ["".join(filter(str.isalnum, cell)).lower() for cell in _cells(text, delimiter) or ()]
    columns = {}
    for column, known in _NAMES.items():
        found = next((name for name in known if name in names), None)
        if found is not None:
            columns[column] = names.index(found)
    if not set(_WANTED) <= columns.keys():
        return None
    return _Header(columns=columns, delimiter=delimiter, owner=owner)


def _scrobble(text: str, header: _Header) -> Scrobble | Fault:
    cells = _cells(text, header.delimiter)
    if cells is None:
        return Fault(reason="a line that is no CSV")
    stated = {
        name: cells[place].strip() if place < len(cells) else "" for name, place in header.columns.items()
    }
    return Scrobble(
        user=stated.get("user") or header.owner,
        artist=stated["artist"],
        title=stated["title"],
        album=stated.get("album", ""),
        time=stated["time"],
    )


def _cells(text: str, delimiter: str) -> list[str] | None:
    """The cells of a line; `None` when it is none of a CSV, or too long."""
    if len(text) > _LINE_LIMIT:
        return None
    try:
        return next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), [])
    except csv.Error:
        return None


def _rows_of(texts: Iterator[str]) -> Iterator[str]:
    """Lines, joined where a cell in quotes runs over several; an open quote spoils its own line only."""
    held: list[str] = []
    for text in texts:
        held.append(text)
        if _is_closed(held):
            yield "\n".join(held)
            held = []
        elif len(held) > _CELL_LINES:
            yield held.pop(0)
            while held and _is_closed(held[:1]):
                yield held.pop(0)
    yield from held


def _is_closed(texts: list[str]) -> bool:
    return sum(text.count('"') for text in texts) % 2 == 0


def _texts(stream: IO[bytes], kind: str) -> Iterator[str]:
    for line in lines(stream, kind=kind):
        yield line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
