"""Withdrawing: dark at once, reversed one by one, and the same again changes nothing."""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import standing
from longplay.curation.withdrawal import Done, Withdrawal
from longplay.errors import NotFound, UsageError
from longplay.ledger import queries, rights, withdrawn
from longplay.model.events import RecordingWithdrawn, WithdrawalReversed
from longplay.model.rights import WORLD, Act, Purpose, Verdict
from longplay.model.withdrawal import ReasonClass
from longplay.rights.gate import decide
from longplay.wiring import Archive, new_id, now

SONG = standing.id_of("song")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with standing.made(tmp_path / "archive", "song", "other") as made:
        yield made


def use_case(archive: Archive) -> Withdrawal:
    return Withdrawal(ledger=archive.ledger, evidence=archive.evidence, clock=now, new_id=new_id)


def withdraw(
    archive: Archive,
    reason: ReasonClass = ReasonClass.RIGHTS_CLAIM,
    by: str = "Ada",
    words: str = "Eve of Example Records claims it",
) -> Done:
    with archive.writing() as register:
        return use_case(archive).withdraw(register, SONG, reason=reason, by=by, words=words)


def reverse(archive: Archive, statement: str | None = None, words: str = "a mistake") -> Done:
    with archive.writing() as register:
        return use_case(archive).reverse(register, SONG, statement=statement, by="Bo", words=words)


def verdicts(archive: Archive, name: str = "song") -> dict[Act, Verdict]:
    with archive.ledger.reading() as connection:
        holding = queries.holding(connection, standing.id_of(name))
    assert holding is not None
    obj = archive.rights_object(holding)
    return {act: decide(act, obj, WORLD, date(2026, 11, 25), Purpose.ARCHIVE).verdict for act in Act}


def test_a_withdrawn_recording_is_dark_at_once_for_every_act_but_preserve(archive: Archive) -> None:
    before = verdicts(archive)
    withdraw(archive)
    after = verdicts(archive)
    assert after.pop(Act.PRESERVE) is before[Act.PRESERVE]
    assert before[Act.PRESERVE] is not Verdict.REFUSED
    assert set(after.values()) == {Verdict.REFUSED}
    assert verdicts(archive, "other") == before


def test_a_reversed_withdrawal_leaves_what_was_permitted_before(archive: Archive) -> None:
    before = verdicts(archive)
    done = withdraw(archive)
    assert reverse(archive) == Done(statement=done.statement, is_new=True, others=())
    assert verdicts(archive) == before


def test_several_withdrawals_stand_side_by_side_and_each_is_reversed_by_itself(archive: Archive) -> None:
    first = withdraw(archive)
    second = withdraw(archive, ReasonClass.COURT_ORDER, words="order 17/2026")
    assert second.others == (first.statement,)
    with pytest.raises(UsageError, match="several withdrawals"):
        reverse(archive)
    assert reverse(archive, second.statement[:6]).others == (first.statement,)
    assert verdicts(archive)[Act.STREAM] is Verdict.REFUSED
    assert reverse(archive).statement == first.statement
    assert verdicts(archive)[Act.STREAM] is not Verdict.REFUSED


def test_withdrawing_and_reversing_again_say_so_and_write_nothing(archive: Archive) -> None:
    first, again = withdraw(archive), withdraw(archive)
    assert (again.statement, again.is_new) == (first.statement, False)
    reverse(archive)
    assert not reverse(archive).is_new
    assert not reverse(archive, first.statement).is_new
    assert len(standing.facts_of(archive, RecordingWithdrawn)) == 1
    assert len(standing.facts_of(archive, WithdrawalReversed)) == 1


def test_a_reversed_withdrawal_can_be_made_again(archive: Archive) -> None:
    first = withdraw(archive)
    reverse(archive)
    second = withdraw(archive)
    assert second.is_new
    assert second.statement != first.statement
    assert verdicts(archive)[Act.MINE] is Verdict.REFUSED


