"""The journal's lines: canonical JSON, each chained to the one before by SHA-256.

A line is one JSON object without line feed; the hash of a line is the SHA-256 of its bytes, and the next line
carries it as `prev`. Compressing a segment changes no hash.

Source: docs/format/journal.md, which is normative.
"""

import hashlib
from typing import Annotated, Any, Final

import msgspec

from longplay.errors import MalformedInput
from longplay.model import events
from longplay.model.digests import is_content_id
from longplay.model.events import Agent, Event, Fact, event_outcome, event_type

VERSION: Final = 1
NO_LINE: Final = "0" * 64
"""What the first line of a chain carries as `prev`."""

LINE_LIMIT: Final = 64 * 1024 * 1024
"""A longer line is malformed, bytes."""

_KINDS: Final[dict[str, type[Any]]] = {
    "accession-opened": events.AccessionOpened,
    "recording-kept": events.RecordingKept,
    "recording-measured": events.RecordingMeasured,
    "copy-derived": events.CopyDerived,
    "pairs-judged": events.PairsJudged,
    "recordings-merged": events.RecordingsMerged,
    "recording-split": events.RecordingSplit,
    "duplicate-met": events.DuplicateMet,
    "companion-kept": events.CompanionKept,
    "file-refused": events.FileRefused,
    "accession-closed": events.AccessionClosed,
    "fixity-checked": events.FixityChecked,
    "edition-opened": events.EditionOpened,
    "bundle-made": events.BundleMade,
    "edition-published": events.EditionPublished,
    "rights-stated": events.RightsStated,
    "recording-withdrawn": events.RecordingWithdrawn,
    "withdrawal-reversed": events.WithdrawalReversed,
    "recording-purged": events.RecordingPurged,
    "notice-filed": events.NoticeFiled,
    "recording-streamed": events.RecordingStreamed,
    "data-set-made": events.DataSetMade,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope; `body` stays raw until `kind` says what it is."""

    v: int
    writer: str
    seq: Annotated[int, msgspec.Meta(ge=1)]
    prev: str
    at: str
    type: str
    outcome: str
    agent: Agent
    kind: str
    body: msgspec.Raw


_encoder = msgspec.json.Encoder(order="deterministic")
_envelope = msgspec.json.Decoder(_Line)
_bodies: Final = {name: msgspec.json.Decoder(kind) for name, kind in _KINDS.items()}


def encode_event(event: Event) -> bytes:
    """The line of an event, without line feed."""
    fact = event.fact
    line = _Line(
        v=VERSION,
        writer=event.writer,
        seq=event.seq,
        prev=event.prev,
        at=event.at,
        type=event_type(fact).value,
        outcome=event_outcome(fact).value,
        agent=event.agent,
        kind=_NAMES[type(fact)],
        body=msgspec.Raw(_encoder.encode(fact)),
    )
    return _encoder.encode(line)


def decode_event(line: bytes) -> Event:
    """The event a line holds.

    Raises:
        MalformedInput: not a line of this version, or of a kind that is not known.
    """
    if len(line) > LINE_LIMIT:
        raise MalformedInput("journal line", f"longer than {LINE_LIMIT} bytes")
    try:
        envelope = _envelope.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise MalformedInput("journal line", str(exc)) from exc
    if envelope.v != VERSION or not is_content_id(envelope.prev):
        raise MalformedInput("journal line", f"version {envelope.v} or prev {envelope.prev[:70]!r}")
    return Event(
        writer=envelope.writer,
        seq=envelope.seq,
        prev=envelope.prev,
        at=envelope.at,
        agent=envelope.agent,
        fact=_decode_fact(envelope.kind, envelope.body),
    )


def _decode_fact(kind: str, body: msgspec.Raw) -> Fact:
    decoder = _bodies.get(kind)
    if decoder is None:
        raise MalformedInput("journal line", f"unknown kind {kind[:70]!r}: made by a newer Longplay?")
    try:
        fact: Fact = decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise MalformedInput("journal line", f"{kind}: {exc}") from exc
    return fact


def line_hash(line: bytes) -> str:
    """SHA-256 of a line's bytes, 64 hex digits."""
    return hashlib.sha256(line).hexdigest()
