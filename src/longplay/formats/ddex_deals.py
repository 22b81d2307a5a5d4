"""What the deals of a DDEX message come to for one recording: statements, and in which order messages count.

Only what is plainly granted to an archive that lets anybody listen without paying is granted. A use nobody here
knows grants nothing; an element that narrows a deal in an unknown way leaves the deal open. Whatever a deal
says, it is about the recording: the musical work is not the sender's to license here.

Source: DDEX ERN, DealTerms; AVS CommercialModelType, UseType; docs/guides/importing-rights.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from xml.etree.ElementTree import Element

from longplay.formats.ddex import Deal, Message, RecordingDeals
from longplay.formats.isrc import Isrc
from longplay.formats.sidecars.sidecar_xml import children, text_of
from longplay.formats.territories import read_territories
from longplay.formats.years import read_day
from longplay.model.rights import (
    ALL_BUT_KEEPING,
    Act,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Subject,
    Territory,
)

USES: Final = {"OnDemandStream": Act.STREAM, "Stream": Act.STREAM}
"""Uses that are an act of this archive; every other grants nothing."""

FREE: Final = "FreeOfChargeModel"
"""The commercial model under which anybody may listen."""

PAID: Final = frozenset({"SubscriptionModel", "AdvertisementSupportedModel", "PayAsYouGoModel"})
"""Models under which somebody may listen, if the archive does business that way."""

_READ: Final = frozenset(
    {"CommercialModelType", "Usage", "UseType", "TerritoryCode", "ExcludedTerritoryCode", "ValidityPeriod",
     "TakeDown", "AllDealsCancelled"}
)  # fmt: skip
_HARMLESS: Final = frozenset(
    {"IsPromotional", "IsExclusive", "ReleaseDisplayStartDate", "TrackListingPreviewStartDate",
     "CoverArtPreviewStartDate", "ClipPreviewStartDate", "PreOrderReleaseDate", "PreOrderPreviewDate"}
)  # fmt: skip
"""What may stand in deal terms and takes nothing from the right to stream."""

_EVIDENCE: Final = re.compile(r"DDEX ERN from ([A-Z0-9]+) at (\S+) about ISRC ([A-Z0-9]{12}): .*", re.DOTALL)
_STATED_LIMIT: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which message a statement is from, as its evidence says.

    Attributes:
        sender: party id.
        created: when the message was made.
        isrc: the recording it is about.
    """

    sender: str
    created: datetime
    isrc: Isrc


@dataclass(frozen=True, slots=True, kw_only=True)
class DealReading:
    """A statement and the XML it was read from."""

    statement: RightsStatement
    words: bytes


def origin_of(statement: RightsStatement) -> Origin | None:
    """The message a statement is from; `None` when it is from none."""
    match = _EVIDENCE.fullmatch(statement.evidence) if statement.source is StatementSource.MESSAGE else None
    if match is None:
        return None
    try:
        created = datetime.fromisoformat(match[2])
    except ValueError:
        return None
    return Origin(sender=match[1], created=created.astimezone(UTC), isrc=Isrc(match[3]))


def lifts_takedown(recording: RecordingDeals) -> bool:
    """Whether a message lets an earlier takedown by its sender end: it states deals, and no takedown."""
    stated = [_is_takedown(deal.terms) for deal in recording.deals]
    return bool(stated) and not any(stated)


def deal_readings(message: Message, recording: RecordingDeals) -> tuple[DealReading, ...]:
    """What a message states about one recording; at least one reading.

    A takedown is stated beside the deals. Where several deals grant the same, one that is plain makes those
    that leave something open superfluous. Where none grants anything, a statement says so that has no effect,
    so that it is known which message came last.
    """
    takedowns = list(_takedowns(message, recording))
    granted = [one for deal in recording.deals for one in _granted(deal, _base(message, recording.isrc))]
    plain = [one for one in granted if one.statement.missing is None]
    made = dict.fromkeys((*takedowns, *(plain or granted)))
    return tuple(made) or (_nothing(message, recording),)


def _base(message: Message, isrc: Isrc) -> RightsStatement:
    """A statement of no effect, with the evidence that `origin_of` reads."""
    name = " ".join(message.id.split()) or "without an id"
    return RightsStatement(
        basis=RightsBasis.LICENSE,
        licence=None,
        stated="",
        evidence=f"DDEX ERN from {message.sender} at {message.created.astimezone(UTC).isoformat()} "
        f"about ISRC {isrc}: message {name}",
        source=StatementSource.MESSAGE,
        kind=StatementKind.RESERVATION,
        covers=(Subject.RECORDING,),
    )


def _nothing(message: Message, recording: RecordingDeals) -> DealReading:
    said = "deals for no use of this archive" if recording.deals else "no deal"
    return DealReading(statement=replace(_base(message, recording.isrc), stated=said), words=b"")


