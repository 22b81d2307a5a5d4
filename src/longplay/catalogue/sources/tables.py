"""The tables into which every source is imported: its rows as the source has them, in one shape.

Nothing is resolved here: ids are the source's own, names are as they were written. What a source does not state
is null. Each row also carries `source` and `as_of`, which the import adds.

Source: docs/format/catalogue.md, "Source tables"; words as MusicBrainz has them.
"""

from enum import StrEnum
from typing import Final

import pyarrow as pa


class SourceTable(StrEnum):
    """A table of rows as one source has them."""

    ARTIST = "artist"
    RELEASE = "release"
    RECORDING = "recording"
    TRACK = "track"
    LISTEN = "listen"
    PLAYS = "plays"
    REDIRECT = "redirect"
    MAPPING = "mapping"


_TEXTS: Final = pa.list_(pa.string())


def _column(name: str, kind: pa.DataType, meaning: str, *, unit: str = "", null: bool = True) -> pa.Field:
    metadata = {"meaning": meaning} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=null, metadata=metadata)


SCHEMAS: Final[dict[SourceTable, pa.Schema]] = {
    SourceTable.ARTIST: pa.schema(
        [
            _column("id", pa.string(), "the source's id of the artist", null=False),
            _column("name", pa.string(), "as the source writes it", null=False),
            _column("sort_name", pa.string(), "name to sort by, such as `Bach, Johann Sebastian`"),
            _column("aliases", _TEXTS, "other names, spellings and scripts", null=False),
            _column("country", pa.string(), "ISO 3166-1 alpha-2"),
            _column("identifiers", _TEXTS, "`scheme:value`, such as `isni:…` or `musicbrainz:…`", null=False),
        ]
    ),
    SourceTable.RELEASE: pa.schema(
        [
            _column("id", pa.string(), "the source's id of the release", null=False),
            _column("title", pa.string(), "as the source writes it", null=False),
            _column("artist_credit", pa.string(), "the artists as printed, joined"),
            _column("artist_ids", _TEXTS, "the source's ids of the artists, in order of credit", null=False),
            _column("date", pa.string(), "as stated: `1997`, `1997-05` or `1997-05-28`"),
            _column("country", pa.string(), "where it was released, ISO 3166-1 alpha-2 or the source's word"),
            _column("label", pa.string(), "first label named"),
            _column("barcode", pa.string(), "UPC or EAN, digits only"),
            _column("group_id", pa.string(), "the source's id of the release group or master"),
            _column("genres", _TEXTS, "genres and styles the source gives it, lower case", null=False),
            _column("identifiers", _TEXTS, "`scheme:value` of the same release elsewhere", null=False),
            _column("licence", pa.string(), "the licence as stated: a URL, an SPDX id, or words"),
        ]
    ),
    SourceTable.RECORDING: pa.schema(
        [
            _column("id", pa.string(), "the source's id of the recording", null=False),
            _column("title", pa.string(), "as the source writes it", null=False),
            _column("artist_credit", pa.string(), "the artists as printed, joined"),
            _column("artist_ids", _TEXTS, "the source's ids of the artists, in order of credit", null=False),
            _column("duration_ms", pa.int32(), "playing time; never 0 or negative", unit="ms"),
            _column(
                "isrcs", _TEXTS, "twelve characters each, as ISO 3901 has them without hyphens", null=False
            ),
            _column("iswcs", _TEXTS, "of the works it is a performance of, `T-123.456.789-0`", null=False),
            _column("year", pa.int16(), "of first release, where the recording itself states one"),
            _column("genres", _TEXTS, "genres the source gives it, lower case", null=False),
            _column("licence", pa.string(), "the licence as stated: a URL, an SPDX id, or words"),
            _column("identifiers", _TEXTS, "`scheme:value` of the same recording elsewhere", null=False),
        ]
    ),
    SourceTable.TRACK: pa.schema(
        [
            _column("release_id", pa.string(), "the source's id of the release", null=False),
            _column("recording_id", pa.string(), "the source's id of the recording", null=False),
            _column("medium", pa.int16(), "disc or side, from 1", null=False),
            _column("position", pa.int16(), "place on the medium, from 1; 0 is a pregap track", null=False),
            _column("number", pa.string(), "as printed, such as `A1`"),
            _column("title", pa.string(), "as printed on this release; null when it is the recording's"),
        ]
    ),
    SourceTable.LISTEN: pa.schema(
        [
            _column("listener", pa.int64(), "keyed hash of source and user; never a name", null=False),
            _column("at", pa.int64(), "when, seconds since 1970-01-01 UTC", unit="s", null=False),
            _column("recording_id", pa.string(), "MBID of the recording, where the source maps it"),
            _column("artist", pa.string(), "as the player sent it", null=False),
            _column("title", pa.string(), "as the player sent it", null=False),
            _column("release", pa.string(), "as the player sent it"),
        ]
    ),
    SourceTable.PLAYS: pa.schema(
        [
            _column("recording_id", pa.string(), "the source's id of the recording", null=False),
            _column(
                "month", pa.int32(), "year × 100 + month; 0: the source counts without saying when", null=False
            ),
            _column("listens", pa.int64(), "how many, 0 or more", null=False),
            _column("listeners", pa.int64(), "how many people; null where the source does not count them"),
        ]
    ),
    SourceTable.REDIRECT: pa.schema(
        [
            _column("kind", pa.string(), "`artist`, `release` or `recording`", null=False),
            _column("from_id", pa.string(), "an id that was merged away", null=False),
            _column("to_id", pa.string(), "the id that holds now", null=False),
        ]
    ),
    SourceTable.MAPPING: pa.schema(
        [
            _column("artist", pa.string(), "artist credit as the source writes it", null=False),
            _column("title", pa.string(), "recording title as the source writes it", null=False),
            _column("recording_id", pa.string(), "the source's recording these names mean", null=False),
            _column("release_id", pa.string(), "the source's canonical release of it"),
            _column("score", pa.int64(), "the smaller, the better the source ranks the release", null=False),
        ]
    ),
}
"""Arrow schema of each table; field metadata has `meaning` and, where there is one, `unit`."""


def stamped(schema: pa.Schema) -> pa.Schema:
    """A source table's schema as it lies on disk: with `source` and `as_of` after its own columns."""
    return schema.append(
        _column("source", pa.string(), "name of the source, such as `musicbrainz`", null=False)
    ).append(_column("as_of", pa.date32(), "day the source was as it stands here", null=False))
