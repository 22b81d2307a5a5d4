"""Questions to the ledger, each with its own answer type: rows become model values here and nowhere else.

Everything that may be large is an iterator in a stated order.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, and_, exists, false, func, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.sql.elements import ColumnElement

from longplay.ledger import rights, tables
from longplay.ledger.conditions import as_of, lies_there
from longplay.ledger.projection import as_json
from longplay.model.audio import AudioFacts, TagFacts
from longplay.model.digests import ContentId, FileDigests
from longplay.model.editions import Bundle, BundleFile, Partition
from longplay.model.events import Head
from longplay.model.holdings import AccessCopy, Companion, CompanionKind, Given, Holding, Provenance
from longplay.model.rights import Decision
from longplay.model.technical import Carrier, Measurement
from longplay.model.units import ByteCount

T = TypeVar("T")
PAGE = 500
"""Holdings fetched at a time."""


def _value(text: str, kind: type[T]) -> T:
    return msgspec.json.decode(text, type=kind)


def is_held(connection: Connection, content_id: ContentId) -> bool:
    """Whether a recording of these bytes is held; one that was purged is not."""
    column = tables.holding.c.content_id
    return bool(connection.scalar(select(exists().where(column == content_id, lies_there(column)))))


def is_known_blob(connection: Connection, content_id: ContentId) -> bool:
    """Whether any journal line named this blob, be it purged or not."""
    return bool(connection.scalar(select(exists().where(tables.blob.c.content_id == content_id))))


def made_by(connection: Connection, content_id: ContentId) -> tuple[str, int] | None:
    """The journal line (writer, seq) by which a recording came to be held; `None` when it is not."""
    query = select(tables.holding.c.writer, tables.holding.c.seq)
    row = connection.execute(query.where(tables.holding.c.content_id == content_id)).first()
    return (row.writer, row.seq) if row else None


def digests_of(connection: Connection, content_ids: Sequence[ContentId]) -> dict[ContentId, FileDigests]:
    """The digests of blobs by content id; unknown ones are absent."""
    found = {}
    for at in range(0, len(content_ids), PAGE):
        query = select(tables.blob).where(tables.blob.c.content_id.in_(content_ids[at : at + PAGE]))
        for row in connection.execute(query):
            found[ContentId(row.content_id)] = _digests(row)
    return found


def _digests(row: Row[Any]) -> FileDigests:
    return FileDigests(
        size=ByteCount(row.size),
        content_id=ContentId(row.content_id),
        pieces_root=row.pieces_root,
        piece_layer=row.piece_layer,
        v1_pieces=row.v1_pieces,
        v1_last=row.v1_last,
    )


def blobs_after(connection: Connection, last: ContentId | str) -> list[FileDigests]:
    """The next page of blobs by content id, purged ones too; empty at the end.

    `withdrawn.purged_among` tells which of a page must not lie there any more.

    Args:
        connection: any state.
        last: the last content id of the page before; `""` for the first page.
    """
    columns = tables.blob.c
    query = select(tables.blob).where(columns.content_id > last).order_by(columns.content_id).limit(PAGE)
    return [_digests(row) for row in connection.execute(query)]


def ids_starting(connection: Connection, prefix: str, *, limit: int) -> list[ContentId]:
    """Content ids of holdings that start with `prefix`, sorted; none when it has other than hex digits.

    Purged ones are left out: `withdrawn.purged_starting` has them.
    """
    if set(prefix) - set("0123456789abcdef"):
        return []
    column = tables.holding.c.content_id
    named = select(column).where(column >= prefix, column < prefix + "g", lies_there(column))
    query = named.order_by(column).limit(limit)
    return [ContentId(found) for found in connection.scalars(query)]


def holdings(connection: Connection, *, heads: Sequence[Head] | None = None) -> Iterator[Holding]:
    """Every holding by content id.

    Args:
        connection: one consistent state.
        heads: as of these journal heads; `None` for all that is known. What was purged since is left out all
            the same: there are no bytes.
    """
    last = ""
    while True:
        column = tables.holding.c.content_id
        query = select(tables.holding).where(column > last, lies_there(column))
        if heads is not None:
            query = query.where(as_of(tables.holding.c, heads))
        page = connection.execute(query.order_by(tables.holding.c.content_id).limit(PAGE)).all()
        if not page:
            return
        yield from _with_parts(connection, page, heads)
        last = page[-1].content_id


def holding(
    connection: Connection, content_id: ContentId, *, heads: Sequence[Head] | None = None
) -> Holding | None:
    """One holding, as of journal heads or as it is now; `None` when it is not held, or purged by now."""
    column = tables.holding.c.content_id
    query = select(tables.holding).where(column == content_id, lies_there(column))
    return next(_with_parts(connection, connection.execute(query).all(), heads), None)


def _with_parts(
    connection: Connection, page: Sequence[Row[Any]], heads: Sequence[Head] | None
) -> Iterator[Holding]:
    ids = [ContentId(row.content_id) for row in page]
    digests = digests_of(connection, ids)
    statements = rights.statements_in_force(connection, ids, heads)
    provenances = _grouped(connection, tables.provenance, ids, heads)
    measured = _measurements(connection, ids, heads)
    for row in page:
        latest = measured.get(row.content_id)
        yield Holding(
            digests=digests[row.content_id],
            audio=_value(latest.audio_json if latest else row.audio_json, AudioFacts),
            tags=_value(row.tags_json, TagFacts),
            statements=statements.get(row.content_id, ()),
            provenances=tuple(_provenance(one) for one in provenances.get(row.content_id, ())),
            measurement=_value(latest.measurement_json, Measurement) if latest else None,
            measured_at=latest.measured_at if latest else None,
        )


def _measurements(
    connection: Connection, ids: Sequence[ContentId], heads: Sequence[Head] | None
) -> dict[str, Row[Any]]:
    """The latest measurement of each of these recordings; those never measured are absent."""
    columns = tables.measurement.c
    query = select(tables.measurement).where(columns.content_id.in_(ids))
    if heads is not None:
        query = query.where(as_of(columns, heads))
    rows = connection.execute(query.order_by(columns.measured_at, columns.writer, columns.seq))
    return {row.content_id: row for row in rows}


def _grouped(
    connection: Connection, table: Any, ids: Sequence[ContentId], heads: Sequence[Head] | None
) -> dict[str, list[Row[Any]]]:
    """Rows of `table` about these objects, in the order they were journalled."""
    query = select(table).where(table.c.content_id.in_(ids))
    if heads is not None:
        query = query.where(as_of(table.c, heads))
    grouped: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(query.order_by(table.c.writer, table.c.seq, table.c.path)):
        grouped.setdefault(row.content_id, []).append(row)
    return grouped


def _provenance(row: Row[Any]) -> Provenance:
    return Provenance(
        accession=row.accession,
        source=row.source,
        root=row.root,
        path=row.path,
        given=_value(row.given_json, Given),
    )


def held_at(connection: Connection, content_ids: Sequence[ContentId]) -> dict[ContentId, str]:
    """When recordings came to be held, RFC 3339, by content id."""
    column = tables.holding.c.content_id
    found: dict[ContentId, str] = {}
    for at in range(0, len(content_ids), PAGE):
        query = select(column, tables.holding.c.held_at).where(column.in_(content_ids[at : at + PAGE]))
        found.update({ContentId(row.content_id): row.held_at for row in connection.execute(query)})
    return found


def has_provenance(connection: Connection, content_id: ContentId, provenance: Provenance) -> bool:
    """Whether these bytes were met at this place with the same words of the depositor before."""
    columns = tables.provenance.c
    given = columns.given_json == as_json(provenance.given)
    return bool(connection.scalar(select(exists().where(_met(columns, content_id, provenance), given))))


def has_companion(connection: Connection, content_id: ContentId, provenance: Provenance) -> bool:
    """Whether these bytes were met at this place before, as a companion."""
    same = _met(tables.companion.c, content_id, provenance)
    return bool(connection.scalar(select(exists().where(same))))


def _met(columns: Any, content_id: ContentId, provenance: Provenance) -> ColumnElement[bool]:
    return and_(
        columns.content_id == content_id,
        columns.source == provenance.source,
        columns.root == provenance.root,
        columns.path == provenance.path,
    )


def has_finding(connection: Connection, *, root: str, path: str, code: str) -> bool:
    """Whether this remark about this path was made before."""
    columns = tables.finding.c
    same = and_(columns.root == root, columns.path == path, columns.code == code)
    return bool(connection.scalar(select(exists().where(same))))


def open_accession(connection: Connection, *, source: str, roots: Sequence[str]) -> str | None:
    """The latest accession of this source and these roots that was never closed; `None` if there is none."""
    columns = tables.accession.c
    wanted = msgspec.json.encode(tuple(roots)).decode()
    query = select(columns.id).where(
        columns.source == source, columns.roots_json == wanted, columns.closed_at.is_(None)
    )
    return connection.scalar(query.order_by(columns.opened_at.desc(), columns.id).limit(1))


def companions(connection: Connection) -> Iterator[Companion]:
    """Every companion, by root and path."""
    yield from _companions(connection, select(tables.companion, tables.blob))


def companions_of(
    connection: Connection, holding: Holding, *, heads: Sequence[Head] | None = None
) -> Iterator[Companion]:
    """The companions that are about a recording or a folder it lies in, by root and path.

    Args:
        connection: one consistent state.
        holding: the recording.
        heads: as of these journal heads; `None` for all that is known.
    """
    columns = tables.companion.c
    places = [
        and_(columns.root == place.root, columns.about.in_(_about(place.path))) for place in holding.provenances
    ]
    query = select(tables.companion, tables.blob).where(or_(false(), *places))
    yield from _companions(connection, query if heads is None else query.where(as_of(columns, heads)))


def _about(path: str) -> list[str]:
    """A path and the folders above it, up to the root `""`."""
    chain = [path]
    while chain[-1]:
        chain.append(chain[-1].rpartition("/")[0])
    return chain


def _companions(connection: Connection, query: Any) -> Iterator[Companion]:
    columns = tables.companion.c
    joined = query.where(columns.content_id == tables.blob.c.content_id)
    ordered = joined.order_by(columns.root, columns.path, columns.content_id)
    for row in connection.execution_options(yield_per=PAGE).execute(ordered):
        yield Companion(
            digests=_digests(row),
            kind=CompanionKind(row.kind),
            provenance=Provenance(accession=row.accession, source=row.source, root=row.root, path=row.path),
            about=row.about,
            carriers=_value(row.carriers_json, tuple[Carrier, ...]),
        )


def copies(connection: Connection) -> Iterator[AccessCopy]:
    """Every access copy that was not purged, by source, encoding, bit rate and content id."""
    yield from _copies(connection, select(tables.access_copy, tables.blob.c.size))


def copies_of(connection: Connection, source: ContentId) -> list[AccessCopy]:
    """The access copies made of a recording and not purged, by encoding, bit rate and content id."""
    query = select(tables.access_copy, tables.blob.c.size)
    return list(_copies(connection, query.where(tables.access_copy.c.source == source)))


def _copies(connection: Connection, query: Any) -> Iterator[AccessCopy]:
    columns = tables.access_copy.c
    there = lies_there(columns.content_id), lies_there(columns.source)
    joined = query.where(columns.content_id == tables.blob.c.content_id, *there)
    ordered = joined.order_by(columns.source, columns.encoding, columns.bit_rate, columns.content_id)
    for row in connection.execution_options(yield_per=PAGE).execute(ordered):
        yield AccessCopy(
            content_id=ContentId(row.content_id),
            size=ByteCount(row.size),
            source=ContentId(row.source),
            encoding=row.encoding,
            bit_rate=row.bit_rate,
            gain_q78=row.gain_q78,
        )


def counts(connection: Connection) -> dict[str, int]:
    """How much there is of everything, by name; what was purged does not count."""
    named = {
        "accessions": (tables.accession, ()),
        "holdings": (tables.holding, (tables.holding.c.content_id,)),
        "companions": (tables.companion, ()),
        "access_copies": (tables.access_copy, (tables.access_copy.c.content_id, tables.access_copy.c.source)),
        "blobs": (tables.blob, (tables.blob.c.content_id,)),
        "editions": (tables.edition, ()),
        "bundles": (tables.bundle, ()),
    }
    found = {}
    for name, (table, bytes_of) in named.items():
        query = select(func.count()).select_from(table)
        found[name] = connection.scalar(query.where(*map(lies_there, bytes_of))) or 0
    blob, fixity = tables.blob.c, tables.fixity.c
    size = select(func.coalesce(func.sum(blob.size), 0)).where(lies_there(blob.content_id))
    found["bytes"] = connection.scalar(size) or 0
    damage = select(func.count()).where(fixity.code.is_not(None), lies_there(fixity.content_id))
    found["damaged"] = connection.scalar(damage) or 0
    return found


def finding_counts(connection: Connection) -> dict[str, int]:
    """Remarks made while taking in, by code."""
    column = tables.finding.c.code
    query = select(column, func.count()).group_by(column).order_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def editions(connection: Connection) -> list[Row[Any]]:
    """Rows of the edition table, oldest line first."""
    columns = tables.edition.c
    return list(connection.execute(select(tables.edition).order_by(columns.date, columns.name)).all())


def edition(connection: Connection, name: str) -> Row[Any] | None:
    """The row of one edition; `None` when there is no such edition."""
    return connection.execute(select(tables.edition).where(tables.edition.c.name == name)).first()


def bundle_names(connection: Connection) -> list[str]:
    """Names of all bundles in the order they were made."""
    columns = tables.bundle.c
    return list(connection.scalars(select(columns.name).order_by(columns.number)))


def bundle(connection: Connection, name: str) -> Bundle:
    """A bundle by its name.

    Raises:
        KeyError: there is no such bundle.
    """
    row = connection.execute(select(tables.bundle).where(tables.bundle.c.name == name)).first()
    if row is None:
        raise KeyError(name)
    columns = tables.bundle_file.c
    files = connection.execute(
        select(tables.bundle_file).where(columns.bundle == name).order_by(columns.path)
    ).all()
    return Bundle(
        name=row.name,
        number=row.number,
        partition=Partition(row.partition),
        files=tuple(_bundle_file(file) for file in files),
    )


def _bundle_file(row: Row[Any]) -> BundleFile:
    return BundleFile(
        path=row.path,
        content_id=ContentId(row.content_id),
        size=ByteCount(row.size),
        decision=_value(row.decision_json, Decision) if row.decision_json else None,
    )


def bundles_of_edition(connection: Connection, name: str) -> list[tuple[str, int]]:
    """Name and number of the bundles first made for an edition, by number."""
    columns = tables.bundle.c
    query = select(columns.name, columns.number).where(columns.edition == name).order_by(columns.number)
    return [(row.name, row.number) for row in connection.execute(query)]


def bundles_visible_to(connection: Connection, name: str, heads: Sequence[Head]) -> list[str]:
    """Names of an edition's bundles by number: those made before its heads, and those made for it."""
    columns = tables.bundle.c
    query = select(columns.name).where(or_(columns.edition == name, as_of(columns, heads)))
    return list(connection.scalars(query.order_by(columns.number)))


def payload_of(connection: Connection, name: str) -> list[ContentId]:
    """Content ids of the recordings in a bundle, by path."""
    columns = tables.bundle_file.c
    query = select(columns.content_id).where(columns.bundle == name, columns.path.like("data/%"))
    return [ContentId(found) for found in connection.scalars(query.order_by(columns.path))]


def places_of(connection: Connection, content_id: ContentId) -> list[tuple[str, str]]:
    """Where a blob is published: (bundle, path), sorted."""
    columns = tables.bundle_file.c
    query = select(columns.bundle, columns.path).where(columns.content_id == content_id)
    return [(row.bundle, row.path) for row in connection.execute(query.order_by(columns.bundle, columns.path))]


def damaged(connection: Connection) -> dict[ContentId, str]:
    """Blobs whose last check failed, purged ones left out: content id to finding code."""
    columns = tables.fixity.c
    query = select(columns.content_id, columns.code).where(
        columns.code.is_not(None), lies_there(columns.content_id)
    )
    return {ContentId(row.content_id): row.code for row in connection.execute(query)}
