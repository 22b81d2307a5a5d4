"""`longplay rights`: what is stated is shown, explained, checked, decided and foretold."""

from pathlib import Path

import pytest

from archives import json_of, longplay
from longplay.ledger import queries
from longplay.wiring import open_archive


@pytest.fixture
def ids(archive: Path) -> dict[str | None, str]:
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        return {one.described("title"): one.content_id for one in queries.holdings(connection)}


def told(archive: Path) -> tuple[object, ...]:
    return ("--by", "Ada", "--reason", "a letter of 3 May", "--archive", archive)


def test_check_counts_by_verdict_and_rule_and_names_who_is_asked_for(archive: Path) -> None:
    ran = json_of("rights", "check", "--list", "unknown", "--archive", archive)
    counts = {
        (line["verdict"], line["rule"]): line["holdings"] for line in ran.lines if line["type"] == "count"
    }
    assert counts == {
        ("permitted", "dedication"): 1,
        ("permitted_with_conditions", "cc-by"): 1,
        ("permitted_with_conditions", "cc-by-sa"): 1,
        ("permitted_with_conditions", "cc-by-nc"): 1,
        ("unknown", "fact-missing"): 1,
        ("unknown", "no-statement"): 1,
    }
    assert len([line for line in ran.lines if line["type"] == "decided"]) == 2
    sold = json_of("rights", "check", "--purpose", "commercial", "--archive", archive)
    assert sold.summary["verdicts"]["refused"] == 1


def test_explain_says_yes_or_no_why_and_what_next(archive: Path, ids: dict[str | None, str]) -> None:
    yes = longplay("rights", "explain", ids["Alpha"], "redistribute", "--archive", archive).out
    assert "Yes, under conditions. Relied on: CC-BY-4.0." in yes
    assert "CC BY 4.0 s.2(a)(1)" in yes
    assert "name the author" in yes
    ran = longplay("rights", "explain", ids["Reserved"], "redistribute", "--archive", archive)
    assert "Not known, so no." in ran.out
    assert "All rights reserved" in ran.out
    assert "longplay rights decide" in ran.err


def test_a_decision_holds_is_shown_and_what_it_ended_stays_on_record(
    archive: Path, ids: dict[str | None, str]
) -> None:
    reserved = ids["Reserved"]
    assert longplay("rights", "decide", reserved, "--licence", "CC-BY-4.0", *told(archive)).code == 0
    shown = json_of("rights", "show", reserved, "--archive", archive).lines[:-1]
    assert [line["superseded"] is None for line in shown] == [False, True]
    assert shown[0]["superseded"]["by"] == "Ada"
    assert shown[1]["words"] == "a letter of 3 May"
    explained = json_of("rights", "explain", reserved, "stream", "--archive", archive).summary
    assert explained["decision"]["licence"] == "CC-BY-4.0"
    again = longplay("rights", "decide", reserved, "--licence", "CC-BY-4.0", *told(archive))
    assert (again.code, "nothing would change" in again.err) == (2, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--licence", "whatever"),
        ("--permit", "stream"),
        ("--unpublished", "--published", "1950"),
        ("--ends", "ffff"),
        ("--licence", "CC0-1.0", "--territory", "Sweden"),
        ("--kind", "reservation", "--forbid", "stream", "--territory", "UK"),
        ("--kind", "reservation", "--forbid", "stream", "--territory", "001", "--territory", "SE"),
    ],
)
def test_nonsense_is_not_decided(archive: Path, ids: dict[str | None, str], options: tuple[str, ...]) -> None:
    assert longplay("rights", "decide", ids["Reserved"], *options, *told(archive)).code == 2
    assert len(json_of("rights", "show", ids["Reserved"], "--archive", archive).lines) == 2


def test_what_is_forbidden_everywhere_is_forbidden_in_each_place(
    archive: Path, ids: dict[str | None, str]
) -> None:
    options = ("--kind", "reservation", "--forbid", "stream", "--territory", "001", "--keep-others")
    assert longplay("rights", "decide", ids["Alpha"], *options, *told(archive)).code == 0
    for place in ("001", "EU", "SE", "GB"):
        ran = json_of("rights", "explain", ids["Alpha"], "stream", "--territory", place, "--archive", archive)
        assert ran.summary["decision"]["verdict"] == "refused"


@pytest.mark.parametrize(
    ("options", "territory", "free"),
    [
        (("--unpublished", "--fixed", "1930", "--communicated", "1950"), "SE", "eu-unpublished-lapsed"),
        (("--for-hire", "--fixed", "1975", "--published", "1975"), "US", "us-304-for-hire-1972-77"),
        (("--not-for-hire", "--fixed", "1975", "--published", "1975"), "US", "us-302-304"),
    ],
)
def test_every_fact_that_a_term_asks_for_can_be_decided(
    archive: Path, ids: dict[str | None, str], options: tuple[str, ...], territory: str, free: str
) -> None:
    assert longplay("rights", "decide", ids["Unstated"], *options, *told(archive)).code == 0
    asked = ("--territory", territory, "--archive", archive)
    ran = json_of("rights", "explain", ids["Unstated"], "stream", *asked)
    assert ran.summary["tests"]["recording"]["rule"] == free


def test_the_calendar_foretells_when_a_recording_becomes_free(
    archive: Path, ids: dict[str | None, str]
) -> None:
    facts = ("--published", "1926", "--work-published", "1924")
    assert longplay("rights", "decide", ids["Unstated"], *facts, *told(archive)).code == 0
    ran = json_of("rights", "calendar", "--day", "2026-11-25", "--archive", archive)
    [change] = [line for line in ran.lines if line["type"] == "change"]
    assert (change["day"], change["territory"], change["to"]) == ("2027-01-01", "US", "permitted")
    early = json_of("rights", "calendar", "--day", "2026-11-25", "--until", "2026", "--archive", archive)
    assert early.summary["changes"] == 0


def test_a_permission_that_runs_out_is_foretold_too(archive: Path, ids: dict[str | None, str]) -> None:
    options = ("--kind", "deposit-agreement", "--permit", "stream", "--until", "2030-12-31")
    assert longplay("rights", "decide", ids["Unstated"], *options, *told(archive)).code == 0
    ran = json_of("rights", "calendar", "--act", "stream", "--territory", "SE", "--archive", archive)
    [change] = [line for line in ran.lines if line["type"] == "change"]
    assert (change["day"], change["from"], change["to"]) == ("2031-01-01", "permitted", "unknown")


def test_evidence_that_was_erased_is_said_to_be(archive: Path, ids: dict[str | None, str]) -> None:
    assert longplay("rights", "decide", ids["Reserved"], "--licence", "CC0-1.0", *told(archive)).code == 0
    for path in (archive / "evidence").glob("??/*"):
        path.unlink()
    shown = longplay("rights", "show", ids["Reserved"], "--archive", archive).out
    assert "erased, or missing" in shown
    assert "a letter of 3 May" not in shown
    journal = b"".join(path.read_bytes() for path in (archive / "journal").rglob("*.jsonl"))
    assert b"a letter of 3 May" not in journal
