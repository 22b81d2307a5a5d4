"""The streaming door: one recording handed out to be listened to, its access copy where there is one.

The decision is journalled before the first byte leaves. The bytes are hashed on the way out, and the last of
them are held back until the digest is right: what is damaged never leaves whole.

Source: design, section 3, rules 3 and 4; PREMIS 3.0, event `dissemination`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from longplay.errors import BlobMissing, GateRefused, NotFound, StorageError
from longplay.ledger import queries
from longplay.ledger.register import Register
from longplay.model.digests import ContentId
from longplay.model.events import RecordingStreamed
from longplay.model.rights import Act, Decision, Purpose, Territory
from longplay.model.units import ByteCount
from longplay.rights.gate import AsObject, Gate
from longplay.store.failures import storing
from longplay.store.local import LocalStore

CHUNK: Final = 1 << 16
"""Bytes in memory at a time, and at most as many are held back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """What was handed out.

    Attributes:
        content_id: the recording.
        blob: itself or an access copy.
        size: bytes.
        decision: what let it through.
    """

    content_id: ContentId
    blob: ContentId
    size: ByteCount
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    """Bytes that can stand for a recording."""

    blob: ContentId
    size: ByteCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The use case: stream a recording.

    Attributes:
        store, register, gate: the archive's.
        as_object: makes the gate's object.
        clock: tells the day.
    """

    store: LocalStore
    register: Register
    gate: Gate
    as_object: AsObject
    clock: Callable[[], datetime]

    def stream(
        self, content_id: ContentId, out: BinaryIO, *, territory: Territory, purpose: Purpose, original: bool
    ) -> Streamed:
        """Write a recording's bytes to `out`: the access copy of the highest bit rate, else itself.

        Args:
            content_id: the recording.
            out: where to; it is flushed, not closed.
            territory: where it is listened to.
            purpose: what for.
            original: the original, though there is an access copy.

        Raises:
            NotFound: it is not held.
            GateRefused: it may not be streamed there, or not for this; nothing was written.
            StorageError: its bytes are missing or are not what they should be.
        """
        with self.register.ledger.reading() as connection:
            holding = queries.holding(connection, content_id)
            copies = [] if original else queries.copies_of(connection, content_id)
            damaged = queries.damaged(connection)
        if holding is None:
            raise NotFound(f"no holding {content_id}: see `longplay holdings`")
        decision = self.gate(Act.STREAM, self.as_object(holding), territory, self.clock().date(), purpose)
        if not decision.permits:
            raise refusal(decision, content_id)
        copies.sort(key=lambda copy: (-copy.bit_rate, copy.content_id))
        better = [
            _Served(blob=one.content_id, size=one.size) for one in copies if one.content_id not in damaged
        ]
        served = self._first_whole([*better, _Served(blob=content_id, size=holding.digests.size)])
        with self.store.open(served.blob) as source:
            self.register.record(
                [RecordingStreamed(content_id=content_id, blob=served.blob, purpose=purpose, decision=decision)]
            )
            _pour(source, out, served.blob, place=self.store.path(served.blob))
        return Streamed(content_id=content_id, blob=served.blob, size=served.size, decision=decision)

    def _first_whole(self, candidates: list[_Served]) -> _Served:
        """The first whose blob is there in its full size.

        Raises:
            StorageError: none is; the message is about the last.
        """
        for one in candidates:
            held = self.store.size(one.blob)
            if held == one.size:
                return one
        if held is None:
            raise BlobMissing(one.blob)
        raise StorageError(f"blob {one.blob} has {held} bytes, not {one.size}: run `longplay audit`")


def refusal(decision: Decision, content_id: ContentId) -> GateRefused:
    """The gate's no about one recording, as an error that says why and what to do next."""
    why = f": {decision.missing}" if decision.missing else f" ({decision.citation})"
    act, short = decision.act.value, content_id[:12]
    return GateRefused(
        f"{short}: {act} is {decision.verdict.value} by rule {decision.rule}{why}; "
        f"see `longplay rights explain {short} {act}`",
        verdict=decision.verdict.value,
        rule=decision.rule,
        missing=decision.missing,
    )


def _pour(source: BinaryIO, out: BinaryIO, blob: ContentId, *, place: Path) -> None:
    """Copy and hash; the last chunk leaves only when the digest is right.

    Raises:
        StorageError: the bytes could not be read, or are not those of the blob.
        OSError: `out` does not take them.
    """
    digest, held = hashlib.sha256(), b""
    while chunk := _read(source, place):
        out.write(held)
        digest.update(chunk)
        held = chunk
    if digest.hexdigest() != blob:
        raise StorageError(f"blob {blob} is damaged: what was handed out is not whole; run `longplay audit`")
    out.write(held)
    out.flush()


def _read(source: BinaryIO, place: Path) -> bytes:
    with storing(place):
        return source.read(CHUNK)
