"""The tables of a snapshot: one catalogue of all sources, ranked. Each column with its meaning and unit.

`rank` numbers the recordings, releases and artists of one snapshot from 1, the most listened first; other
tables refer to them by it. `id` stays the same from snapshot to snapshot. `source` and columns ending in
`_source` are places in the snapshot's list of sources, from 0; `sources` is a set of them, bit by bit.

Source: docs/format/catalogue.md, "Snapshots".
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class SnapshotTable(StrEnum):
    """A table of a snapshot."""

    RECORDING = "recording"
    RELEASE = "release"
    ARTIST = "artist"
    TRACK = "track"
    CREDIT = "credit"
    IDENTIFIER = "identifier"
    LISTENS = "listens"
    GENRE = "genre"
    LISTENER = "listener"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a snapshot's table.

    Attributes:
        name: as it stands in the Parquet file.
        type: DuckDB's name of its type.
        meaning: in a line; what null means where it may be.
        unit: `""` where there is none.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""


def _c(name: str, kind: str, meaning: str, unit: str = "") -> Column:
    return Column(name=name, type=kind, meaning=meaning, unit=unit)


_RANK: Final = "place by popularity, from 1"
_LISTENS: Final = _c("listens", "BIGINT", "all listens known", "listens")
_WEIGHTED: Final = _c("weighted", "BIGINT", "listens × 2^20, halved for each half-life passed", "2^-20 listens")
_SOURCE: Final = _c("source", "UTINYINT", "source of the id and of the names")
_SOURCES: Final = _c("sources", "UBIGINT", "sources that know it, bit by place")
_RECORDING: Final = _c("recording", "UINTEGER", "rank of the recording")

TABLES: Final[dict[SnapshotTable, tuple[Column, ...]]] = {
    SnapshotTable.RECORDING: (
        _c("rank", "UINTEGER", _RANK),
        _c("id", "UUID", "the MBID, else made of source and id"),
        _c("title", "VARCHAR", "as the most trusted source writes it"),
        _c("artist_credit", "VARCHAR", "artists as printed; null where unknown"),
        _c("duration_ms", "INTEGER", "playing time; null where unknown", "ms"),
        _c("year", "SMALLINT", "of first release; null where no source dates it"),
        _c("licence", "VARCHAR", "as a source states it; evidence for nobody, see `rights import`"),
        _LISTENS,
        _c("listeners", "BIGINT", "people known to have listened, at least"),
        _WEIGHTED,
        _c("score", "UTINYINT", "100 × log2(1 + weighted listens) / 30, rounded, at most 100"),
        _SOURCE,
        _c("duration_source", "UTINYINT", "source of the duration"),
        _c("year_source", "UTINYINT", "source of the year"),
        _c("licence_source", "UTINYINT", "source of the licence"),
        _SOURCES,
    ),
    SnapshotTable.RELEASE: (
        _c("rank", "UINTEGER", _RANK),
        _c("id", "UUID", "the MBID, else made of source and id"),
        _c("title", "VARCHAR", "as the most trusted source writes it"),
        _c("artist_credit", "VARCHAR", "artists as printed; null where unknown"),
        _c("date", "VARCHAR", "as stated; null where it is not"),
        _c("year", "SMALLINT", "of that date"),
        _c("country", "VARCHAR", "where it was released, as stated"),
        _c("label", "VARCHAR", "first label named"),
        _c("barcode", "VARCHAR", "UPC or EAN, digits only"),
        _c("licence", "VARCHAR", "as a source states it"),
        _c("recordings", "UINTEGER", "different recordings on it"),
        _LISTENS,
        _WEIGHTED,
        _SOURCE,
        _SOURCES,
    ),
    SnapshotTable.ARTIST: (
        _c("rank", "UINTEGER", _RANK),
        _c("id", "UUID", "the MBID, else made of source and id"),
        _c("name", "VARCHAR", "as the most trusted source writes it"),
        _c("sort_name", "VARCHAR", "to sort by; null where no source has one"),
        _c("aliases", "VARCHAR[]", "other names, of all sources, sorted"),
        _c("country", "VARCHAR", "ISO 3166-1 alpha-2; null where unknown"),
        _c("recordings", "UINTEGER", "recordings credited"),
        _LISTENS,
        _WEIGHTED,
        _SOURCE,
        _SOURCES,
    ),
    SnapshotTable.TRACK: (
        _RECORDING,
        _c("release", "UINTEGER", "rank of the release"),
        _c("medium", "SMALLINT", "disc or side, from 1"),
        _c("position", "SMALLINT", "place on the medium, from 1; 0 is a pregap track"),
        _c("number", "VARCHAR", "as printed"),
        _c("title", "VARCHAR", "as printed; null where it is the recording's"),
    ),
    SnapshotTable.CREDIT: (
        _RECORDING,
        _c("artist", "UINTEGER", "rank of the artist"),
        _c("position", "USMALLINT", "place in the credit, from 1"),
    ),
    SnapshotTable.IDENTIFIER: (
        _c("kind", "VARCHAR", "`artist`, `recording` or `release`"),
        _c("entity", "UINTEGER", "its rank"),
        _c("scheme", "VARCHAR", "name of a source, `isrc`, `iswc`, `barcode`, or what a source calls it"),
        _c("value", "VARCHAR", "the identifier"),
        _c("source", "UTINYINT", "who says so"),
        _c("as_of", "DATE", "the day the source was as it said so"),
    ),
    SnapshotTable.LISTENS: (
        _RECORDING,
        _c("source", "UTINYINT", "whose listens"),
        _c("month", "INTEGER", "year × 100 + month; 0: the source does not say when"),
        _c("listens", "BIGINT", "in that month", "listens"),
        _c("listeners", "BIGINT", "different people in that month; null where not counted"),
    ),
    SnapshotTable.GENRE: (
        _RECORDING,
        _c("genre", "VARCHAR", "lower case, the source's word"),
        _c("source", "UTINYINT", "who says so"),
        _c("of_release", "BOOLEAN", "whether only a release of it was called so"),
    ),
    SnapshotTable.LISTENER: (
        _c("listener", "UINTEGER", "numbered anew in each snapshot"),
        _c("recording", "UINTEGER", "rank of the recording; 0: none was found"),
        _c("listens", "BIGINT", "how often", "listens"),
    ),
    SnapshotTable.EVIDENCE: (
        _c("kind", "VARCHAR", "`artist`, `recording` or `release`"),
        _c("a", "UUID", "one entity as a source has it; the smaller id"),
        _c("b", "UUID", "the other"),
        _c("rule", "UTINYINT", "what spoke for it: see the format"),
        _c("off_ms", "INTEGER", "difference of the durations", "ms"),
        _c("verdict", "VARCHAR", "`merged`, `doubtful`, `vetoed`, `apart`"),
    ),
}
"""Every table with its columns, in order."""

PRIVATE: Final = frozenset({SnapshotTable.LISTENER})
"""What no export holds."""