def test_a_dry_run_writes_nothing_and_says_the_same(archive: Archive) -> None:
    case, words = use_case(archive), "nobody keeps this"
    before = sorted(archive.root.rglob("*"))
    done = case.withdraw(None, SONG, reason=ReasonClass.POLICY, by="Ada", words=words)
    assert done.is_new
    assert sorted(archive.root.rglob("*")) == before
    withdraw(archive, ReasonClass.POLICY, words=words)
    assert not case.withdraw(None, SONG, reason=ReasonClass.POLICY, by="Ada", words=words).is_new
    assert case.reverse(None, SONG, by="Bo", words="why").is_new
    assert verdicts(archive)[Act.STREAM] is Verdict.REFUSED


def test_the_words_are_evidence_and_never_in_the_journal(archive: Archive) -> None:
    withdraw(archive, words="Eve Example, eve@example.org, claims it")
    reverse(archive, words="Eve Example took it back")
    journal = b"".join(path.read_bytes() for path in archive.journal.rglob("*.jsonl"))
    assert b"Eve" not in journal
    with archive.ledger.reading() as connection:
        known = withdrawn.words_known(connection)
        (one,) = withdrawn.withdrawals_of(connection, SONG)
    kept = {archive.evidence.get(name) for name in known}
    assert {b"Eve Example, eve@example.org, claims it", b"Eve Example took it back"} <= kept
    assert one[0].words in known


@pytest.mark.parametrize("by", ["", "  "])
def test_nobody_is_no_person(archive: Archive, by: str) -> None:
    with pytest.raises(UsageError, match="person"):
        withdraw(archive, by=by)


def test_reversing_needs_words_and_something_to_reverse(archive: Archive) -> None:
    with pytest.raises(NotFound, match="never withdrawn"):
        reverse(archive)
    withdraw(archive)
    with pytest.raises(UsageError, match="words"):
        reverse(archive, words=" ")
    with pytest.raises(NotFound, match="no one withdrawal"):
        reverse(archive, "ffffffffffffffffff")
    assert verdicts(archive)[Act.STREAM] is Verdict.REFUSED


def test_what_is_published_of_it_is_named(archive: Archive) -> None:
    standing.record(archive, *standing.published(archive, "song", "other"))
    standing.record(archive, standing.copied(archive, "song", b"opus"))
    affected = use_case(archive).affected(SONG)
    assert affected.places == (("bundle-1", "data/song.flac"),)
    assert (affected.editions, affected.copies) == (("first",), 1)


acts = st.lists(
    st.one_of(
        st.tuples(
            st.just("withdraw"),
            st.sampled_from([ReasonClass.POLICY, ReasonClass.COURT_ORDER]),
            st.sampled_from(["Ada", "Bo"]),
        ),
        st.tuples(st.just("reverse"), st.integers(0, 3), st.none()),
    ),
    max_size=7,
)


@settings(max_examples=8)
@given(acts=acts)
def test_after_any_sequence_it_is_dark_exactly_while_a_withdrawal_stands(
    acts: list[tuple[str, ReasonClass | int, str | None]],
) -> None:
    """The oracle is a list of what stands. A ledger made again has the same state digest."""
    with (
        tempfile.TemporaryDirectory() as folder,
        standing.made(Path(folder) / "archive", "song") as archive,
    ):
        stands: dict[tuple[object, object], str] = {}
        for verb, what, by in acts:
            if verb == "withdraw":
                done = withdraw(archive, what, str(by))
                assert done.is_new == ((what, by) not in stands)
                assert stands.setdefault((what, by), done.statement) == done.statement
            elif stands:
                key = sorted(stands, key=str)[int(what) % len(stands)]
                assert reverse(archive, stands.pop(key)).is_new
            assert (verdicts(archive)[Act.REDISTRIBUTE] is Verdict.REFUSED) == bool(stands)
        with archive.ledger.reading() as connection:
            assert {one.statement for one in rights.withdrawals(connection)} == set(stands.values())
            assert withdrawn.counts(connection)["withdrawn"] == bool(stands)
        assert standing.digest_anew(archive, Path(folder) / "again") == standing.digest(archive)
