"""Papers about a claim: what the law wants to stand in each, field by field.

Not legal advice, and not a judgement of what a paper says: only whether something stands in every field.

Source: 17 USC 512(c)(3)(A) and 512(g)(3); Regulation (EU) 2022/2065 (DSA), articles 16(2), 17(3) and 20.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from longplay.model.digests import ContentId
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.withdrawal import NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a paper.

    Attributes:
        name: by which it is filled in.
        clause: where the law asks for it; empty when it does not.
        asks: what should stand there, in plain words.
        instead: name of another field that may be filled in in its place; `None` when none may.
    """

    name: str
    clause: str
    asks: str
    instead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A notice, counter-notice, statement of reasons or appeal. May hold personal data: never published.

    Attributes:
        kind: what sort.
        about: content ids of the recordings it is about, sorted.
        answers: id of the notice it answers; `None` when it is the first.
        fields: (name, text) in the order of its form; empty ones left out.
    """

    kind: NoticeKind
    about: tuple[ContentId, ...]
    answers: str | None
    fields: tuple[tuple[str, str], ...]

    def text(self, name: str) -> str:
        """What stands in a field; empty when nothing does."""
        return dict(self.fields).get(name, "")


_DMCA: Final = "17 USC 512(c)(3)(A)"
_COUNTER: Final = "17 USC 512(g)(3)"
_DSA: Final = "Regulation (EU) 2022/2065, art. "
_RECEIVED: Final = Field(name="received", clause="", asks="day on which it was received")

FORMS: Final[Mapping[NoticeKind, tuple[Field, ...]]] = {
    NoticeKind.DMCA_NOTICE: (
        _RECEIVED,
        Field(
            name="signature",
            clause=f"{_DMCA}(i)",
            asks="physical or electronic signature of a person authorised to act for the owner of the right",
        ),
        Field(name="work", clause=f"{_DMCA}(ii)", asks="the copyrighted work claimed to be infringed"),
        Field(
            name="material",
            clause=f"{_DMCA}(iii)",
            asks="the material claimed to infringe, and where it is found",
        ),
        Field(
            name="contact",
            clause=f"{_DMCA}(iv)",
            asks="address, telephone number and, if there is one, e-mail address of the complaining party",
        ),
        Field(
            name="good_faith",
            clause=f"{_DMCA}(v)",
            asks="statement of a good faith belief that the use is not authorised by owner, agent or law",
        ),
        Field(
            name="accuracy",
            clause=f"{_DMCA}(vi)",
            asks="statement that the notice is accurate and, under penalty of perjury, made with authority",
        ),
    ),
    NoticeKind.DMCA_COUNTER_NOTICE: (
        _RECEIVED,
        Field(
            name="signature", clause=f"{_COUNTER}(A)", asks="physical or electronic signature of the subscriber"
        ),
        Field(
            name="material",
            clause=f"{_COUNTER}(B)",
            asks="the material removed or disabled, and where it appeared before",
        ),
        Field(
            name="mistake",
            clause=f"{_COUNTER}(C)",
            asks="statement under penalty of perjury of a good faith belief that it was removed by mistake",
        ),
        Field(name="contact", clause=f"{_COUNTER}(D)", asks="the subscriber's name, address and telephone"),
        Field(
            name="jurisdiction",
            clause=f"{_COUNTER}(D)",
            asks="consent to the Federal District Court the law names, and to service of process by whoever "
            "gave the notice",
        ),
    ),
    NoticeKind.DSA_NOTICE: (
        _RECEIVED,
        Field(
            name="explanation",
            clause=f"{_DSA}16(2)(a)",
            asks="sufficiently substantiated explanation of why it is alleged to be illegal content",
        ),
        Field(
            name="location",
            clause=f"{_DSA}16(2)(b)",
            asks="exact electronic location, such as the exact URL, and what else identifies the content",
        ),
        Field(
            name="contact",
            clause=f"{_DSA}16(2)(c)",
            asks="name and e-mail address of whoever gives the notice (not asked for where Directive "
            "2011/93/EU, art. 3 to 7, is concerned)",
        ),
        Field(
            name="good_faith",
            clause=f"{_DSA}16(2)(d)",
            asks="statement of a bona fide belief that the notice is accurate and complete",
        ),
    ),
    NoticeKind.STATEMENT_OF_REASONS: (
        Field(
            name="restriction",
            clause=f"{_DSA}17(3)(a)",
            asks="what was restricted, in which territories, and for how long",
        ),
        Field(
            name="facts",
            clause=f"{_DSA}17(3)(b)",
            asks="facts and circumstances relied on, and whether a notice or an own inquiry led to it",
        ),
        Field(
            name="automation",
            clause=f"{_DSA}17(3)(c)",
            asks="whether automated means were used in deciding, or in finding the content",
        ),
        Field(
            name="legal_ground",
            clause=f"{_DSA}17(3)(d)",
            asks="for allegedly illegal content: the legal ground, and why the content falls under it",
            instead="contractual_ground",
        ),
        Field(
            name="contractual_ground",
            clause=f"{_DSA}17(3)(e)",
            asks="for content against the terms: the contractual ground, and why the content falls under it",
            instead="legal_ground",
        ),
        Field(
            name="redress",
            clause=f"{_DSA}17(3)(f)",
            asks="how to have it reviewed: internal complaint, out-of-court settlement, courts",
        ),
    ),
    NoticeKind.APPEAL: (
        _RECEIVED,
        Field(name="contact", clause=f"{_DSA}20(5)", asks="who complains, and where the answer goes"),
        Field(name="decision", clause=f"{_DSA}20(1)", asks="the decision that is complained about"),
        Field(
            name="grounds",
            clause=f"{_DSA}20(3)",
            asks="sufficiently precise and adequately substantiated grounds: why it should be reversed",
        ),
    ),
}
"""What stands in each kind of paper, in order."""

_DECISIONS: Final = frozenset({NoticeKind.DMCA_NOTICE, NoticeKind.DSA_NOTICE, NoticeKind.STATEMENT_OF_REASONS})
ANSWERS: Final[Mapping[NoticeKind, frozenset[NoticeKind]]] = {
    NoticeKind.DMCA_COUNTER_NOTICE: frozenset({NoticeKind.DMCA_NOTICE, NoticeKind.STATEMENT_OF_REASONS}),
    NoticeKind.STATEMENT_OF_REASONS: frozenset(NoticeKind) - {NoticeKind.STATEMENT_OF_REASONS},
    NoticeKind.APPEAL: _DECISIONS,
}
"""Which kinds a paper may answer; a kind that is no key begins a matter."""


def missing(paper: Paper) -> list[Finding]:
    """What the law asks for and the paper lacks, one warning a field, each with its clause."""
    findings = []
    for field in FORMS[paper.kind]:
        is_filled = paper.text(field.name) or (field.instead and paper.text(field.instead))
        if field.clause and not is_filled:
            findings.append(_incomplete(field.name, f"{field.clause} asks for: {field.asks}"))
    if not paper.about:
        findings.append(_incomplete("about", "no recording is named: say which with --about ID"))
    return findings


def _incomplete(path: str, detail: str) -> Finding:
    return Finding(code=FindingCode.NOTICE_INCOMPLETE, severity=Severity.WARNING, path=path, detail=detail)
