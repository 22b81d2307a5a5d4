"""From journal events to ledger rows: pure, so that replaying the journal always gives the same ledger.

Source: docs/format/ledger.md.
"""

from collections.abc import Iterator
from typing import Any, assert_never

import msgspec
from sqlalchemy import Table

from longplay.formats.statements import statement_id
from longplay.ledger import tables
from longplay.model import events
from longplay.model.audio import AudioFacts
from longplay.model.digests import ContentId, FileDigests
from longplay.model.events import Event
from longplay.model.findings import Finding
from longplay.model.holdings import Given
from longplay.model.recordings import PairJudgement
from longplay.model.rights import RightsStatement
from longplay.model.technical import Measurement

Row = dict[str, Any]
"""One row by column name."""

Insert = tuple[Table, Row]


def as_json(value: object) -> str:
    """A value as canonical JSON text, for a `_json` column."""
    return msgspec.json.encode(value, order="deterministic").decode()


def inserts(event: Event, *, source_of: dict[str, str]) -> Iterator[Insert]:
    """The rows an event adds. Inserting a row that is there already changes nothing.

    Args:
        event: any event.
        source_of: source text by accession id; this event's own accession is added to it.
    """
    line = {"writer": event.writer, "seq": event.seq}
    match event.fact:
        case events.AccessionOpened() as fact:
            source_of[fact.accession] = fact.source
            yield tables.accession, _accession_row(fact, event.at) | line
        case events.RecordingKept() as fact:
            yield from _recording_rows(fact, event, source_of, line)
        case events.DuplicateMet() as fact:
            yield _provenance(fact.content_id, fact, fact.given, source_of, line)
            yield from _statement_rows(fact.content_id, fact.statements, event, _reader(event))
        case events.CompanionKept() as fact:
            yield tables.blob, _blob_row(fact.digests) | line
            yield tables.companion, _companion_row(fact, source_of) | line
        case events.FileRefused() as fact:
            yield tables.finding, _finding_row(fact.root, fact.accession, fact.finding) | line
        case events.EditionOpened() as fact:
            row = {"name": fact.edition, "date": fact.date, "heads_json": as_json(fact.heads)}
            yield tables.edition, row | line
        case events.BundleMade() as fact:
            yield from _bundle_rows(fact, line)
        case (
            events.RightsStated()
            | events.RecordingWithdrawn()
            | events.WithdrawalReversed()
            | events.RecordingPurged()
            | events.NoticeFiled()
        ):
            yield from _rights_rows(event.fact, event)
        case (
            events.AccessionClosed()
            | events.FixityChecked()
            | events.EditionPublished()
            | events.RecordingStreamed()
            | events.DataSetMade()
        ):
            return
        case _:
            yield from _derived_rows(event.fact, event.at, line)


_RightsFact = (
    events.RightsStated
    | events.RecordingWithdrawn
    | events.WithdrawalReversed
    | events.RecordingPurged
    | events.NoticeFiled
)


def _rights_rows(stated: _RightsFact, event: Event) -> Iterator[Insert]:
    """The rows of what is decided about rights after a recording was taken in."""
    line = {"writer": event.writer, "seq": event.seq}
    match stated:
        case events.RightsStated() as fact:
            yield from _statement_rows(fact.content_id, fact.statements, event, fact.by)
            for superseded in fact.supersedes:
                table, row = _supersession(fact.content_id, superseded, event, fact.by, fact.reason)
                yield table, row | {"words": fact.words}
        case events.RecordingWithdrawn() as fact:
            yield from _statement_rows(fact.content_id, (fact.statement,), event, fact.by)
            yield tables.withdrawal, _withdrawal_row(fact, event.at) | line
        case events.WithdrawalReversed() as fact:
            table, row = _supersession(fact.content_id, fact.statement, event, fact.by, "withdrawal reversed")
            yield table, row | {"words": fact.words}
        case events.RecordingPurged() as fact:
            for gone in (fact.content_id, *fact.also):
                yield tables.tombstone, _tombstone_row(gone, fact, event.at) | line
        case events.NoticeFiled() as fact:
            yield tables.notice, _notice_row(fact, event.at) | line
        case _:
            assert_never(stated)


