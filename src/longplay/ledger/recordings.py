"""Questions to the ledger about which holdings are one recording."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, func, select

from longplay.ledger import queries, tables
from longplay.ledger.conditions import lies_there
from longplay.model.audio import AudioFacts
from longplay.model.digests import ContentId
from longplay.model.recordings import Manifestation, PairJudgement, PairVerdict
from longplay.model.technical import Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What is known of a holding that was measured."""

    audio: AudioFacts
    measurement: Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A person's decision.

    Attributes:
        content_ids: what was merged, or the one holding that was split off.
        others: what it was split from; empty for a merge.
        by, reason, at: who, why and when.
    """

    content_ids: tuple[ContentId, ...]
    others: tuple[ContentId, ...]
    by: str
    reason: str
    at: str


_AS_HELD = (
    tables.holding.c.held_at,
    tables.holding.c.writer,
    tables.holding.c.seq,
    tables.holding.c.content_id,
)
"""The order in which holdings came to be held."""


def ids_as_held(connection: Connection) -> list[ContentId]:
    """Content ids of all holdings that were not purged, in the order in which they came to be held."""
    column = tables.holding.c.content_id
    query = select(column).where(lies_there(column)).order_by(*_AS_HELD)
    return [ContentId(one) for one in connection.scalars(query)]


def measured(connection: Connection, content_id: ContentId) -> Measured | None:
    """The latest measurement of a holding; `None` when it was never measured."""
    columns = tables.measurement.c
    query = select(columns.audio_json, columns.measurement_json).where(columns.content_id == content_id)
    latest = query.order_by(columns.measured_at.desc(), columns.writer.desc(), columns.seq.desc()).limit(1)
    row = connection.execute(latest).first()
    if row is None:
        return None
    return Measured(
        audio=msgspec.json.decode(row.audio_json, type=AudioFacts),
        measurement=msgspec.json.decode(row.measurement_json, type=Measurement),
    )


def not_whole(connection: Connection) -> set[ContentId]:
    """Holdings in which the latest measurement found damage."""
    columns = tables.measurement.c
    newest = func.row_number().over(
        partition_by=columns.content_id,
        order_by=(columns.measured_at.desc(), columns.writer.desc(), columns.seq.desc()),
    )
    latest = select(columns.content_id, columns.is_whole, newest.label("age")).subquery()
    query = select(latest.c.content_id).where(latest.c.age == 1, latest.c.is_whole == 0)
    return {ContentId(one) for one in connection.scalars(query.where(lies_there(latest.c.content_id)))}


def with_samples(connection: Connection, pcm_md5: str) -> list[ContentId]:
    """Content ids of holdings whose decoded samples have this MD5, sorted."""
    columns = tables.measurement.c
    same = select(columns.content_id).where(columns.pcm_md5 == pcm_md5, lies_there(columns.content_id))
    return [ContentId(one) for one in connection.scalars(same.distinct().order_by(columns.content_id))]


def judgements(connection: Connection, method: str) -> Iterator[PairJudgement]:
    """What one method found of pairs, by pair."""
    columns = tables.pair.c
    query = select(columns.judgement_json).where(columns.method == method).order_by(columns.a, columns.b)
    for text in connection.scalars(query):
        yield msgspec.json.decode(text, type=PairJudgement)


def judged_pairs(connection: Connection, method: str) -> set[tuple[ContentId, ContentId]]:
    """The pairs that are judged already by a method."""
    columns = tables.pair.c
    rows = connection.execute(select(columns.a, columns.b).where(columns.method == method))
    return {(ContentId(row.a), ContentId(row.b)) for row in rows}


def same_pairs(connection: Connection, method: str) -> list[tuple[ContentId, ContentId]]:
    """The pairs that a method found to be the same, by pair."""
    columns = tables.pair.c
    query = select(columns.a, columns.b).where(
        columns.method == method, columns.verdict == PairVerdict.SAME.value
    )
    return [
        (ContentId(row.a), ContentId(row.b)) for row in connection.execute(query.order_by(columns.a, columns.b))
    ]


def rulings(connection: Connection) -> Iterator[Ruled]:
    """What people decided, earliest first."""
    columns = tables.ruling.c
    ids = tuple[ContentId, ...]
    query = select(tables.ruling).order_by(columns.ruled_at, columns.writer, columns.seq)
    for row in connection.execute(query):
        yield Ruled(
            content_ids=msgspec.json.decode(row.content_ids_json, type=ids),
            others=msgspec.json.decode(row.others_json, type=ids),
            by=row.by,
            reason=row.reason,
            at=row.ruled_at,
        )


def manifestations(connection: Connection, content_ids: Collection[ContentId]) -> Iterator[Manifestation]:
    """What ranks these holdings among the manifestations of a recording; those not held are left out."""
    columns = tables.holding.c
    order = func.row_number().over(order_by=_AS_HELD)
    numbered = select(columns.content_id, order.label("number")).subquery()
    for content_id, number in connection.execute(select(numbered.c.content_id, numbered.c.number)):
        if content_id not in content_ids:
            continue
        known = queries.holding(connection, content_id)
        if known is not None:
            yield Manifestation(
                content_id=ContentId(content_id),
                is_lossless=known.audio.is_lossless,
                is_whole=known.measurement.is_whole if known.measurement else known.audio.decode_errors == 0,
                bit_rate=known.measurement.bit_rate if known.measurement else 0,
                held_order=number,
            )
