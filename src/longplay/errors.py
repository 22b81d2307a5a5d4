"""Every error Longplay raises on purpose, in one tree, with its exit code.

    LongplayError
    ├── UsageError            what was asked makes no sense here
    │   ├── NoArchive         the folder holds no archive
    │   ├── ArchiveExists     init would overwrite one
    │   ├── BadSettings       longplay.toml cannot be used
    │   └── NotFound          no holding, edition or bundle of that name
    ├── MalformedInput        outside bytes that are not what they claim to be
    ├── StorageError          the store could not read or write
    │   ├── StoreFull         no space left; nothing was lost
    │   ├── StoreReadOnly     no permission to write
    │   └── BlobMissing       a blob the ledger knows is not there
    ├── ArchiveBusy           another process holds what this one needs
    ├── JournalBroken         a hash chain does not join
    ├── GateRefused           an act without a permission
    └── SwarmError            BitTorrent or the network did not deliver

Checks do not raise what they find: they return findings (`longplay.model.findings`).
The commands answer these codes and the documentation lists them; a test holds both complete.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process answers to the shell. Stable: scripts rely on it."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    DAMAGED = 3
    MALFORMED = 4
    STORAGE = 5
    BUSY = 6
    JOURNAL = 7
    REFUSED = 8
    SWARM = 9
    INTERRUPTED = 130


class LongplayError(Exception):
    """Root of the tree. The message says what was found, what was wanted, and which object."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNEXPECTED


class UsageError(LongplayError):
    """What was asked makes no sense here."""

    exit_code = ExitCode.USAGE


class NoArchive(UsageError):
    """The folder holds no archive.

    Attributes:
        folder: where one was looked for.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(
            f"no archive in {folder}: make one with `longplay init {folder}`, "
            "or name another with --archive DIR or LONGPLAY_ARCHIVE"
        )


class ArchiveExists(UsageError):
    """`init` was pointed at a folder that already holds an archive or other files."""


class BadSettings(UsageError):
    """`longplay.toml` cannot be used.

    Attributes:
        path: the settings file.
    """

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}")


class NotFound(UsageError):
    """No holding, edition or bundle goes by that name."""


class MalformedInput(LongplayError):
    """Bytes from outside are not what they claim to be.

    Attributes:
        kind: the format that was expected, such as `bencode`.
        reason: what is wrong, and where.
    """

    exit_code = ExitCode.MALFORMED

    def __init__(self, kind: str, reason: str) -> None:
        self.kind = kind
        self.reason = reason
        super().__init__(f"malformed {kind}: {reason}")


class StorageError(LongplayError):
    """The store could not read or write."""

    exit_code = ExitCode.STORAGE


class StoreFull(StorageError):
    """No space is left. What was acknowledged is kept; free some space and run the command again."""


class StoreReadOnly(StorageError):
    """The store does not let us write."""


class BlobMissing(StorageError):
    """A blob the ledger knows is not in the store.

    Attributes:
        content_id: which one.
    """

    def __init__(self, content_id: str) -> None:
        self.content_id = content_id
        super().__init__(f"blob {content_id} is not in the store: run `longplay audit`")


class ArchiveBusy(LongplayError):
    """Another process holds a lock this one needs."""

    exit_code = ExitCode.BUSY


class JournalBroken(LongplayError):
    """A journal chain does not join, or a sealed line changed.

    Attributes:
        writer: the chain.
        seq: the line at which it breaks, counted from 1.
    """

    exit_code = ExitCode.JOURNAL

    def __init__(self, writer: str, seq: int, reason: str) -> None:
        self.writer = writer
        self.seq = seq
        super().__init__(f"journal {writer}, line {seq}: {reason}")


class GateRefused(LongplayError):
    """An act was asked for that the rights gate does not permit.

    Attributes:
        verdict, rule, missing: of the decision, where it is about one object; else `None`.
    """

    exit_code = ExitCode.REFUSED

    def __init__(
        self, message: str, *, verdict: str | None = None, rule: str | None = None, missing: str | None = None
    ) -> None:
        self.verdict = verdict
        self.rule = rule
        self.missing = missing
        super().__init__(message)


class SwarmError(LongplayError):
    """BitTorrent or the network did not deliver."""

    exit_code = ExitCode.SWARM
