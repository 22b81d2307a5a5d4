"""What a worker process does with one file: read it once, decode it once, say what it is.

Runs in a process of its own, so that a decoder that dies or hangs costs one file. Knows no ledger.
"""

import os
import resource
import signal
import stat
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longplay.audio.decode import Decoded, Unfit, decode
from longplay.audio.tags import read_tags
from longplay.ingest.companions import READ_FOR_RIGHTS
from longplay.model.audio import AudioFacts, TagFacts
from longplay.model.digests import FileDigests
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.holdings import CompanionKind
from longplay.model.rights import RightsStatement, StatementSource
from longplay.rights.readers import TEXT_LIMIT, from_text
from longplay.store.staging import stage

MEMORY_LIMIT: Final = 4 * 1024**3
"""Address space of a worker, bytes: a hostile file may not take the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One file to take in.

    Attributes:
        source: the file.
        staged: where its copy goes; must not exist.
        path: how findings call it.
        companion: what sort of companion it would be; `None`: it is to be decoded.
    """

    source: Path
    staged: Path
    path: str
    companion: CompanionKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file that decodes; its copy is staged."""

    digests: FileDigests
    audio: AudioFacts
    tags: TagFacts
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A file that may be a companion; its copy is staged.

    Attributes:
        digests: proof of its bytes.
        statements: what it plainly states about rights.
    """

    digests: FileDigests
    statements: tuple[RightsStatement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that is left alone; nothing is staged."""

    finding: Finding


Taken = Recording | Beside | Refused


def prepare(parent: int) -> None:
    """Make this process a worker: bounded memory, no say in Ctrl-C, gone when its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def take(task: Task) -> Taken:
    """Take one file in.

    Raises:
        StorageError: the store's own disk failed: not this file's fault.
    """
    try:
        digests = _copy(task)
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
        return Beside(digests=digests, statements=_statements(task))
    return _measure(task, digests)


class _Changed(Exception):
    pass


class _NotRegular(Exception):
    pass


def _copy(task: Task) -> FileDigests:
    """The one read of the source."""
    descriptor = os.open(task.source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as source:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise _NotRegular
        digests = stage(source, task.staged)
        after = os.fstat(descriptor)
    if _identity(before) != _identity(after) or digests.size != after.st_size:
        task.staged.unlink(missing_ok=True)
        raise _Changed
    return digests


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _refused(task: Task, code: FindingCode, detail: str) -> Refused:
    finding = Finding(code=code, severity=Severity.ERROR, path=task.path, detail=detail)
    return Refused(finding=finding)


def _statements(task: Task) -> tuple[RightsStatement, ...]:
    if task.companion not in READ_FOR_RIGHTS:
        return ()
    with task.staged.open("rb") as copy:
        data = copy.read(TEXT_LIMIT)
    return from_text(data, name=task.path.rpartition("/")[2], source=StatementSource.NEIGHBOUR)


def _measure(task: Task, digests: FileDigests) -> Taken:
    try:
        decoded = decode(task.staged)
    except MemoryError:
        decoded = Unfit(code=FindingCode.DECODER_DIED, detail="decoding it needs more memory than allowed")
    if isinstance(decoded, Unfit):
        task.staged.unlink(missing_ok=True)
        return _refused(task, decoded.code, decoded.detail)
    tags, problem = read_tags(task.staged, name=task.source.name, metadata=decoded.metadata)
    return Recording(
        digests=digests,
        audio=decoded.facts,
        tags=tags,
        findings=tuple(_remarks(task.path, decoded, problem)),
    )


def _remarks(path: str, decoded: Decoded, problem: str | None) -> list[Finding]:
    remarks = []
    errors = decoded.facts.decode_errors
    if errors:
        remarks.append((FindingCode.DECODE_ERRORS, f"the decoder rejected {errors} packets"))
    if decoded.is_short:
        seconds = decoded.facts.samples / decoded.facts.rate
        detail = f"{seconds:.3f} s could be decoded of {decoded.declared_s or 0:.3f} s declared"
        remarks.append((FindingCode.SHORTER_THAN_DECLARED, detail))
    if problem is not None:
        remarks.append((FindingCode.TAGS_UNREADABLE, problem))
    return [Finding(code=code, severity=Severity.WARNING, path=path, detail=detail) for code, detail in remarks]
