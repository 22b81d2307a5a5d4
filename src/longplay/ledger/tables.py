"""The ledger's tables: a projection of the journal, never the truth.

Every row carries the journal line that made it (`writer`, `seq`), so that the ledger can be read as of any
journal head. Columns ending in `_json` hold what is only ever read whole.

Source: docs/format/ledger.md.
"""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _line() -> tuple[Column[str], Column[int]]:
    return Column("writer", Text, nullable=False), Column("seq", Integer, nullable=False)


applied = Table(
    "applied",
    metadata,
    Column("writer", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("line_hash", Text, nullable=False),
)
"""How far each chain is projected: one row a chain."""

accession = Table(
    "accession",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("roots_json", Text, nullable=False),
    Column("keeping", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_at", Text),
    *_line(),
)
"""One row an act of taking in."""

blob = Table(
    "blob",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("pieces_root", LargeBinary),
    Column("piece_layer", LargeBinary, nullable=False),
    Column("v1_pieces", LargeBinary, nullable=False),
    Column("v1_last", LargeBinary, nullable=False),
    *_line(),
)
"""One row a blob, with everything a bag or a torrent needs."""

holding = Table(
    "holding",
    metadata,
    Column("content_id", Text, ForeignKey("blob.content_id"), primary_key=True),
    Column("audio_json", Text, nullable=False),
    Column("tags_json", Text, nullable=False),
    Column("held_at", Text, nullable=False),
    *_line(),
)
"""One row a recording we keep."""

measurement = Table(
    "measurement",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("audio_json", Text, nullable=False),
    Column("measurement_json", Text, nullable=False),
    Column("pcm_md5", Text),
    Column("is_whole", Integer, nullable=False),
    Column("measured_at", Text, nullable=False),
    Column("writer", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
)
"""One row a measuring of a recording; the latest by (`measured_at`, `writer`, `seq`) counts."""

access_copy = Table(
    "access_copy",
    metadata,
    Column("content_id", Text, ForeignKey("blob.content_id"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("encoding", Text, nullable=False),
    Column("bit_rate", Integer, nullable=False),
    Column("gain_q78", Integer),
    Column("decision_json", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    *_line(),
)
"""One row an access copy and the recording it was made of."""

pair = Table(
    "pair",
    metadata,
    Column("a", Text, primary_key=True),
    Column("b", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("judgement_json", Text, nullable=False),
    *_line(),
)
"""One row a pair of recordings whose judgement by one version of the method was written down; a < b."""

ruling = Table(
    "ruling",
    metadata,
    Column("writer", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("content_ids_json", Text, nullable=False),
    Column("others_json", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ruled_at", Text, nullable=False),
)
"""One row a person's decision to merge or split recordings."""

provenance = Table(
    "provenance",
    metadata,
    Column("content_id", Text, nullable=False),
    Column("accession", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("given_json", Text, nullable=False),
    *_line(),
    UniqueConstraint("content_id", "source", "root", "path", "given_json"),
)
"""One row a place where a recording's bytes were met."""

companion = Table(
    "companion",
    metadata,
    Column("content_id", Text, nullable=False),
    Column("accession", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("carriers_json", Text, nullable=False),
    *_line(),
    UniqueConstraint("content_id", "source", "root", "path"),
)
"""One row a place where a companion was met."""

rights_statement = Table(
    "rights_statement",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("statement_id", Text, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("licence", Text),
    Column("statement_json", Text, nullable=False),
    Column("stated_at", Text, nullable=False),
    Column("stated_by", Text, nullable=False),
    *_line(),
)
"""One row a statement about one object, under the line that brought it first."""

supersession = Table(
    "supersession",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("statement_id", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("words", Text),
    Column("superseded_at", Text, nullable=False),
    Column("writer", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
)
"""One row a statement and a line that said it does not hold any more."""

withdrawal = Table(
    "withdrawal",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("statement_id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("withdrawn_at", Text, nullable=False),
    Column("writer", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
)
"""One row a withdrawal, reversed ones too: they are in force while their statement is not superseded."""

tombstone = Table(
    "tombstone",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("purged_at", Text, nullable=False),
    Column("writer", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
)
"""One row a blob or piece of evidence whose bytes were purged, under the recording it was purged with."""

notice = Table(
    "notice",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("about_json", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("answers", Text),
    Column("filed_at", Text, nullable=False),
    *_line(),
)
"""One row a notice or what answers one; the papers lie in the erasable evidence."""

finding = Table(
    "finding",
    metadata,
    Column("root", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("accession", Text, nullable=False),
    *_line(),
    UniqueConstraint("root", "path", "code"),
)
"""One row a remark made while taking in; the same remark about the same path is made once."""

fixity = Table(
    "fixity",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("code", Text),
    Column("detail", Text),
    Column("checked_at", Text, nullable=False),
    *_line(),
)
"""One row a blob that was ever found damaged: its latest state; `code` is null when whole again."""

edition = Table(
    "edition",
    metadata,
    Column("name", Text, primary_key=True),
    Column("date", Text, nullable=False),
    Column("heads_json", Text, nullable=False),
    Column("bundles_json", Text),
    Column("published_at", Text),
    *_line(),
)
"""One row an edition; `bundles_json` is null until it was handed out whole."""

bundle = Table(
    "bundle",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("partition", Text, nullable=False),
    Column("edition", Text, nullable=False),
    *_line(),
)
"""One row a bundle, under the edition it first appeared in."""

bundle_file = Table(
    "bundle_file",
    metadata,
    Column("bundle", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("content_id", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("decision_json", Text),
)
"""One row a file of a bundle, tag files included."""

Index("measurement_by_samples", measurement.c.pcm_md5)
Index("copy_by_source", access_copy.c.source)
Index("provenance_by_place", provenance.c.root, provenance.c.path)
Index("bundle_file_by_content", bundle_file.c.content_id)