def _supersession(content_id: ContentId, superseded: str, event: Event, by: str, reason: str) -> Insert:
    row = {
        "content_id": content_id,
        "statement_id": superseded,
        "by": by,
        "reason": reason,
        "superseded_at": event.at,
        "writer": event.writer,
        "seq": event.seq,
    }
    return tables.supersession, row


def _withdrawal_row(fact: events.RecordingWithdrawn, at: str) -> Row:
    return {
        "content_id": fact.content_id,
        "statement_id": statement_id(fact.statement),
        "reason": fact.reason.value,
        "by": fact.by,
        "words": fact.words,
        "withdrawn_at": at,
    }


def _tombstone_row(gone: ContentId, fact: events.RecordingPurged, at: str) -> Row:
    return {
        "content_id": gone,
        "about": fact.content_id,
        "reason": fact.reason.value,
        "by": fact.by,
        "approved_by": fact.approved_by,
        "purged_at": at,
    }


def _notice_row(fact: events.NoticeFiled, at: str) -> Row:
    return {
        "id": fact.notice,
        "kind": fact.kind.value,
        "about_json": as_json(fact.about),
        "document": fact.document,
        "answers": fact.answers,
        "filed_at": at,
    }


def _reader(event: Event) -> str:
    """What read a statement: the software of the line."""
    return f"{event.agent.name} {event.agent.version}".strip()


_DerivedFact = (
    events.RecordingMeasured
    | events.CopyDerived
    | events.PairsJudged
    | events.RecordingsMerged
    | events.RecordingSplit
)


def _derived_rows(derived: _DerivedFact, at: str, line: Row) -> Iterator[Insert]:
    """The rows of what is made, measured or decided of recordings that are held."""
    match derived:
        case events.RecordingMeasured() as fact:
            row = _measurement_row(fact.content_id, fact.audio, fact.measurement, at)
            yield tables.measurement, row | line
        case events.CopyDerived() as fact:
            yield tables.blob, _blob_row(fact.digests) | line
            yield tables.access_copy, _copy_row(fact, at) | line
        case events.PairsJudged() as fact:
            for judgement in fact.judgements:
                yield tables.pair, _pair_row(judgement) | line
        case events.RecordingsMerged() | events.RecordingSplit() as fact:
            yield tables.ruling, _ruling_row(fact, at) | line
        case _:
            assert_never(derived)


def _accession_row(fact: events.AccessionOpened, at: str) -> Row:
    return {
        "id": fact.accession,
        "source": fact.source,
        "roots_json": as_json(fact.roots),
        "keeping": fact.keeping.value,
        "opened_at": at,
    }


def _recording_rows(
    fact: events.RecordingKept, event: Event, source_of: dict[str, str], line: Row
) -> Iterator[Insert]:
    content_id, at = fact.digests.content_id, event.at
    yield tables.blob, _blob_row(fact.digests) | line
    row = {
        "content_id": content_id,
        "audio_json": as_json(fact.audio),
        "tags_json": as_json(fact.tags),
        "held_at": at,
    }
    yield tables.holding, row | line
    yield _provenance(content_id, fact, fact.given, source_of, line)
    yield from _statement_rows(content_id, fact.statements, event, _reader(event))
    measured = fact.measurement
    if measured is not None:
        yield tables.measurement, _measurement_row(content_id, fact.audio, measured, at) | line
    for finding in (*fact.findings, *(measured.findings_at(fact.path) if measured else ())):
        yield tables.finding, _finding_row(fact.root, fact.accession, finding) | line


