"""What a worker process does with one file: read it once, decode it once, measure everything on the way.

Runs in a process of its own, so that a decoder that dies or hangs costs one file. Knows no ledger.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from longplay.audio.blocks import Consumer
from longplay.audio.decode import Form, Unfit
from longplay.audio.measure import Measured, measure
from longplay.audio.structure import Structure, StructureWatch
from longplay.audio.tags import read_tags
from longplay.derive.copying import Copying, CopyMade, copy_path
from longplay.errors import MalformedInput
from longplay.formats.sidecars.carriers import read_carriers
from longplay.ingest.companions import READ_FOR_CARRIERS, READ_FOR_RIGHTS
from longplay.ingest.stated import NOTHING, StatedBeside, read_beside
from longplay.model.audio import AudioFacts, TagFacts
from longplay.model.digests import ContentId, FileDigests
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.holdings import CompanionKind
from longplay.model.rights import (
    WORLD,
    Act,
    KeepingBasis,
    Purpose,
    RightsObject,
    RightsStatement,
)
from longplay.model.technical import Carrier, Derived, Measurement
from longplay.rights.gate import decide
from longplay.rights.readers import TEXT_LIMIT, from_tags
from longplay.store.staging import stage

CARRIER_LIMIT = 4 * 1024 * 1024
"""A sidecar longer than this is not read for carriers, bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOrder:
    """Access copies asked for in the same decode.

    They are made only when what is known by then permits `transcode`; what is kept is decided again later, when
    everything is known.

    Attributes:
        bit_rates: bits a second.
        statements: what table and options state.
        keeping, day: as for the gate.
    """

    bit_rates: tuple[int, ...]
    statements: tuple[RightsStatement, ...]
    keeping: KeepingBasis
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One file to take in.

    Attributes:
        source: the file.
        staged: where its copy goes; must not exist.
        path: how findings call it.
        companion: what sort of companion it would be; `None`: it is to be decoded.
        true_peak: measure the true peak too.
        copies: access copies asked for; `None`: none.
    """

    source: Path
    staged: Path
    path: str
    companion: CompanionKind | None
    true_peak: bool = False
    copies: CopyOrder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file that decodes; its copy is staged.

    Attributes:
        digests, audio, tags: as in a holding.
        measurement, derived: what one decode measured.
        findings: about this file besides the technical findings.
        copies: access copies, staged too.
    """

    digests: FileDigests
    audio: AudioFacts
    tags: TagFacts
    measurement: Measurement
    derived: Derived
    findings: tuple[Finding, ...]
    copies: tuple[CopyMade, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A file that may be a companion; its copy is staged.

    Attributes:
        digests: proof of its bytes.
        rights: what it states about rights.
        carriers: physical carriers it states.
        findings: what could not be read of it.
    """

    digests: FileDigests
    rights: StatedBeside = NOTHING
    carriers: tuple[Carrier, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that is left alone; nothing is staged."""

    finding: Finding


Taken = Recording | Beside | Refused


def take(task: Task) -> Taken:
    """Take one file in.

    Raises:
        StorageError: the store's own disk failed: not this file's fault.
    """
    watch = StructureWatch(task.source.name)
    try:
        digests = _copy(task, watch)
    except _Changed:
        return _refused(task, FindingCode.CHANGED_WHILE_READ, "it changed while it was read: take it in again")
    except _NotRegular:
        return _refused(task, FindingCode.SPECIAL_FILE, "it is no regular file any more")
    except OSError as exc:
        return _refused(task, FindingCode.UNREADABLE, f"it could not be read: {exc.strerror or exc}")
    if not digests.size:
        task.staged.unlink(missing_ok=True)
        return _refused(task, FindingCode.EMPTY, "the file is empty")
    if task.companion is not None:
        return _beside(task, digests)
    return _measure(task, digests, watch.finish())


class _Changed(Exception):
    pass


class _NotRegular(Exception):
    pass


def _copy(task: Task, watch: StructureWatch) -> FileDigests:
    """The one read of the source."""
    descriptor = os.open(task.source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as source:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise _NotRegular
        digests = stage(source, task.staged, watch.update if task.companion is None else None)
        after = os.fstat(descriptor)
    if _identity(before) != _identity(after) or digests.size != after.st_size:
        task.staged.unlink(missing_ok=True)
        raise _Changed
    return digests


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _refused(task: Task, code: FindingCode, detail: str) -> Refused:
    return Refused(finding=_finding(task, code, detail, Severity.ERROR))


def _beside(task: Task, digests: FileDigests) -> Beside:
    carriers, findings = _carriers(task, digests)
    rights = NOTHING
    if task.companion in READ_FOR_RIGHTS:
        with task.staged.open("rb") as copy:
            data = copy.read(TEXT_LIMIT)
        name = task.path.rpartition("/")[2]
        rights, problem = read_beside(data, name=name, digest=digests.content_id)
        if problem is not None:
            findings = (*findings, _finding(task, FindingCode.SIDECAR_UNREADABLE, problem, Severity.WARNING))
    return Beside(digests=digests, rights=rights, carriers=carriers, findings=findings)


def _carriers(task: Task, digests: FileDigests) -> tuple[tuple[Carrier, ...], tuple[Finding, ...]]:
    """The physical carriers a sidecar states, and why it could not be read."""
    if task.companion not in READ_FOR_CARRIERS or digests.size > CARRIER_LIMIT:
        return (), ()
    try:
        return read_carriers(task.staged.read_bytes()), ()
    except MalformedInput as exc:
        return (), (_finding(task, FindingCode.SIDECAR_UNREADABLE, str(exc), Severity.WARNING),)


def _finding(task: Task, code: FindingCode, detail: str, severity: Severity) -> Finding:
    return Finding(code=code, severity=severity, path=task.path, detail=detail)


def _measure(task: Task, digests: FileDigests, structure: Structure) -> Taken:
    copying = Copying({rate: copy_path(task.staged, rate) for rate in _permitted_rates(task)})
    try:
        measured = _measured(task, structure, copying)
        if isinstance(measured, Unfit):
            task.staged.unlink(missing_ok=True)
            return _refused(task, measured.code, measured.detail)
        return _recording(task, digests, measured, copying)
    except BaseException:
        copying.discard()
        raise


def _measured(task: Task, structure: Structure, copying: Copying) -> Measured | Unfit:
    def also(_form: Form) -> Sequence[Consumer]:
        return copying.writers

    try:
        measured = measure(task.staged, structure, true_peak=task.true_peak, also=also)
    except MemoryError:
        measured = Unfit(code=FindingCode.DECODER_DIED, detail="decoding it needs more memory than allowed")
    if isinstance(measured, Unfit):
        copying.discard()
    return measured


def _recording(task: Task, digests: FileDigests, measured: Measured, copying: Copying) -> Recording:
    tags, problem = read_tags(task.staged, name=task.source.name, metadata=measured.metadata)
    findings = (
        () if problem is None else (_finding(task, FindingCode.TAGS_UNREADABLE, problem, Severity.WARNING),)
    )
    return Recording(
        digests=digests,
        audio=measured.audio,
        tags=tags,
        measurement=measured.measurement,
        derived=measured.derived,
        findings=findings,
        copies=copying.finish(tags.tags, measured.measurement.loudness.integrated_lufs),
    )


def _permitted_rates(task: Task) -> tuple[int, ...]:
    """The copies asked for, if table, options and the file's own tags let them be made."""
    order = task.copies
    if order is None:
        return ()
    tags, _problem = read_tags(task.staged, name=task.source.name, metadata=())
    statements = (*order.statements, *(one.statement for one in from_tags(tags.licences)))
    obj = RightsObject(content_id=_UNNAMED, statements=statements, keeping=order.keeping)
    decision = decide(Act.TRANSCODE, obj, WORLD, order.day, Purpose.ARCHIVE)
    return order.bit_rates if decision.permits else ()


_UNNAMED = ContentId("")
"""The gate is asked before it matters which recording it is."""
