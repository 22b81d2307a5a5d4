"""The state digest: one hash over what the ledger knows, times and surrogate keys apart.

Two archives that took in the same files from the same places with the same rights have the same digest, however
often either was killed on the way.

Source: docs/format/ledger.md, "State digest".
"""

import hashlib
from typing import Final

from sqlalchemy import Column, Connection, Table, select

from longplay.ledger import tables
from longplay.ledger.projection import as_json

_TIMES_AND_KEYS: Final = {
    "writer", "seq",
    "opened_at", "closed_at", "held_at", "checked_at", "published_at", "measured_at", "made_at", "ruled_at",
    "stated_at", "stated_by", "superseded_at", "withdrawn_at", "purged_at", "filed_at",
}  # fmt: skip
_SURROGATES: Final = {"accession", "id", "answers", "heads_json"}

_STATE: Final = (
    tables.accession,
    tables.holding,
    tables.measurement,
    tables.access_copy,
    tables.pair,
    tables.ruling,
    tables.provenance,
    tables.companion,
    tables.rights_statement,
    tables.supersession,
    tables.withdrawal,
    tables.tombstone,
    tables.notice,
    tables.finding,
    tables.fixity,
    tables.edition,
    tables.bundle,
    tables.bundle_file,
)


def state_digest(connection: Connection) -> str:
    """SHA-256 over every row of the state, 64 hex digits.

    Blobs count through what refers to them: the tag files of a bundle hold dates, so of `bundle_file` only the
    payload counts, and `blob` only for recordings and companions.
    """
    total = hashlib.sha256()
    for table in _STATE:
        _add_table(total, connection, table)
    _add_blobs(total, connection)
    return total.hexdigest()


def _columns(table: Table) -> list[Column[object]]:
    left_out = _TIMES_AND_KEYS | _SURROGATES | ({"date"} if table is tables.edition else set())
    return [column for column in table.columns if column.name not in left_out]


def _add_table(total: "hashlib._Hash", connection: Connection, table: Table) -> None:
    columns = _columns(table)
    query = select(*columns).order_by(*columns)
    if "seq" in {column.name for column in table.primary_key}:
        # two chains may have measured, or been told, the same
        query = query.distinct()
    if table is tables.bundle_file:
        query = query.where(table.c.path.like("data/%"))
    total.update(f"{table.name}\n".encode())
    for row in connection.execution_options(yield_per=1_000).execute(query):
        total.update(as_json(tuple(row)).encode() + b"\n")


def _add_blobs(total: "hashlib._Hash", connection: Connection) -> None:
    blob = tables.blob.c
    kept = select(tables.holding.c.content_id).union(select(tables.companion.c.content_id))
    query = select(
        blob.content_id, blob.size, blob.pieces_root, blob.piece_layer, blob.v1_pieces, blob.v1_last
    ).where(blob.content_id.in_(kept))
    total.update(b"blob\n")
    for row in connection.execution_options(yield_per=1_000).execute(query.order_by(blob.content_id)):
        total.update(as_json(tuple(row)).encode() + b"\n")
