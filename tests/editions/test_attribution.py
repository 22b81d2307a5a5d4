"""The attribution file: every credit a licence asks for, nothing a reader could mistake for something else."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from longplay.editions.attribution import write_attribution
from longplay.editions.duties import disclaimer_of, licence_name, offers_of
from longplay.formats.licences import licence_url
from longplay.formats.records import Record, record_of
from longplay.model.audio import TagFacts
from longplay.model.holdings import Holding, Provenance
from longplay.model.rights import (
    Act,
    Decision,
    KeepingBasis,
    Purpose,
    RightsBasis,
    RightsObject,
    RightsStatement,
    StatementSource,
    Territory,
    Verdict,
)
from longplay.rights.gate import decide
from longplay.rights.rules import RULES
from standing import AUDIO
from strategies import RECORDS, digests_of


def holding_under(licence: str, *, tags: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Holding:
    """A holding with one statement, as a depositor's table makes it."""
    statement = RightsStatement(
        basis=RightsBasis.LICENSE,
        licence=licence,
        stated=licence,
        evidence="rights.csv, line 2",
        source=StatementSource.TABLE,
        attribution="Anna Berg feat. The Noise",
    )
    origin = Provenance(
        accession="one", source="from https://example.org/item", root="/home/eve/in", path="a.flac", given=()
    )
    return Holding(
        digests=digests_of(1),
        audio=AUDIO,
        tags=TagFacts(title="Low Tide", artist="Anna", tags=tags),
        statements=(statement,),
        provenances=(origin,),
    )


def record_under(licence: str, **more: object) -> Record:
    """Its record, with the gate's own decision."""
    held = holding_under(licence, **more)
    obj = RightsObject(
        content_id=held.content_id, statements=held.statements, keeping=KeepingBasis.OWN_COLLECTION
    )
    decision = decide(Act.REDISTRIBUTE, obj, Territory("001"), date(2026, 11, 25), Purpose.NONCOMMERCIAL)
    assert decision.permits, decision
    return record_of(held, path="data/Anna/Low Tide.flac", decision=decision)


def entry(record: Record) -> str:
    return write_attribution("bundle", [record]).decode()


def lines(record: Record) -> dict[str, str]:
    """The named lines of an entry."""
    found = re.findall(r"^  - ([^:]+): (.*)$", entry(record), flags=re.MULTILINE)
    assert len(dict(found)) == len(found)
    return dict(found)


def test_everything_that_cc_by_4_asks_for_stands_there() -> None:
    tags = (("COPYRIGHT", ("© 2019 Anna Berg",)), ("WEBSITE", ("see https://anna.example/tide for more",)))
    told = lines(record_under("CC-BY-4.0", tags=tags))
    assert "- **Low Tide** by Anna\n" in entry(record_under("CC-BY-4.0"))
    assert told["credit in the right holder's words"] == "Anna Berg feat. The Noise"
    assert told["licence"].startswith("Creative Commons Attribution 4.0 International ([CC-BY-4.0](https://")
    assert told["source"] == "<https://example.org/item>, a.flac"
    assert told["address"] == "<https://anna.example/tide>"
    assert told["changes"].startswith("none")
    assert told["notices"] == "© 2019 Anna Berg"
    assert told["disclaimer"] == "no warranties are given, as section 5 of CC-BY-4.0 says"
    assert told["asks for"] == "keep this credit with every copy"


@pytest.mark.parametrize("licence", ["GPL-1.0-or-later", "GPL-2.0-only", "LGPL-2.1-or-later", "AGPL-3.0-only"])
def test_the_gnu_licences_offer_the_source_and_point_to_their_disclaimer(licence: str) -> None:
    told = lines(record_under(licence))
    assert told["corresponding source"].startswith("the archive holds no other form")
    assert licence in told["disclaimer"]
    assert "text of the licence" in told["asks for"]


def test_the_free_art_licence_says_where_the_originals_are() -> None:
    told = lines(record_under("LAL-1.3"))
    assert "source named above" in told["originals"]
    assert "same licence" in told["asks for"]


def test_oga_by_keeps_credit_and_disclaimer() -> None:
    told = lines(record_under("LicenseRef-OGA-BY-3.0"))
    assert "https://static.opengameart.org/OGA-BY-3.0.txt" in told["licence"]
    assert "section 5" in told["disclaimer"]


@pytest.mark.parametrize("licence", ["CC0-1.0", "CC-PDM-1.0"])
def test_of_what_is_dedicated_or_in_the_public_domain_nothing_is_asked(licence: str) -> None:
    told = lines(record_under(licence))
    assert told["asks for"] == "nothing"
    assert not told.keys() & {"disclaimer", "corresponding source", "originals"}


