"""What a check or an intake found out of order: values, never exceptions.

The codes are stable; `docs/reference/findings.md` lists them and a test holds it complete.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs, lightest first."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class FindingCode(StrEnum):
    """Every reason Longplay gives for refusing, warning or reporting damage."""

    # intake: the file is refused and left alone
    EMPTY = "empty"
    NOT_AUDIO = "not-audio"
    NO_SAMPLES = "no-samples"
    UNREADABLE = "unreadable"
    CHANGED_WHILE_READ = "changed-while-read"
    DECODER_DIED = "decoder-died"
    DECODER_TIMEOUT = "decoder-timeout"
    NO_BASIS_TO_KEEP = "no-basis-to-keep"
    PURGED_BEFORE = "purged-before"
    NO_RECORDING_NEAR = "no-recording-near"
    # intake: met, not a regular file, not counted as one
    SYMLINK = "symlink"
    SPECIAL_FILE = "special-file"
    UNREADABLE_FOLDER = "unreadable-folder"
    OWN_ARCHIVE = "own-archive"
    # intake: kept, with a remark
    DECODE_ERRORS = "decode-errors"
    SHORTER_THAN_DECLARED = "shorter-than-declared"
    TAGS_UNREADABLE = "tags-unreadable"
    RIGHTS_ROW_UNUSED = "rights-row-unused"
    SIDECAR_UNREADABLE = "sidecar-unreadable"
    # measuring: the bytes of a recording are damaged, or are not what they declare
    CHECKSUM_DIFFERS = "checksum-differs"
    DATA_LOST = "data-lost"
    TRUNCATED = "truncated"
    STRUCTURE_BROKEN = "structure-broken"
    LONGER_THAN_DECLARED = "longer-than-declared"
    # measuring, advice only
    CHECKSUM_ABSENT = "checksum-absent"
    LENGTH_UNSTATED = "length-unstated"
    FOREIGN_BYTES = "foreign-bytes"
    SEVERAL_STREAMS = "several-streams"
    PARAMETERS_CHANGE = "parameters-change"
    DIGITAL_SILENCE = "digital-silence"
    CLIPPING = "clipping"
    LOSSY_ORIGIN = "lossy-origin"
    # fixity: audit, verify, mirror
    MISSING = "missing"
    SIZE_DIFFERS = "size-differs"
    DIGEST_DIFFERS = "digest-differs"
    PIECE_DIFFERS = "piece-differs"
    UNEXPECTED_FILE = "unexpected-file"
    RECORD_DIFFERS = "record-differs"
    TORRENT_DIFFERS = "torrent-differs"
    BAG_INVALID = "bag-invalid"
    NOT_A_REGULAR_FILE = "not-a-regular-file"
    NOT_PURGED = "not-purged"
    WITHDRAWN = "withdrawn"
    # importing rights: a row that could not be used, or not wholly
    RIGHTS_CELL_UNREAD = "rights-cell-unread"
    RIGHTS_ROW_AMBIGUOUS = "rights-row-ambiguous"
    RIGHTS_ROW_OUTDATED = "rights-row-outdated"
    # papers: a field the law asks for is empty
    NOTICE_INCOMPLETE = "notice-incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found.

    Attributes:
        code: what, from the closed list.
        severity: how much it weighs; `ERROR` in a check means not whole.
        path: which file, as `longplay.formats.paths` writes it, relative to what was looked at.
        detail: one sentence for a person: what was found, what was wanted.
        pieces: the damaged 1 MiB pieces of the file, counted from 0; empty where that is not the matter.
    """

    code: FindingCode
    severity: Severity
    path: str
    detail: str
    pieces: tuple[int, ...] = ()