def _takedowns(message: Message, recording: RecordingDeals) -> Iterator[DealReading]:
    base = replace(
        _base(message, recording.isrc), kind=StatementKind.TAKEDOWN, forbids=ALL_BUT_KEEPING, stated="TakeDown"
    )
    for deal in recording.deals:
        if _is_takedown(deal.terms):
            places = _territories(deal.terms) or ()
            yield DealReading(statement=replace(base, territories=places), words=deal.words)
    if message.is_ern_4 and recording.is_released and not recording.deals:
        yield DealReading(statement=replace(base, stated="a release without a deal, ERN 4"), words=b"")


def _is_takedown(terms: Element) -> bool:
    return any(
        text_of(one).lower() not in {"false", "0"} for one in children(terms, "TakeDown", "AllDealsCancelled")
    )


def _granted(deal: Deal, base: RightsStatement) -> Iterator[DealReading]:
    """What one deal grants; nothing when it is a takedown or for no use we know."""
    terms = deal.terms
    models = {text_of(one) for one in children(terms, "CommercialModelType")}
    uses = [text_of(one) for one in _uses(terms)]
    acts = tuple(act for act in Act if act in {USES.get(use) for use in uses})
    if not acts or _is_takedown(terms) or not models & {FREE, *PAID}:
        return
    limits = _Limits.of(deal, models)
    yield DealReading(
        statement=replace(
            base,
            kind=StatementKind.DEAL,
            stated=f"{', '.join(sorted(models))}: {', '.join(dict.fromkeys(uses))}"[:_STATED_LIMIT],
            missing="; ".join(limits.missing) or None,
            permits=acts,
            territories=limits.territories,
            valid_from=limits.first,
            valid_until=limits.last,
        ),
        words=deal.words,
    )


def _uses(terms: Element) -> Iterator[Element]:
    yield from children(terms, "UseType")
    for usage in children(terms, "Usage"):
        yield from children(usage, "UseType")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """Where and when a deal holds, and what of it is not understood."""

    territories: tuple[Territory, ...]
    first: date | None
    last: date | None
    missing: tuple[str, ...]

    @classmethod
    def of(cls, deal: Deal, models: set[str]) -> "_Limits":
        places = _territories(deal.terms)
        period, lacks = _period(deal.terms)
        missing = [f"what {name} asks of a deal" for name in _narrowing(deal)]
        if FREE not in models:
            paid = ", ".join(sorted(models & PAID))
            missing.insert(0, f"whether people listen here as {paid} has it: the deal is for nobody else")
        if places is None:
            missing.append("where the deal holds: its territories are not plainly stated")
        missing += [lacks] if lacks else []
        return cls(territories=places or (), first=period[0], last=period[1], missing=tuple(missing))


def _narrowing(deal: Deal) -> list[str]:
    """Names of elements that may narrow a deal and are not understood, each once."""
    inside = [child.tag for child in deal.terms if child.tag not in _READ | _HARMLESS and not _is_false(child)]
    usages = [child.tag for usage in children(deal.terms, "Usage") for child in usage if child.tag != "UseType"]
    return [name[:60] for name in dict.fromkeys((*deal.unread, *inside, *usages))][:5]


def _is_false(element: Element) -> bool:
    """Whether a flag says no: such a flag, as `IsPreOrderDeal`, narrows nothing."""
    return len(element) == 0 and text_of(element).lower() == "false"


def _territories(terms: Element) -> tuple[Territory, ...] | None:
    """Where; `None` when it is not plainly stated."""
    if any(True for _ in children(terms, "ExcludedTerritoryCode")):
        return None
    return read_territories(" ".join(text_of(one) or "?" for one in children(terms, "TerritoryCode")))


def _period(terms: Element) -> tuple[tuple[date | None, date | None], str | None]:
    """First and last whole day of the one period, and what is missing of it."""
    periods = list(children(terms, "ValidityPeriod"))
    if len(periods) != 1:
        several = "states several periods" if periods else "states no period"
        return (None, None), f"when the deal holds: it {several}"
    starts = [_day(one, rounds_up=True) for one in children(periods[0], "StartDate", "StartDateTime")]
    ends = [_day(one, rounds_up=False) for one in children(periods[0], "EndDate", "EndDateTime")]
    first, last = max(filter(None, starts), default=None), min(filter(None, ends), default=None)
    if first is None or None in starts or None in ends or (last and last < first):
        return (None, None), "when the deal holds: its period is not plainly stated"
    return (first, last), None


def _day(element: Element, *, rounds_up: bool) -> date | None:
    """The first whole day after a moment, or the last before it; a day as it stands; `None`: unreadable."""
    text = text_of(element)
    day = read_day(text)
    if day is not None or "T" not in text:
        return day
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
        if rounds_up:
            is_midnight = moment.time().replace(microsecond=0) == datetime.min.time()
            return moment.date() if is_midnight else moment.date() + timedelta(days=1)
        return (moment + timedelta(seconds=1)).date() - timedelta(days=1)
    except (ValueError, OverflowError):
        return None