def test_of_two_alternatives_the_one_relied_on_is_named() -> None:
    told = lines(record_under("GPL-2.0-or-later OR CC-BY-SA-3.0"))
    relied = [one for one in ("GPL-2.0-or-later", "CC-BY-SA-3.0") if f"[{one}](" in told["licence"]]
    assert len(relied) == 1
    assert ("corresponding source" in told) is (relied == ["GPL-2.0-or-later"])
    assert "the one named is relied on" in entry(record_under("CC-BY-4.0"))


def test_of_two_licences_at_once_both_are_named_with_what_each_asks() -> None:
    told = lines(record_under("CC-BY-SA-3.0 AND GPL-3.0-only"))
    assert "[CC-BY-SA-3.0](" in told["licence"]
    assert "[GPL-3.0-only](" in told["licence"]
    assert "section 5 of CC-BY-SA-3.0 and sections 15 and 16 of GPL-3.0-only" in told["disclaimer"]


def test_what_needs_no_licence_says_what_it_rests_on() -> None:
    free = Decision(
        act=Act.REDISTRIBUTE, verdict=Verdict.PERMITTED, rule="us-1401-1923", citation="17 USC 1401(a)(2)"
    )
    record = record_of(replace(holding_under("CC0-1.0"), statements=()), path="data/x", decision=free)
    told = lines(record)
    assert told["licence"] == "none relied on: permitted by us-1401-1923 (17 USC 1401(a)(2))"
    assert told["asks for"] == "nothing"


def test_places_to_which_it_is_limited_are_named() -> None:
    record = replace(record_under("CC-BY-4.0"), territories=("SE", "US"))
    assert lines(record)["only in"] == "SE, US"


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("CC-BY-4.0", "Creative Commons Attribution 4.0 International"),
        ("CC-BY-NC-ND-4.0", "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International"),
        ("CC-BY-ND-3.0", "Creative Commons Attribution-NoDerivs 3.0 Unported"),
        ("CC-BY-SA-2.5", "Creative Commons Attribution-ShareAlike 2.5 Generic"),
        ("CC-BY-3.0-DE", "Creative Commons Attribution 3.0 DE"),
        ("CC0-1.0", "CC0 1.0 Universal"),
        ("GPL-2.0-or-later", "GNU General Public License, version 2.0 or any later version"),
        ("AGPL-3.0-only", "GNU Affero General Public License, version 3.0 only"),
        ("MIT", "MIT"),
    ],
)
def test_licences_are_called_by_their_names(licence: str, name: str) -> None:
    assert licence_name(licence) == name
    assert f"{name} ([{licence}]({licence_url(licence)}))" in entry(record_under(licence))


@pytest.mark.parametrize("licence", ["MIT", "CC0-1.0", "LicenseRef-mine", "", "CC-BY-4.0 "])
def test_what_is_not_in_the_table_has_no_duty_of_it(licence: str) -> None:
    assert (disclaimer_of(licence), offers_of(licence)) == (None, ())


def test_every_gnu_licence_that_the_gate_permits_has_its_offer() -> None:
    (gnu,) = [rule for rule in RULES if rule.name == "gpl"]
    known = [
        f"{kind}GPL-{version}-{how}"
        for kind in ("", "L", "A")
        for version in ("1.0", "2.0", "2.1", "3.0")
        for how in ("only", "or-later")
    ]
    real = {"GPL-1.0", "GPL-2.0", "GPL-3.0", "LGPL-2.0", "LGPL-2.1", "LGPL-3.0", "AGPL-3.0"}
    for licence in known:
        if licence.removesuffix("-only").removesuffix("-or-later") in real:
            assert gnu.pattern.fullmatch(licence)
            assert offers_of(licence)
            assert disclaimer_of(licence)


@given(RECORDS)
@settings(max_examples=40)
def test_whatever_a_record_says_it_is_one_entry_of_plain_lines(record: Record) -> None:
    text = entry(replace(record, licence="CC-BY-4.0"))  # a licence relied on is always a canonical one
    assert len(re.findall(r"^- \*\*", text, flags=re.MULTILINE)) == 1
    body = text.split("\n\n", 2)[2].splitlines()
    assert all(line.startswith(("- **", "  - ")) for line in body)


def test_neither_the_words_behind_a_statement_nor_a_folder_of_the_depositor_is_there() -> None:
    held = holding_under("CC-BY-4.0")
    worded = replace(held, statements=(replace(held.statements[0], words=held.content_id),))
    record = record_of(
        worded,
        path="data/x",
        decision=Decision(
            act=Act.REDISTRIBUTE,
            verdict=Verdict.PERMITTED,
            rule="cc-by",
            citation="CC BY 4.0",
            licence="CC-BY-4.0",
        ),
    )
    assert held.content_id not in entry(record)
    assert "/home/eve" not in entry(record)


def test_a_tag_of_ten_megabytes_is_cut() -> None:
    tags = (("COPYRIGHT", ("*" * 10_000_000,)), ("URL", ("https://x/" + "y" * 10_000_000,)))
    assert len(entry(record_under("CC-BY-4.0", tags=tags))) < 5_000
