"""Withdrawal and purge: why something went dark or was deleted, in words that name nobody.

Source: design, section 3, rules 8 and 9; PREMIS 3.0 event type `deletion`; Regulation (EU) 2022/2065 (DSA),
articles 16 and 17; 17 USC 512(c)(3), 512(g)(3).
"""

from dataclasses import dataclass
from enum import StrEnum

from longplay.model.digests import ContentId


class ReasonClass(StrEnum):
    """Why something was withdrawn or purged; all that is ever published of the reason."""

    RIGHTS_CLAIM = "rights-claim"
    COURT_ORDER = "court-order"
    DATA_PROTECTION = "data-protection"
    DEPOSITOR_REQUEST = "depositor-request"
    TAKEDOWN_MESSAGE = "takedown-message"
    MISTAKE = "mistake"
    POLICY = "policy"


class NoticeKind(StrEnum):
    """What sort of paper reached or left the archive."""

    DMCA_NOTICE = "dmca-notice"
    DMCA_COUNTER_NOTICE = "dmca-counter-notice"
    DSA_NOTICE = "dsa-notice"
    STATEMENT_OF_REASONS = "statement-of-reasons"
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left to say of a recording that was withdrawn or purged.

    Attributes:
        content_id: which.
        date: ISO 8601 day.
        reason: its class; no personal data.
        is_purged: whether its bytes are deleted too.
    """

    content_id: ContentId
    date: str
    reason: ReasonClass
    is_purged: bool
