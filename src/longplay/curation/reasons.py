"""A statement of reasons from what is on record: the withdrawals, and the notice that led to them.

Pure. It says what the archive did and why, clause by clause; it never says who gave the notice, what they
signed or how to reach them. A person reads it before it is sent.

Source: Regulation (EU) 2022/2065 (DSA), article 17(3)(a)-(f); articles 20 and 21 for redress.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from longplay.formats.notices import make_paper
from longplay.ledger.rights import Withdrawn
from longplay.ledger.withdrawn import Purged
from longplay.model.digests import ContentId
from longplay.model.notices import FORMS, Paper
from longplay.model.withdrawal import NoticeKind, ReasonClass

_LEGAL: Final[Mapping[ReasonClass, str]] = {
    ReasonClass.RIGHTS_CLAIM: "It is claimed that the use infringes copyright or related rights (Directive "
    "2001/29/EC, articles 2 to 4; 17 USC 106). The archive cannot show a permission that outweighs it.",
    ReasonClass.COURT_ORDER: "A court or an authority has ordered it (Regulation (EU) 2022/2065, article 9).",
    ReasonClass.DATA_PROTECTION: "The recording, or what is said of it, holds personal data that may not be "
    "processed any more (Regulation (EU) 2016/679, article 17).",
}
_CONTRACTUAL: Final[Mapping[ReasonClass, str]] = {
    ReasonClass.DEPOSITOR_REQUEST: "The depositor asked for it, and the terms of deposit give them that right.",
    ReasonClass.TAKEDOWN_MESSAGE: "The sender of the recording took it down by a message, as the terms of "
    "delivery allow.",
    ReasonClass.MISTAKE: "The recording was taken in by mistake: the archive's terms do not cover it.",
    ReasonClass.POLICY: "The archive's terms leave to the archive what it offers; its policy is not to offer "
    "this recording.",
}
_TITLES: Final = {
    "restriction": "What was decided",
    "facts": "Facts and circumstances",
    "automation": "Automated means",
    "legal_ground": "Legal ground",
    "contractual_ground": "Contractual ground",
    "redress": "If you do not agree",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is on record of one matter.

    Attributes:
        about: content ids of the recordings, sorted.
        withdrawals: in force, with their words; empty words when there are no more than the class.
        purged: those of the recordings that were purged.
        notice: (id, kind, day it was filed) of what led to it; `None` when the archive acted by itself.
    """

    about: tuple[ContentId, ...]
    withdrawals: tuple[tuple[Withdrawn, str], ...]
    purged: tuple[Purged, ...]
    notice: tuple[str, NoticeKind, str] | None


def statement_of_reasons(case: Case, said: Mapping[str, str]) -> Paper:
    """The statement of reasons of a case.

    Args:
        case: at least one withdrawal or purge.
        said: fields in a person's own words, in place of what would be written.

    Raises:
        MalformedInput: there is no such field.
    """
    reasons = sorted({one.reason for one, _ in case.withdrawals} | {one.reason for one in case.purged})
    fields = {
        "restriction": _restriction(case),
        "facts": _facts(case),
        "automation": "No automated means were used, neither to find the recording nor to decide. A person "
        "decided.",
        "legal_ground": " ".join(_LEGAL[one] for one in reasons if one in _LEGAL),
        "contractual_ground": " ".join(_CONTRACTUAL[one] for one in reasons if one in _CONTRACTUAL),
        "redress": "You can complain to the archive, free of charge, for six months from the day you were "
        "told: answer this statement and say why it should be reversed. You can turn to a certified body for "
        "out-of-court settlement, and to the courts.",
    }
    answers = case.notice[0] if case.notice else None
    return make_paper(NoticeKind.STATEMENT_OF_REASONS, case.about, fields | dict(said), answers=answers)


def _restriction(case: Case) -> str:
    lines = [
        f"Recording {one.content_id}: since {one.at[:10]} it is not streamed, redistributed, transcoded or "
        "mined, in any territory, until the decision is reversed. The bytes are preserved."
        for one, _words in case.withdrawals
    ]
    lines += [
        f"Recording {one.content_id}: on {one.at[:10]} its bytes were deleted for good, everywhere in the "
        "archive."
        for one in case.purged
    ]
    return "\n".join(lines)


def _facts(case: Case) -> str:
    if case.notice is None:
        lines = ["The archive decided by itself, after an inquiry of its own; there was no notice."]
    else:
        _id, kind, day = case.notice
        lines = [f"The archive decided after a {_WORD[kind]} that was filed on {day}."]
    acts = [(one.content_id, one.reason) for one, _ in case.withdrawals]
    acts += [(one.content_id, one.reason) for one in case.purged]
    lines += [f"Recording {one[:12]}: reason class {reason.value}." for one, reason in acts]
    lines += dict.fromkeys(words.strip() for _, words in case.withdrawals if words.strip())
    return "\n".join(lines)


_WORD: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.DMCA_NOTICE: "notice under 17 USC 512(c)(3)",
    NoticeKind.DMCA_COUNTER_NOTICE: "counter-notice under 17 USC 512(g)(3)",
    NoticeKind.DSA_NOTICE: "notice under article 16 of Regulation (EU) 2022/2065",
    NoticeKind.STATEMENT_OF_REASONS: "statement of reasons",
    NoticeKind.APPEAL: "complaint under article 20 of Regulation (EU) 2022/2065",
}


def as_text(paper: Paper) -> str:
    """A paper for a person to read: each field under its title and clause."""
    parts = [paper.kind.value.replace("-", " ").capitalize(), ""]
    parts += [f"About recording {one}" for one in paper.about]
    for field in FORMS[paper.kind]:
        text = paper.text(field.name)
        if text:
            title = _TITLES.get(field.name, field.name.replace("_", " ").capitalize())
            clause = f" ({field.clause})" if field.clause else ""
            parts += ["", f"{title}{clause}", text]
    return "\n".join(parts) + "\n"
