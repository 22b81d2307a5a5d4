"""DDEX messages: which recording, which deals; what they come to; and that nothing unknown is granted."""

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.ddex import LENGTH_LIMIT, read_message
from longplay.formats.ddex_deals import DealReading, deal_readings, lifts_takedown, origin_of
from longplay.model.rights import Act, RightsStatement, StatementKind, StatementSource, Subject
from rights_files import ISRC, PERIOD, SENDER, TAKE_DOWN, may, message, terms

VERSIONS = ("382", "41", "42", "43")


def readings(data: bytes) -> list[DealReading]:
    """Of the only recording."""
    read = read_message(data)
    [recording] = read.recordings
    return list(deal_readings(read, recording))


def statements(data: bytes) -> list[RightsStatement]:
    return [one.statement for one in readings(data)]


def grants(data: bytes) -> set[Act]:
    """What plainly follows for the recording alone, anywhere."""
    made = [one for one in statements(data) if one.missing is None]
    return {act for one in made for act in one.permits}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_free_streaming_deal_grants_streaming_of_the_recording_in_its_places_and_time(version: str) -> None:
    more = "<ValidityPeriod><StartDate>2026-01-01</StartDate><EndDate>2027-12-31</EndDate></ValidityPeriod>"
    data = message(terms(where="SE NO", more=more), version=version, isrcs=("SE-ABC-26-00001",))
    [one] = statements(data)
    assert (one.kind, one.source) == (StatementKind.DEAL, StatementSource.MESSAGE)
    assert (one.permits, one.forbids, one.missing) == ((Act.STREAM,), (), None)
    assert (one.territories, one.covers) == (("NO", "SE"), (Subject.RECORDING,))
    assert (one.valid_from, one.valid_until) == (date(2026, 1, 1), date(2027, 12, 31))
    assert not may(Act.STREAM, one, territory="SE").permits, "the work is not the sender's to license"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_message_is_read_in_every_version(version: str) -> None:
    read = read_message(
        message(terms(), version=version, isrcs=(ISRC, "GBXYZ9912345", ""), sender="pa-dpida-1-x")
    )
    assert [one.isrc for one in read.recordings] == [ISRC, "GBXYZ9912345"]
    assert (read.version, read.sender, read.id, read.unnamed) == (version, "PADPIDA1X", "M1", 1)
    assert read.created == datetime.fromisoformat("2026-03-01T10:00:00+00:00")
    assert all(len(one.deals) == 1 and one.is_released for one in read.recordings)


@pytest.mark.parametrize(
    "use",
    [
        "PermanentDownload",
        "ConditionalDownload",
        "NonInteractiveStream",
        "KioskDownload",
        "UserDefined",
        "Mine",
        "",
    ],
)
def test_a_use_that_is_not_streaming_on_demand_grants_nothing_and_blocks_nothing(use: str) -> None:
    [one] = statements(message(terms(use=use)))
    assert (one.permits, one.forbids, one.kind) == ((), (), StatementKind.RESERVATION)
    assert origin_of(one) is not None
    granted = statements(message(terms(use=use), terms()))
    assert [statement.permits for statement in granted] == [(Act.STREAM,)]


@pytest.mark.parametrize("model", ["SubscriptionModel", "AdvertisementSupportedModel", "PayAsYouGoModel"])
def test_a_deal_for_paying_listeners_leaves_open_whether_people_pay_here(model: str) -> None:
    [one] = statements(message(terms(model=model)))
    assert model in (one.missing or "")
    assert not grants(message(terms(model=model)))
    assert [found.missing for found in statements(message(terms(model=model), terms(where="SE")))] == [None]


