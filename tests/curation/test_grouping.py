"""Grouping: what is joined, what is held apart, and which manifestation stands for the recording."""

import itertools
import random
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import content_id

from longplay.curation.grouping import CLEAR_FROM_S, group, rank
from longplay.model.digests import ContentId
from longplay.model.recordings import (
    Grouping,
    Manifestation,
    PairJudgement,
    PairRuling,
    PairVerdict,
    Ruling,
)
from longplay.model.units import Milliseconds

SAME, REVIEW, DIFFERENT = PairVerdict.SAME, PairVerdict.REVIEW, PairVerdict.DIFFERENT
MERGE, SPLIT = Ruling.MERGE, Ruling.SPLIT
COUNT = 7


def held(number: int, **facts: object) -> Manifestation:
    """A holding; the larger the number, the later it came."""
    usual = Manifestation(
        content_id=content_id(number), is_lossless=False, is_whole=True, bit_rate=128_000, held_order=number
    )
    return replace(usual, **facts)


HELD = [held(number) for number in range(COUNT)]


def judged(
    a: int, b: int, verdict: PairVerdict = SAME, rate: float | None = 0.01, *, overlap_s: float = 100.0
) -> PairJudgement:
    return PairJudgement(
        a=content_id(min(a, b)),
        b=content_id(max(a, b)),
        verdict=verdict,
        bit_error_rate=rate,
        worst_window=rate,
        overlap_s=overlap_s,
        offset_s=0.0,
        length_difference=Milliseconds(0),
        reason="a test",
        method="test/1",
    )


def decided(a: int, b: int, ruling: Ruling, order: int = 1) -> PairRuling:
    return PairRuling(a=content_id(min(a, b)), b=content_id(max(a, b)), ruling=ruling, order=order)


def members(grouping: Grouping) -> list[list[int]]:
    """The numbers of the manifestations of each recording, ascending."""
    return [
        sorted(int(one.content_id, 16) for one in recording.manifestations) for recording in grouping.recordings
    ]


PAIRS = list(itertools.combinations(range(COUNT), 2))
JUDGEMENTS = st.lists(
    st.tuples(
        st.sampled_from(PAIRS),
        st.sampled_from([SAME, SAME, SAME, REVIEW, DIFFERENT]),
        st.sampled_from([None, 0.0, 0.01, 0.02, 0.3]),
        st.sampled_from([3.0, CLEAR_FROM_S, 100.0]),
    ).map(lambda one: judged(*one[0], one[1], one[2], overlap_s=one[3])),
    max_size=20,
    unique_by=lambda one: one.pair,
)
DECISIONS = st.lists(st.tuples(st.sampled_from(PAIRS), st.sampled_from(Ruling)), max_size=6).map(
    lambda drawn: [decided(*pair, ruling, order) for order, (pair, ruling) in enumerate(drawn)]
)


