"""Scores: more that agrees never lowers one, more that disagrees never raises it; what becomes of a group."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.candidates import EXACT_MS, NEAR_MS, Candidate
from longplay.curation.matching.decisions import Decided
from longplay.curation.matching.evidence import (
    AGAINST,
    MARGIN,
    MATCHED_FROM,
    OFF_MS,
    RARE,
    REVIEW_FROM,
    WEIGHTS,
    Evidence,
    Speaks,
    weigh,
)
from longplay.curation.matching.match import DOUBTS_LIMIT, match_of
from longplay.curation.matching.matches import Group, MatchVerdict
from longplay.model.digests import ContentId

GROUP = ContentId("a" * 64)
BARE = Candidate(
    group=GROUP,
    holding=GROUP,
    rank=1,
    id="id-1",
    title="Song",
    titles=(),
    schemes=(),
    is_title=False,
    is_plain_title=False,
    is_artist=False,
    is_near_artist=False,
    has_artists=False,
    alike=1,
    off_ms=None,
)
ONE = Group(id=GROUP, holdings=(GROUP,))
NAMED = replace(
    BARE,
    titles=("Song",),
    is_title=True,
    is_plain_title=True,
    is_artist=True,
    is_near_artist=True,
    has_artists=True,
)


def score(candidate: Candidate) -> float:
    return weigh([candidate]).score


def test_every_piece_of_evidence_has_its_weight_and_none_two() -> None:
    assert WEIGHTS.keys() | AGAINST.keys() == set(Speaks)
    assert not WEIGHTS.keys() & AGAINST.keys()
    assert all(0 < weight < 1 for weight in (*WEIGHTS.values(), *AGAINST.values()))


def test_what_matches_and_what_is_left_for_a_person() -> None:
    near, far = NEAR_MS, OFF_MS + 1
    title_only = replace(NAMED, is_artist=False, is_near_artist=False, has_artists=False)
    coded = replace(BARE, schemes=("isrc",))
    sure = [
        replace(BARE, schemes=("sha256",), off_ms=far),
        replace(BARE, schemes=("musicbrainz",)),
        replace(NAMED, off_ms=near),
        replace(title_only, off_ms=EXACT_MS),
        replace(coded, off_ms=near),
        replace(NAMED, schemes=("isrc",)),
    ]
    doubtful = [
        NAMED,
        coded,
        replace(title_only, off_ms=near),
        replace(title_only, off_ms=EXACT_MS, alike=RARE + 1),
        replace(BARE, schemes=("musicbrainz",), off_ms=far),
    ]
    nothing = [BARE, replace(BARE, off_ms=0), replace(title_only, off_ms=far), replace(NAMED, off_ms=far)]
    assert [score(one) >= MATCHED_FROM for one in sure] == [True] * len(sure)
    assert [REVIEW_FROM <= score(one) < MATCHED_FROM for one in doubtful] == [True] * len(doubtful)
    assert [score(one) < REVIEW_FROM for one in nothing] == [True] * len(nothing)


def test_an_instrumental_is_not_the_song_however_well_the_rest_agrees() -> None:
    """966,395 pairs share a master but not a voice: title and duration must not merge them."""
    sung = replace(
        NAMED, title="Song (Instrumental)", titles=("Song",), is_title=False, off_ms=0, schemes=("isrc",)
    )
    assert Speaks.OTHER_VERSION in weigh([sung]).speaks
    assert score(sung) < MATCHED_FROM


CANDIDATES = st.builds(
    replace,
    st.just(NAMED),
    schemes=st.lists(st.sampled_from(["isrc", "musicbrainz", "sha256"]), unique=True).map(tuple),
    is_title=st.booleans(),
    is_artist=st.booleans(),
    off_ms=st.none() | st.integers(-60_000, 60_000),
    alike=st.integers(1, 2 * RARE),
)


@given(candidate=CANDIDATES)
def test_a_score_is_a_share_and_an_identifier_more_never_lowers_it(candidate: Candidate) -> None:
    before = score(candidate)
    assert 0 <= before <= 1
    for scheme in {"isrc", "musicbrainz", "sha256"} - set(candidate.schemes):
        assert score(replace(candidate, schemes=(*candidate.schemes, scheme))) >= before


@given(candidate=CANDIDATES, off=st.integers(0, 60_000), more=st.integers(0, 60_000))
def test_playing_times_further_apart_never_raise_a_score(candidate: Candidate, off: int, more: int) -> None:
    assert score(replace(candidate, off_ms=off + more)) <= score(replace(candidate, off_ms=off))


@given(found=st.lists(CANDIDATES, min_size=1, max_size=4))
def test_manifestations_in_another_order_weigh_the_same(found: list[Candidate]) -> None:
    holdings = [replace(one, holding=f"{place}") for place, one in enumerate(found)]
    assert weigh(holdings) == weigh(holdings[::-1])


def evidence(rank: int, value: float, *, holdings: tuple[str, ...] = (), mbid: bool = False) -> Evidence:
    speaks = (Speaks.MBID,) if mbid else (Speaks.TITLE,)
    return Evidence(
        rank=rank,
        id=f"id-{rank}",
        speaks=speaks,
        off_ms=None,
        holdings=holdings,
        score=value,
    )


SCORES = st.lists(st.floats(0, 1).map(lambda value: round(value, 3)), max_size=8)


@given(scores=SCORES)
def test_a_group_is_matched_once_doubtful_or_its_own(scores: list[float]) -> None:
    found = [evidence(rank, value) for rank, value in enumerate(scores, 1)]
    matches = match_of(ONE, found, Decided())
    verdicts = [one.verdict for one in matches]
    best = sorted(scores, reverse=True)
    if not best or best[0] < REVIEW_FROM:
        assert verdicts == [MatchVerdict.OWN]
    elif best[0] >= MATCHED_FROM and (len(best) < 2 or best[1] < REVIEW_FROM or best[1] <= best[0] - MARGIN):
        assert verdicts == [MatchVerdict.MATCHED]
        assert matches[0].score == best[0]
    elif best[0] < MATCHED_FROM:
        assert verdicts == [MatchVerdict.DOUBTFUL] * min(
            DOUBTS_LIMIT, sum(value >= REVIEW_FROM for value in best)
        )
    assert verdicts.count(MatchVerdict.MATCHED) <= 1


def test_files_that_sound_the_same_and_name_two_recordings_show_one_that_is_there_twice() -> None:
    found = [
        evidence(7, 0.98, holdings=("x",), mbid=True),
        evidence(3, 0.97, holdings=("y",), mbid=True),
    ]
    matches = match_of(ONE, found, Decided())
    assert [(one.rank, one.verdict) for one in matches] == [
        (3, MatchVerdict.MATCHED),
        (7, MatchVerdict.DUPLICATE),
    ]
    one_file = [replace(one, holdings=("x",)) for one in found]
    assert {one.verdict for one in match_of(ONE, one_file, Decided())} == {MatchVerdict.DOUBTFUL}


def test_a_person_has_the_last_word() -> None:
    found = [evidence(1, 0.99), evidence(2, 0.6)]
    forced = match_of(ONE, found, Decided(forced={2: "id-2"}))
    assert [(one.rank, one.verdict, one.is_decided) for one in forced] == [(2, MatchVerdict.MATCHED, True)]
    unheard = match_of(ONE, found, Decided(forced={9: "id-9"}))
    assert (unheard[0].rank, unheard[0].id) == (9, "id-9")
    left = match_of(ONE, found, Decided(vetoed=frozenset({1})))
    assert [(one.rank, one.verdict) for one in left] == [(2, MatchVerdict.DOUBTFUL)]
    both = match_of(ONE, found, Decided(forced={1: "id-1"}, vetoed=frozenset({1, 2})))
    assert [one.verdict for one in both] == [MatchVerdict.OWN]
