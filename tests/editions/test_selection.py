"""What goes into an edition: only what the gate permits, by partition, as of the edition's journal heads."""

from pathlib import Path

import pytest

import archives
from archives import DARK, LICENCES, json_of
from longplay.editions.bag import members_of
from longplay.editions.selection import Chosen, Doorkeeper, partition_of, select
from longplay.ledger import queries
from longplay.model.editions import Partition
from longplay.model.events import Head
from longplay.model.rights import KeepingBasis
from longplay.rights.gate import decide
from longplay.wiring import Archive, now, open_archive


def doorkeeper() -> Doorkeeper:
    return Doorkeeper(gate=decide, keeping=KeepingBasis.OWN_COLLECTION, day=now().date())


def chosen(archive: Archive, heads: list[Head] | None = None) -> list[Chosen]:
    """What an edition opened now, or at those heads, would consist of."""
    with archive.ledger.reading() as connection:
        at = archive.ledger.heads() if heads is None else heads
        names = queries.bundle_names(connection)
        return list(select(connection, doorkeeper(), bundles=names, heads=at).fresh)


def titles(archive: Archive, heads: list[Head] | None = None) -> dict[Partition, list[str | None]]:
    """The titles chosen, by partition, in their order."""
    with archive.ledger.reading() as connection:
        held = {one.content_id: one.described("title") for one in queries.holdings(connection)}
    return {
        one.partition: [held[content_id] for content_id in one.content_ids] for one in chosen(archive, heads)
    }


ALL = {Partition.FREE: ["Alpha", "Beta", "Gamma"], Partition.NON_COMMERCIAL: ["Delta"]}


def test_only_what_the_gate_permits_is_chosen_by_partition_in_the_order_of_names(ingested: Path) -> None:
    with open_archive(ingested) as archive:
        assert titles(archive) == ALL


def test_each_member_is_permitted_and_in_the_partition_its_conditions_ask_for(ingested: Path) -> None:
    with open_archive(ingested) as archive, archive.ledger.reading() as connection:
        for one in chosen(archive):
            for member in members_of(connection, one, doorkeeper(), heads=archive.ledger.heads()):
                assert member.decision.permits
                assert partition_of(member.decision) is one.partition


def test_at_no_heads_there_is_nothing(ingested: Path) -> None:
    with open_archive(ingested) as archive:
        assert chosen(archive, []) == []


def test_what_is_known_to_be_damaged_is_left_out_until_it_is_healed(archive: Path, deposit: Path) -> None:
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        alpha = next(one for one in queries.holdings(connection) if one.described("title") == "Alpha")
    archives.flip(archives.blob_of(archive, alpha.content_id), 4_000)
    with open_archive(archive) as opened:
        assert titles(opened) == ALL
    assert json_of("audit", "--archive", archive).code == 3
    with open_archive(archive) as opened:
        assert titles(opened) == {**ALL, Partition.FREE: ["Beta", "Gamma"]}
    archives.take_in(archive, deposit)
    with open_archive(archive) as opened:
        assert titles(opened) == ALL


def test_what_is_taken_in_after_the_heads_does_not_get_in(archive: Path, tmp_path: Path) -> None:
    with open_archive(archive) as opened:
        heads = opened.ledger.heads()
    archives.take_in(archive, archives.make_deposit(tmp_path / "later", {"Later.wav": "CC0-1.0"}))
    with open_archive(archive) as opened:
        assert titles(opened, heads) == ALL
        assert titles(opened) == {**ALL, Partition.FREE: ["Alpha", "Beta", "Gamma", "Later"]}


def test_a_licence_stated_after_the_heads_does_not_let_a_recording_in(archive: Path, deposit: Path) -> None:
    with open_archive(archive) as opened:
        heads = opened.ledger.heads()
    evidence = ("--licence", "CC0-1.0", "--evidence", "a second letter")
    assert json_of("ingest", deposit / "dark/Unstated.wav", *evidence, "--archive", archive).code == 0
    with open_archive(archive) as opened:
        assert titles(opened, heads) == ALL
        assert "Unstated" in titles(opened)[Partition.FREE]


def test_a_conflict_stated_after_the_heads_keeps_a_recording_out_at_the_door(
    archive: Path, deposit: Path
) -> None:
    with open_archive(archive) as opened:
        before, heads = chosen(opened), opened.ledger.heads()
    evidence = ("--licence", "CC-BY-NC-4.0", "--evidence", "a withdrawal")
    assert json_of("ingest", deposit / "free/Alpha.wav", *evidence, "--archive", archive).code == 0
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        members = [
            member for one in before for member in members_of(connection, one, doorkeeper(), heads=heads)
        ]
    assert sorted(str(member.holding.described("title")) for member in members) == ["Beta", "Delta", "Gamma"]


@pytest.mark.parametrize("title", DARK)
def test_what_no_licence_lets_out_is_never_chosen(ingested: Path, title: str) -> None:
    assert any(name.endswith(f"{title}.wav") for name in LICENCES)
    with open_archive(ingested) as archive:
        assert all(title not in found for found in titles(archive).values())


def test_what_a_bundle_has_already_is_passed_over(published: Path) -> None:
    with open_archive(published) as archive:
        assert chosen(archive) == []