@given(JUDGEMENTS, DECISIONS, st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_the_order_of_what_is_given_does_not_matter(
    judgements: list[PairJudgement], decisions: list[PairRuling], chance: random.Random
) -> None:
    found = group(HELD, judgements, decisions)
    given_otherwise = (chance.sample(values, len(values)) for values in (HELD, judgements, decisions))
    assert group(*given_otherwise) == found


def components(edges: Iterable[tuple[ContentId, ContentId]]) -> list[list[int]]:
    """Connected components, plainly: join what an edge joins until nothing changes."""
    label = {one.content_id: int(one.content_id, 16) for one in HELD}
    for _ in HELD:
        for a, b in edges:
            label[a] = label[b] = min(label[a], label[b])
    groups = [[number for number in range(COUNT) if label[content_id(number)] == at] for at in range(COUNT)]
    return [one for one in groups if one]


@given(JUDGEMENTS)
def test_without_contradiction_it_is_the_connected_components(judgements: list[PairJudgement]) -> None:
    agreeing = [one for one in judgements if one.verdict is not DIFFERENT or one.overlap_s < CLEAR_FROM_S]
    found = group(HELD, agreeing, [])
    assert members(found) == components([one.pair for one in agreeing if one.verdict is SAME])
    assert found.conflicts == ()


@given(JUDGEMENTS, DECISIONS)
@settings(max_examples=300)
def test_what_is_held_apart_stays_apart(judgements: list[PairJudgement], decisions: list[PairRuling]) -> None:
    found = group(HELD, judgements, decisions)
    last = {one.pair: one.ruling for one in decisions}
    merged = components([pair for pair, ruling in last.items() if ruling is MERGE])
    clear = {one.pair for one in judgements if one.verdict is DIFFERENT and one.overlap_s >= CLEAR_FROM_S}
    for recording in members(found):
        for a, b in itertools.combinations(recording, 2):
            pair = content_id(a), content_id(b)
            assert last.get(pair) is not SPLIT
            if pair in clear and pair not in last:
                assert any({a, b} <= set(one) for one in merged), "only people join what is clearly different"


@given(JUDGEMENTS, DECISIONS)
@settings(max_examples=300)
def test_every_link_is_followed_or_reported_or_overruled(
    judgements: list[PairJudgement], decisions: list[PairRuling]
) -> None:
    found = group(HELD, judgements, decisions)
    recording_of = {one: set(recording) for recording in members(found) for one in recording}
    last = {one.pair: one for one in decisions}
    wanted = [one for one in last.values() if one.ruling is MERGE]
    wanted += [one for one in judgements if one.verdict is SAME and one.pair not in last]
    refused = {conflict.link for conflict in found.conflicts}
    for link in wanted:
        a, b = (int(one, 16) for one in link.pair)
        assert (b in recording_of[a]) != (link in refused)
    for conflict in found.conflicts:
        a, b = (int(one, 16) for one in conflict.link.pair)
        c, d = (int(one, 16) for one in conflict.against.pair)
        assert conflict.link in wanted
        assert {c, d} <= recording_of[a] | recording_of[b]


@given(JUDGEMENTS, DECISIONS)
def test_every_holding_is_in_one_recording(
    judgements: list[PairJudgement], decisions: list[PairRuling]
) -> None:
    found = group(HELD, judgements, decisions)
    assert sorted(itertools.chain(*members(found))) == list(range(COUNT))
    orders = []
    for recording in found.recordings:
        assert len(recording.links) == len(recording.manifestations) - 1
        assert recording.best == recording.manifestations[0]
        earliest = min(recording.manifestations, key=lambda one: one.held_order)
        assert recording.id == earliest.content_id
        orders.append(earliest.held_order)
    assert orders == sorted(orders)


def test_later_decisions_about_a_pair_override_earlier_ones() -> None:
    decisions = [
        decided(0, 1, MERGE, 1),
        decided(0, 1, SPLIT, 2),
        decided(2, 3, SPLIT, 3),
        decided(2, 3, MERGE, 4),
    ]
    found = group(HELD[:4], [judged(0, 1)], reversed(decisions))
    assert members(found) == [[0], [1], [2, 3]]
    assert found.conflicts == ()


def test_a_person_outweighs_every_comparison() -> None:
    found = group(
        HELD[:4],
        [judged(0, 1, rate=None), judged(2, 3, DIFFERENT, 0.45)],
        [decided(0, 1, SPLIT), decided(2, 3, MERGE)],
    )
    assert members(found) == [[0], [1], [2, 3]]
    assert found.conflicts == found.doubtful == ()


def test_a_chain_to_what_is_clearly_different_is_broken_at_its_weakest_link() -> None:
    links = [judged(0, 1, rate=0.02), judged(1, 2, rate=0.1), judged(0, 2, DIFFERENT, 0.4)]
    found = group(HELD[:3], links, [])
    assert members(found) == [[0, 1], [2]]
    (conflict,) = found.conflicts
    assert (conflict.link, conflict.against) == (links[1], links[2])


def test_what_could_hardly_be_compared_holds_nothing_apart() -> None:
    found = group(HELD[:3], [judged(0, 1), judged(1, 2), judged(0, 2, DIFFERENT, 0.4, overlap_s=5)], [])
    assert members(found) == [[0, 1, 2]]


def test_a_split_breaks_a_chain_and_the_merge_that_contradicts_it_is_reported() -> None:
    found = group(HELD[:3], [], [decided(0, 2, SPLIT, 1), decided(0, 1, MERGE, 2), decided(1, 2, MERGE, 3)])
    assert members(found) == [[0], [1, 2]]
    (conflict,) = found.conflicts
    assert conflict.link == decided(0, 1, MERGE, 2)
    assert conflict.against == decided(0, 2, SPLIT, 1)


def test_equal_samples_are_the_strongest_link() -> None:
    links = [judged(0, 1, rate=0.0), judged(1, 2, rate=None), judged(0, 2, DIFFERENT, 0.4)]
    assert members(group(HELD[:3], links, [])) == [[0], [1, 2]]


def test_doubtful_is_what_nobody_decided_and_nothing_joined() -> None:
    judgements = [
        judged(0, 1, REVIEW, 0.2),
        judged(2, 3, REVIEW, 0.16),
        judged(4, 5, REVIEW),
        judged(4, 6),
        judged(5, 6),
        judged(0, 2, REVIEW, 0.25),
    ]
    found = group(HELD, judgements, [decided(0, 1, SPLIT)])
    assert [one.pair for one in found.doubtful] == [judgements[1].pair, judgements[5].pair]


def test_what_is_not_held_counts_for_nothing() -> None:
    found = group(HELD[:2], [judged(0, 5), judged(1, 5)], [decided(0, 6, MERGE)])
    assert members(found) == [[0], [1]]


def test_the_best_manifestation_comes_first() -> None:
    in_order = [
        held(9, is_lossless=True, bit_rate=900_000),
        held(8, is_lossless=True, bit_rate=700_000),
        held(7, is_lossless=True, is_whole=False, bit_rate=900_000),
        held(5, bit_rate=320_000),
        held(6, bit_rate=320_000),
        held(1, bit_rate=128_000),
        held(0, is_whole=False, bit_rate=320_000),
    ]
    found = group(in_order, [judged(9, one) for one in (8, 7, 5, 6, 1, 0)], [])
    (recording,) = found.recordings
    assert list(recording.manifestations) == in_order
    assert sorted(recording.manifestations, key=rank) == in_order
    assert recording.best == in_order[0]
    assert recording.id == content_id(0)


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 1)])
def test_a_decision_names_two_files_the_smaller_first(a: int, b: int) -> None:
    with pytest.raises(ValueError, match="smaller first"):
        PairRuling(a=content_id(a), b=content_id(b), ruling=MERGE, order=1)
