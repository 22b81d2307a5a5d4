"""The ledger: a projection that is the same in whatever portions and after whatever kill it is made."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from facts import (
    AGENT,
    STATEMENT,
    Ticking,
    checked,
    companion,
    content_ids,
    digest_of,
    duplicate,
    histories,
    history,
    journal,
    journalled,
    open_in,
    opened,
    recording,
    refused,
    rows_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import ExitCode, JournalBroken, StorageError
from longplay.ledger import ledger as ledger_module
from longplay.ledger import queries, rights
from longplay.ledger.journal import JournalWriter, read_chain
from longplay.ledger.ledger import SCHEMA_VERSION, Ledger, remove
from longplay.ledger.register import Register
from longplay.ledger.segments import segment_path
from longplay.model.events import AccessionClosed, EditionOpened, EditionPublished, Fact

OpenLedger = Callable[[], Ledger]


def ignored(rows: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    return {name: found for name, found in rows.items() if name != "applied"}


def test_a_fresh_ledger_is_empty_and_of_the_present_version(folder: Path, open_ledger: OpenLedger) -> None:
    ledger = open_ledger()
    assert ledger.heads() == []
    assert not any(rows_of(ledger).values())
    with sqlite3.connect(folder / "ledger.sqlite") as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()


@settings(max_examples=8)
@given(facts=histories)
def test_projecting_the_same_lines_again_changes_nothing(
    facts: list[Fact], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    journal(folder, facts)
    ledger = open_in(folder)
    before = rows_of(ledger)
    ledger.apply(list(read_chain(folder / "journal", "w0001")))
    assert rows_of(ledger) == before
    assert ledger.catch_up() == 0
    ledger.close()


@settings(max_examples=8)
@given(facts=histories, data=st.data())
def test_projecting_in_portions_equals_projecting_all_at_once(
    facts: list[Fact], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, other = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("portions")
    journal(folder, facts)
    whole = open_in(folder)
    portions = Ledger.open(other / "ledger.sqlite", journal=other / "journal")
    lines = list(read_chain(folder / "journal", "w0001"))
    cut = data.draw(st.integers(0, len(lines)), label="cut")
    overlap = data.draw(st.integers(0, cut), label="overlap")
    portions.apply(lines[:cut])
    portions.apply(lines[cut - overlap :])
    assert rows_of(portions) == rows_of(whole)
    whole.close()
    portions.close()


@settings(max_examples=8)
@given(facts=histories)
def test_a_ledger_that_is_deleted_comes_back_row_for_row(
    facts: list[Fact], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    with open_in(folder).transaction():
        pass
    ledger = open_in(folder)
    with Register.open(
        folder / "journal", ledger, clock=Ticking(), agent=AGENT, flush=lambda: None
    ) as register:
        for fact in facts:
            register.record([fact])
    before, digest = rows_of(ledger), digest_of(ledger)
    ledger.close()
    remove(folder / "ledger.sqlite")
    again = open_in(folder)
    assert rows_of(again) == before
    assert digest_of(again) == digest
    again.close()


def test_every_kind_of_event_comes_back_after_the_ledger_was_deleted(
    folder: Path, open_ledger: OpenLedger
) -> None:
    journal(folder, history())
    ledger = open_ledger()
    before, digest = rows_of(ledger), digest_of(ledger)
    assert all(found for name, found in before.items())
    ledger.close()
    remove(folder / "ledger.sqlite")
    assert list(folder.glob("ledger.sqlite*")) == []
    assert rows_of(open_ledger()) == before
    assert digest_of(open_ledger()) == digest


def test_a_database_file_deleted_without_its_log_comes_back_too(folder: Path, open_ledger: OpenLedger) -> None:
    journal(folder, history())
    ledger = open_ledger()
    before = rows_of(ledger)
    with ledger.reading():  # keeps the log in place
        (folder / "ledger.sqlite").unlink()
    ledger.close()
    (folder / "ledger.sqlite-wal").write_bytes(b"left over")
    assert rows_of(open_ledger()) == before


def test_lines_that_were_journalled_but_not_projected_are_caught_up_with(
    folder: Path, open_ledger: OpenLedger
) -> None:
    facts = history()
    journal(folder, facts[:4])
    ledger = open_ledger()
    journal(folder, facts[4:])
    assert [head.seq for head in ledger.heads()] == [4]
    assert ledger.catch_up() == len(facts) - 4
    caught_up = rows_of(ledger)
    ledger.close()
    remove(folder / "ledger.sqlite")
    assert rows_of(open_ledger()) == caught_up


def test_more_lines_than_a_batch_are_caught_up_with(
    folder: Path, open_ledger: OpenLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal(folder, history())
    whole = rows_of(open_ledger())
    monkeypatch.setattr(ledger_module, "BATCH", 3)
    remove(folder / "ledger.sqlite")
    assert rows_of(open_ledger()) == whole


def test_a_register_catches_up_before_anything_is_written(folder: Path, open_ledger: OpenLedger) -> None:
    ledger = open_ledger()
    journal(folder, history())
    with Register.open(
        folder / "journal", ledger, clock=Ticking(), agent=AGENT, flush=lambda: None
    ) as register:
        assert [head.seq for head in ledger.heads()] == [len(history())]
        (event,) = register.record([refused("later")])
    assert event.seq == len(history()) + 1
    assert ledger.catch_up() == 0


def test_a_ledger_that_was_made_again_meanwhile_catches_up_before_it_goes_on(
    folder: Path, open_ledger: OpenLedger
) -> None:
    with Register.open(
        folder / "journal", open_ledger(), clock=Ticking(), agent=AGENT, flush=lambda: None
    ) as register:
        register.record([opened(), recording(b"first")])
        Ledger.open(folder / "empty.sqlite", journal=folder / "elsewhere").close()
        remove(folder / "ledger.sqlite")
        (folder / "empty.sqlite").rename(folder / "ledger.sqlite")
        register.record([recording(b"second")])
        with register.ledger.reading() as connection:
            held = {holding.content_id for holding in queries.holdings(connection)}
    assert held == set(content_ids(b"first", b"second"))


def test_a_register_makes_blobs_durable_before_it_journals_them(folder: Path, open_ledger: OpenLedger) -> None:
    seen: list[int] = []

    def flush() -> None:
        seen.append(sum(map(len, journalled(folder / "journal"))))

    with Register.open(
        folder / "journal", open_ledger(), clock=Ticking(), agent=AGENT, flush=flush
    ) as register:
        register.record([opened()])
        register.record([recording(b"song")])
    assert seen[0] == 0
    assert 0 < seen[1] < sum(map(len, journalled(folder / "journal")))


def test_a_ledger_that_knows_more_than_the_journal_is_refused(folder: Path, open_ledger: OpenLedger) -> None:
    journal(folder, history())
    open_ledger().close()
    segment = segment_path(folder / "journal" / "w0001", 1)
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join(lines[:-2]))
    with pytest.raises(JournalBroken, match=f"the ledger knows line {len(lines)}") as broken:
        open_ledger()
    assert broken.value.exit_code is ExitCode.JOURNAL


def test_a_ledger_whose_chain_is_gone_is_refused(folder: Path, open_ledger: OpenLedger) -> None:
    journal(folder, history())
    open_ledger().close()
    segment_path(folder / "journal" / "w0001", 1).unlink()
    with pytest.raises(JournalBroken, match="w0001, line 0"):
        open_ledger()


def test_a_changed_last_line_is_noticed_by_the_ledger(folder: Path, open_ledger: OpenLedger) -> None:
    journal(folder, [*history(), refused("x.doc")])
    open_ledger().close()
    segment = segment_path(folder / "journal" / "w0001", 1)
    segment.write_bytes(segment.read_bytes().replace(b"x.doc", b"y.doc"))
    with pytest.raises(JournalBroken):
        open_ledger()


def test_a_journal_that_goes_on_differently_than_the_ledger_knows_is_refused(
    folder: Path, open_ledger: OpenLedger
) -> None:
    journal(folder, history())
    open_ledger().close()
    segment = segment_path(folder / "journal" / "w0001", 1)
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join(lines[:-1]))
    journal(folder, [refused("instead"), refused("and on")])
    with pytest.raises(JournalBroken):
        open_ledger()


def test_a_ledger_of_another_version_is_made_again(folder: Path, open_ledger: OpenLedger) -> None:
    journal(folder, history())
    before = rows_of(open_ledger())
    with sqlite3.connect(folder / "ledger.sqlite") as raw:
        raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        raw.execute("DROP TABLE finding")
    raw.close()
    assert rows_of(open_ledger()) == before


def test_a_ledger_that_is_no_database_says_how_to_make_it_again(folder: Path, open_ledger: OpenLedger) -> None:
    (folder / "ledger.sqlite").write_bytes(b"no database at all, and long enough to be looked at" * 40)
    with pytest.raises(StorageError, match="longplay rebuild"):
        open_ledger()


def test_an_accession_taken_up_by_an_earlier_chain_is_projected_whole(
    folder: Path, open_ledger: OpenLedger
) -> None:
    """The second of two processes is killed; the rerun holds the first chain and takes its accession up."""
    ledger = open_ledger()
    clock = Ticking()
    first = JournalWriter.open(folder / "journal", clock=clock, agent=AGENT)
    second = JournalWriter.open(folder / "journal", clock=clock, agent=AGENT)
    ledger.apply(first.append([opened("own", source="Deposit 0"), refused("a", accession="own")]))
    ledger.apply(second.append([opened("two"), recording(b"kept", accession="two")]))
    second.close()
    ledger.apply(
        first.append(
            [
                recording(b"more", accession="two", path="more.flac"),
                duplicate(b"kept", accession="two"),
                companion(b"cover", accession="two"),
                AccessionClosed(accession="two"),
            ]
        )
    )
    first.close()
    before, digest = rows_of(ledger), digest_of(ledger)
    ledger.close()
    remove(folder / "ledger.sqlite")
    assert rows_of(open_ledger()) == before
    assert digest_of(open_ledger()) == digest


def test_chains_that_wait_for_one_another_in_turn_are_projected_whole(
    folder: Path, open_ledger: OpenLedger
) -> None:
    ledger = open_ledger()
    clock = Ticking()
    first = JournalWriter.open(folder / "journal", clock=clock, agent=AGENT)
    second = JournalWriter.open(folder / "journal", clock=clock, agent=AGENT)
    ledger.apply(second.append([opened("two")]))
    ledger.apply(first.append([companion(b"a", accession="two"), opened("one")]))
    ledger.apply(second.append([companion(b"b", accession="one", path="b.jpg"), opened("three")]))
    ledger.apply(
        first.append(
            [AccessionClosed(accession="three"), EditionOpened(edition="e", date="2026-05-01", heads=())]
        )
    )
    ledger.apply(second.append([EditionPublished(edition="e", bundles=())]))
    first.close()
    second.close()
    before = rows_of(ledger)
    ledger.close()
    remove(folder / "ledger.sqlite")
    assert rows_of(open_ledger()) == before


def test_a_line_about_an_accession_nobody_opened_is_a_broken_journal(
    folder: Path, open_ledger: OpenLedger
) -> None:
    journal(folder, [opened(), recording(b"song", accession="nobody")])
    with pytest.raises(JournalBroken, match=r"line 2: .*nobody"):
        open_ledger()


@pytest.mark.parametrize("healed_by", [0, 1])
def test_the_latest_fixity_check_counts_whichever_chain_it_stands_in(
    folder: Path, open_ledger: OpenLedger, healed_by: int
) -> None:
    ledger = open_ledger()
    clock = Ticking()
    both = [JournalWriter.open(folder / "journal", clock=clock, agent=AGENT) for _ in range(2)]
    ledger.apply(both[0].append([opened(), recording(b"song")]))
    ledger.apply(both[1 - healed_by].append([checked(b"song", damaged=True)]))
    ledger.apply(both[healed_by].append([checked(b"song", damaged=False)]))
    for writer in both:
        writer.close()
    before = rows_of(ledger)
    ledger.close()
    remove(folder / "ledger.sqlite")
    assert rows_of(open_ledger()) == before
    with open_ledger().reading() as connection:
        assert queries.damaged(connection) == {}


def test_a_later_check_in_the_same_chain_counts_even_when_the_clock_was_set_back(
    folder: Path, open_ledger: OpenLedger
) -> None:
    for start, damaged in (("2026-06-01T00:00:00+00:00", True), ("2026-05-01T00:00:00+00:00", False)):
        writer = JournalWriter.open(folder / "journal", clock=Ticking(start), agent=AGENT)
        writer.append([checked(b"song", damaged=damaged)])
        writer.close()
    with open_ledger().reading() as connection:
        assert queries.damaged(connection) == {}


@settings(max_examples=8)
@given(facts=histories)
def test_two_chains_give_the_same_holdings_in_either_order(
    facts: list[Fact], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What one process met and what another met, swapped: the same is held, with the same provenances."""
    openings, rest = facts[:3], facts[3:]
    kept = []
    for chains in ((rest[::2], rest[1::2]), (rest[1::2], rest[::2])):
        folder = tmp_path_factory.mktemp("archive")
        journal(folder, *(openings * (number == 0) + chain for number, chain in enumerate(chains)))
        ledger = open_in(folder)
        with ledger.reading() as connection:
            kept.append(
                {
                    one.content_id: sorted(place.path + place.source for place in one.provenances)
                    for one in queries.holdings(connection)
                }
            )
        ledger.close()
    assert kept[0] == kept[1]


def test_statements_of_a_duplicate_are_added_to_the_holding(folder: Path, open_ledger: OpenLedger) -> None:
    plain = recording(b"song", statements=())
    again = duplicate(b"song")
    journal(folder, [opened(), plain, type(again)(**{**_fields(again), "statements": (STATEMENT,)})])
    with open_ledger().reading() as connection:
        [song] = content_ids(b"song")
        assert rights.statements_in_force(connection, [song]) == {song: (STATEMENT,)}


def _fields(fact: Fact) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fact.__slots__}
