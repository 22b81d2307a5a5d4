"""Resolution: order makes no difference, a source's own stay apart, what a person forbids is not joined."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.resolution import FORCED, Curated, Pairing, PairingVerdict, resolve

PLACES = {f"{source}{number}": source for source in range(3) for number in range(4)}
PAIRS = [tuple(sorted(pair)) for pair in combinations(PLACES, 2) if PLACES[pair[0]] != PLACES[pair[1]]]
pairings = st.lists(
    st.builds(
        lambda rule, off_ms, pair: Pairing(rule=rule, off_ms=off_ms, a=pair[0], b=pair[1]),
        st.sampled_from([0, 1, 2, 10]),
        st.integers(0, 3),
        st.sampled_from(PAIRS),
    ),
    max_size=25,
    unique=True,
)
curations = st.builds(
    lambda forced, vetoed: Curated(forced=frozenset(forced) - frozenset(vetoed), vetoed=frozenset(vetoed)),
    st.lists(st.sampled_from(PAIRS), max_size=3),
    st.lists(st.sampled_from(PAIRS), max_size=3),
)


def clusters_of(given: list[Pairing], curated: Curated) -> dict[str, str]:
    return dict(resolve(given, PLACES, curated)[0].members())


@given(pairings, curations, st.randoms())
def test_the_order_of_pairings_makes_no_difference(
    given: list[Pairing], curated: Curated, random: object
) -> None:
    wanted = clusters_of(given, curated)
    shuffled = list(given)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert clusters_of(shuffled, curated) == wanted


@given(pairings)
def test_two_entities_of_one_source_are_never_one_unless_a_source_says_so(given: list[Pairing]) -> None:
    members = clusters_of([one for one in given if one.rule != 0], Curated())
    for a, b in combinations(members, 2):
        if members[a] == members[b]:
            assert PLACES[a] != PLACES[b]


@given(pairings, curations)
def test_what_a_person_forbids_is_not_joined_even_through_a_third(
    given: list[Pairing], curated: Curated
) -> None:
    members = clusters_of(given, curated)
    for a, b in curated.vetoed:
        assert a not in members or members[a] != members.get(b)


@given(pairings, st.sampled_from(PAIRS))
def test_what_a_person_joins_is_one(given: list[Pairing], pair: tuple[str, str]) -> None:
    members = clusters_of(given, Curated(forced=frozenset([pair])))
    assert members[pair[0]] == members[pair[1]]


@given(pairings)
def test_doubtful_evidence_joins_nothing_by_itself(given: list[Pairing]) -> None:
    doubtful = [one for one in given if one.rule >= 10]
    assert clusters_of(doubtful, Curated()) == {}


@given(pairings, curations)
def test_every_pairing_gets_a_verdict_that_the_clusters_bear_out(
    given: list[Pairing], curated: Curated
) -> None:
    clusters, verdicts = resolve(given, PLACES, curated)
    members = dict(clusters.members())
    assert sorted(one for one, _ in verdicts if one.rule != FORCED) == sorted(given)
    for pairing, verdict in verdicts:
        if verdict is PairingVerdict.MERGED:
            assert members[pairing.a] == members[pairing.b]


def test_a_cluster_is_called_after_the_member_of_the_most_trusted_source() -> None:
    chain = [Pairing(rule=2, off_ms=0, a="11", b="20"), Pairing(rule=2, off_ms=0, a="03", b="11")]
    assert set(clusters_of(chain, Curated()).values()) == {"03"}
