"""Rights in the ledger: statements are only superseded, withdrawals reversed, and the past can be read."""

from collections.abc import Callable
from pathlib import Path

from facts import (
    STATEMENT,
    content_ids,
    journal,
    noticed,
    open_in,
    opened,
    purged,
    recording,
    reversed_,
    stated,
    statement_of,
    withdrawal,
    withdrawn,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longplay.formats.statements import statement_id
from longplay.ledger import rights
from longplay.ledger.ledger import Ledger
from longplay.ledger.withdrawn import words_known
from longplay.model.withdrawal import ReasonClass

OpenLedger = Callable[..., Ledger]
[SONG] = content_ids(b"song")


def test_a_determination_takes_the_place_of_what_it_ends_and_both_stay_on_record(
    folder: Path, open_ledger: OpenLedger
) -> None:
    decided = statement_of("CC0-1.0")
    journal(folder, [opened(), recording(b"song"), stated(b"song", decided, ends=(STATEMENT,))])
    with open_ledger().reading() as connection:
        assert rights.statements_in_force(connection, [SONG]) == {SONG: (decided,)}
        before, after = rights.history(connection, SONG)
    assert (before.statement, before.by) == (STATEMENT, "longplay 0")
    assert before.superseded is not None
    assert (before.superseded.by, before.superseded.reason) == ("Ada", "a letter")
    assert (after.statement, after.by, after.superseded) == (decided, "Ada", None)


def test_what_was_ended_does_not_come_back_when_it_is_read_again(folder: Path, open_ledger: OpenLedger) -> None:
    ended = stated(b"song", ends=(STATEMENT,))
    journal(folder, [opened(), recording(b"song"), ended, stated(b"song", STATEMENT, by="longplay")])
    with open_ledger().reading() as connection:
        assert rights.statements_in_force(connection, [SONG]) == {}
        assert rights.has_statement(connection, SONG, statement_id(STATEMENT))


def test_the_past_is_read_as_it_was(folder: Path, open_ledger: OpenLedger) -> None:
    facts = [opened(), recording(b"song"), withdrawn(b"song"), reversed_(b"song"), purged(b"song")]
    journal(folder, facts)
    ledger = open_ledger()
    [head] = ledger.heads()
    expected = {2: ([STATEMENT], [], []), 3: ([STATEMENT, withdrawal()], [SONG], [SONG])}
    expected |= {4: ([STATEMENT], [], []), 5: ([STATEMENT], [], [SONG])}
    with ledger.reading() as connection:
        for seq, (statements, dark, stones) in expected.items():
            then = [type(head)(writer=head.writer, seq=seq, line_hash="")]
            found = rights.statements_in_force(connection, [SONG], then)[SONG]
            assert sorted(found, key=statement_id) == sorted(statements, key=statement_id)
            assert [one.content_id for one in rights.withdrawals(connection, then)] == dark
            assert [one.content_id for one in rights.tombstones(connection, then)] == stones


def test_each_of_several_withdrawals_is_reversed_by_itself(folder: Path, open_ledger: OpenLedger) -> None:
    journal(
        folder,
        [
            opened(),
            recording(b"song"),
            withdrawn(b"song", "1"),
            withdrawn(b"song", "2"),
            reversed_(b"song", "1"),
        ],
    )
    with open_ledger().reading() as connection:
        [one] = rights.withdrawals(connection)
    assert one.statement == statement_id(withdrawal("2"))
    assert one.reason is ReasonClass.RIGHTS_CLAIM


def test_a_tombstone_names_nobody(folder: Path, open_ledger: OpenLedger) -> None:
    journal(folder, [opened(), recording(b"song"), withdrawn(b"song"), purged(b"song", b"its copy")])
    with open_ledger().reading() as connection:
        [stone] = rights.tombstones(connection)
        assert rights.is_purged(connection, content_ids(b"its copy")[0])
    assert stone.is_purged
    assert stone.reason is ReasonClass.COURT_ORDER
    assert "Ada" not in repr(stone)


def test_papers_on_file_are_listed_and_their_words_are_expected(folder: Path, open_ledger: OpenLedger) -> None:
    journal(folder, [opened(), recording(b"song"), noticed(b"song"), withdrawn(b"song")])
    with open_ledger().reading() as connection:
        [notice] = rights.notices(connection)
        assert notice.about == (SONG,)
        assert words_known(connection) == set(content_ids(b"a notice", b"a claim"))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(["w1", "w2", "r1", "r2"]))
def test_the_order_of_a_withdrawal_and_its_reversal_does_not_matter_to_the_end(
    folder: Path, order: list[str]
) -> None:
    made = {
        "w1": withdrawn(b"song", "1"),
        "w2": withdrawn(b"song", "2"),
        "r1": reversed_(b"song", "1"),
        "r2": reversed_(b"song", "2"),
    }
    place = folder / "-".join(order)
    (place / "journal").mkdir(parents=True, exist_ok=True)
    journal(place, [opened(), recording(b"song"), *(made[name] for name in order)])
    ledger = open_in(place)
    with ledger.reading() as connection:
        assert list(rights.withdrawals(connection)) == []
    ledger.close()