def _measurement_row(content_id: ContentId, audio: AudioFacts, measurement: Measurement, at: str) -> Row:
    return {
        "content_id": content_id,
        "audio_json": as_json(audio),
        "measurement_json": as_json(measurement),
        "pcm_md5": measurement.pcm_md5,
        "is_whole": int(measurement.is_whole),
        "measured_at": at,
    }


def _copy_row(fact: events.CopyDerived, at: str) -> Row:
    return {
        "content_id": fact.digests.content_id,
        "source": fact.source,
        "encoding": fact.encoding,
        "bit_rate": fact.bit_rate,
        "gain_q78": fact.gain_q78,
        "decision_json": as_json(fact.decision),
        "made_at": at,
    }


def _pair_row(judgement: PairJudgement) -> Row:
    return {
        "a": judgement.a,
        "b": judgement.b,
        "method": judgement.method,
        "verdict": judgement.verdict.value,
        "judgement_json": as_json(judgement),
    }


def _ruling_row(fact: events.RecordingsMerged | events.RecordingSplit, at: str) -> Row:
    match fact:
        case events.RecordingsMerged():
            kind, content_ids = "merge", fact.content_ids
            others: tuple[ContentId, ...] = ()
        case events.RecordingSplit():
            kind, content_ids, others = "split", (fact.content_id,), fact.others
    return {
        "kind": kind,
        "content_ids_json": as_json(content_ids),
        "others_json": as_json(others),
        "by": fact.by,
        "reason": fact.reason,
        "ruled_at": at,
    }


def _blob_row(digests: FileDigests) -> Row:
    return {
        "content_id": digests.content_id,
        "size": digests.size,
        "pieces_root": digests.pieces_root,
        "piece_layer": digests.piece_layer,
        "v1_pieces": digests.v1_pieces,
        "v1_last": digests.v1_last,
    }


def _provenance(
    content_id: ContentId,
    fact: events.RecordingKept | events.DuplicateMet,
    given: Given,
    source_of: dict[str, str],
    line: Row,
) -> Insert:
    row = {
        "content_id": content_id,
        "accession": fact.accession,
        "source": source_of[fact.accession],
        "root": fact.root,
        "path": fact.path,
        "given_json": as_json(given),
    }
    return tables.provenance, row | line


def _companion_row(fact: events.CompanionKept, source_of: dict[str, str]) -> Row:
    return {
        "content_id": fact.digests.content_id,
        "accession": fact.accession,
        "source": source_of[fact.accession],
        "root": fact.root,
        "path": fact.path,
        "kind": fact.kind.value,
        "about": fact.about,
        "carriers_json": as_json(fact.carriers),
    }


def _statement_rows(
    content_id: ContentId, statements: tuple[RightsStatement, ...], event: Event, by: str
) -> Iterator[Insert]:
    for statement in statements:
        row = {
            "content_id": content_id,
            "statement_id": statement_id(statement),
            "origin": statement.source.value,
            "licence": statement.licence,
            "statement_json": as_json(statement),
            "stated_at": event.at,
            "stated_by": by,
            "writer": event.writer,
            "seq": event.seq,
        }
        yield tables.rights_statement, row


def _finding_row(root: str, accession: str, finding: Finding) -> Row:
    return {
        "root": root,
        "path": finding.path,
        "code": finding.code.value,
        "severity": finding.severity.value,
        "detail": finding.detail,
        "accession": accession,
    }


def _bundle_rows(fact: events.BundleMade, line: Row) -> Iterator[Insert]:
    bundle = fact.bundle
    for digests in fact.tag_files:
        yield tables.blob, _blob_row(digests) | line
    row = {
        "name": bundle.name,
        "number": bundle.number,
        "partition": bundle.partition.value,
        "edition": fact.edition,
    }
    yield tables.bundle, row | line
    for file in bundle.files:
        entry = {
            "bundle": bundle.name,
            "path": file.path,
            "content_id": file.content_id,
            "size": file.size,
            "decision_json": as_json(file.decision) if file.decision else None,
        }
        yield tables.bundle_file, entry