@pytest.mark.parametrize("model", ["UserDefined", "DeviceFeeModel", "RightsClaimModel", ""])
def test_a_model_nobody_here_knows_grants_nothing(model: str) -> None:
    assert [one.permits for one in statements(message(terms(model=model)))] == [()]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        (terms(where=""), "where"),
        (terms(where="SE XX"), "where"),
        (terms(where="US-CA"), "where"),
        (terms(where="2136"), "where"),
        (terms(more=f"<ExcludedTerritoryCode>US</ExcludedTerritoryCode>{PERIOD}"), "where"),
        (terms(more=""), "when"),
        (terms(more=PERIOD * 2), "when"),
        (terms(more="<ValidityPeriod><StartDate>soon</StartDate></ValidityPeriod>"), "when"),
        (terms(more="<ValidityPeriod><StartDate>2026</StartDate></ValidityPeriod>"), "when"),
        (terms(more="<ValidityPeriod><EndDate>2030-01-01</EndDate></ValidityPeriod>"), "when"),
        (
            terms(
                more="<ValidityPeriod><StartDate>2026-01-01</StartDate><EndDate>?</EndDate></ValidityPeriod>"
            ),
            "when",
        ),
        (
            terms(more=f"{PERIOD}<DistributionChannel><PartyId>X</PartyId></DistributionChannel>"),
            "Distribution",
        ),
        (terms(more=f"{PERIOD}<IsPreOrderDeal>true</IsPreOrderDeal>"), "IsPreOrderDeal"),
        (terms(more=f"{PERIOD}<NumberOfUsages>3</NumberOfUsages>"), "NumberOfUsages"),
        (
            terms().replace("</UseType>", "</UseType><UserInterfaceType>Car</UserInterfaceType>"),
            "UserInterface",
        ),
        (f"<Deal><DealTerms>{terms()}</DealTerms><ResourceUsage/></Deal>", "ResourceUsage"),
        (f"<Deal><DealTerms>{terms()}</DealTerms><DealTerms/></Deal>", "several"),
    ],
)
def test_what_narrows_a_deal_and_is_not_plain_is_missing(changed: str, word: str) -> None:
    [one] = statements(message(changed))
    assert word in (one.missing or "")
    assert not grants(message(changed))


def test_what_takes_nothing_from_streaming_is_passed_over() -> None:
    more = "<IsPreOrderDeal>false</IsPreOrderDeal><ReleaseDisplayStartDate>2026-01-01</ReleaseDisplayStartDate>"
    assert grants(message(terms(more=PERIOD + more))) == {Act.STREAM}


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-01-01T00:00:00", "2026-12-31T23:59:59", (date(2026, 1, 1), date(2026, 12, 31))),
        ("2026-01-01T00:00:01Z", "2026-12-31T12:00:00Z", (date(2026, 1, 2), date(2026, 12, 30))),
        ("2026-01-01T00:00:00-05:00", "2027-01-01T00:00:00+09:00", (date(2026, 1, 2), date(2026, 12, 30))),
    ],
)
def test_moments_are_rounded_to_whole_days_within(start: str, end: str, days: tuple[date, date]) -> None:
    period = f"<StartDateTime>{start}</StartDateTime><EndDateTime>{end}</EndDateTime>"
    [one] = statements(message(terms(more=f"<ValidityPeriod>{period}</ValidityPeriod>")))
    assert (one.valid_from, one.valid_until) == days


@pytest.mark.parametrize(
    "flag", ["<TakeDown>true</TakeDown>", "<TakeDown/>", "<AllDealsCancelled>1</AllDealsCancelled>"]
)
def test_a_takedown_forbids_every_act_but_keeping_at_once(flag: str) -> None:
    late = "<ValidityPeriod><StartDate>2099-01-01</StartDate></ValidityPeriod>"
    [one] = statements(message(f"{flag}<TerritoryCode>DE</TerritoryCode>{late}"))
    assert (one.kind, one.territories, one.valid_from) == (StatementKind.TAKEDOWN, ("DE",), None)
    assert set(one.forbids) == set(Act) - {Act.PRESERVE}


def test_a_takedown_whose_places_are_not_plain_is_everywhere() -> None:
    [one] = statements(message("<TakeDown>true</TakeDown><ExcludedTerritoryCode>US</ExcludedTerritoryCode>"))
    assert one.territories == ()


def test_a_takedown_stands_beside_deals_and_is_lifted_by_deals_alone() -> None:
    both = read_message(message(TAKE_DOWN, terms()))
    assert {one.kind for one in statements(message(TAKE_DOWN, terms()))} == {
        StatementKind.TAKEDOWN,
        StatementKind.DEAL,
    }
    lifted = read_message(message(terms(use="PermanentDownload")))
    nothing = read_message(message())
    assert [lifts_takedown(one.recordings[0]) for one in (both, lifted, nothing)] == [False, True, False]


