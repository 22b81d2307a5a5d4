"""From journal events to ledger rows: pure, so that replaying the journal always gives the same ledger.

Source: docs/format/ledger.md.
"""

from collections.abc import Iterator
from typing import Any, assert_never

import msgspec
from sqlalchemy import Table

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
            yield from _recording_rows(fact, event.at, source_of, line)
        case events.DuplicateMet() as fact:
            yield _provenance(fact.content_id, fact, fact.given, source_of, line)
            yield from _statement_rows(fact.content_id, fact.statements, line)
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
        case events.AccessionClosed() | events.FixityChecked() | events.EditionPublished():
            return
        case _:
            yield from _derived_rows(event.fact, event.at, line)


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
    fact: events.RecordingKept, at: str, source_of: dict[str, str], line: Row
) -> Iterator[Insert]:
    content_id = fact.digests.content_id
    yield tables.blob, _blob_row(fact.digests) | line
    row = {
        "content_id": content_id,
        "audio_json": as_json(fact.audio),
        "tags_json": as_json(fact.tags),
        "held_at": at,
    }
    yield tables.holding, row | line
    yield _provenance(content_id, fact, fact.given, source_of, line)
    yield from _statement_rows(content_id, fact.statements, line)
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
    content_id: ContentId, statements: tuple[RightsStatement, ...], line: Row
) -> Iterator[Insert]:
    for statement in statements:
        row = {
            "content_id": content_id,
            "basis": statement.basis.value,
            "licence": statement.licence,
            "stated": statement.stated,
            "evidence": statement.evidence,
            "origin": statement.source.value,
            "missing": statement.missing,
        }
        yield tables.rights_statement, row | line


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