@pytest.mark.parametrize(
    ("version", "kind"), [("382", StatementKind.RESERVATION), ("43", StatementKind.TAKEDOWN)]
)
def test_a_release_without_a_deal_is_a_takedown_in_version_four_alone(
    version: str, kind: StatementKind
) -> None:
    [one] = statements(message(version=version))
    assert one.kind is kind


def test_a_deal_reaches_only_the_recordings_of_its_release() -> None:
    data = message(terms(), isrcs=(ISRC, "GBXYZ9912345"))
    apart = data.replace(b"<ReleaseResourceReference>A1</ReleaseResourceReference>", b"")
    reached = {one.isrc: len(one.deals) for one in read_message(apart).recordings}
    assert reached == {ISRC: 1, "GBXYZ9912345": 0}


def test_the_evidence_names_sender_time_and_recording_and_the_words_are_the_deal() -> None:
    [one] = readings(message(terms(), created="2026-03-01T10:00:00+02:00"))
    origin = origin_of(one.statement)
    assert origin is not None
    assert (origin.sender, origin.isrc) == (SENDER, ISRC)
    assert origin.created == datetime.fromisoformat("2026-03-01T08:00:00+00:00")
    assert one.words.startswith(b"<Deal><DealTerms><CommercialModelType>FreeOfChargeModel<")


@settings(max_examples=30)
@given(text=st.text(max_size=80), second=st.integers(0, 10**10))
def test_whatever_a_message_is_called_its_origin_is_read_back(text: str, second: int) -> None:
    created = datetime.fromtimestamp(second, UTC)
    kept = "".join(char for char in text if char.isprintable() and char not in "<&>")
    data = message(terms(), created=created.isoformat())
    [one] = statements(data.replace(b"M1", kept.encode("utf-8", "ignore")))
    origin = origin_of(one)
    assert origin is not None
    assert origin.created == created


def test_no_other_source_can_pretend_to_be_a_message() -> None:
    [one] = statements(message(terms()))
    for source in set(StatementSource) - {StatementSource.MESSAGE}:
        assert origin_of(RightsStatement(**_fields(one, source))) is None


def _fields(one: RightsStatement, source: StatementSource) -> dict[str, object]:
    return {"basis": one.basis, "licence": None, "stated": "", "evidence": one.evidence, "source": source}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<other/>", "only NewReleaseMessage"),
        (b"<PurgeReleaseMessage/>", "only NewReleaseMessage"),
        (message(terms())[:400], "no element found|unclosed"),
        (message(terms(), version="99"), "version"),
        (message(terms()).replace(b"ern/382", b"x/y"), "version"),
        (message(terms(), sender="-"), "PartyId"),
        (message(terms(), created="yesterday"), "no time"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "entity"),
        (b"<a>" + b" " * LENGTH_LIMIT + b"</a>", "longer"),
    ],
)
def test_what_is_no_message_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedInput, match=reason):
        read_message(data)


def test_deals_that_multiply_are_refused_quickly() -> None:
    deals = [terms()] * 400
    data = message(*deals, isrcs=tuple(f"SEABC26{number:05d}" for number in range(400)))
    begun = time.perf_counter()
    with pytest.raises(MalformedInput, match="deals"):
        read_message(data)
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize("flag", ["TestMessage", "LiveMessage"])
def test_a_test_message_says_that_it_is_one(flag: str) -> None:
    data = message(terms(), more=f"<MessageControlType>{flag}</MessageControlType>")
    assert read_message(data).is_test is (flag == "TestMessage")


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from(
            [
                terms(),
                terms(model="SubscriptionModel"),
                terms(use="PermanentDownload"),
                terms(where="SE XX"),
                TAKE_DOWN,
            ]
        ),
        max_size=4,
    )
)
def test_a_takedown_among_any_deals_lets_nothing_pass(deals: list[str]) -> None:
    made = statements(message(*deals, TAKE_DOWN))
    assert not any(may(act, *made).permits for act in Act if act is not Act.PRESERVE)
