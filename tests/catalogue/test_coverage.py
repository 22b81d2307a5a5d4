"""Coverage: shares as plain counting gives them, error bars that hold what was drawn, a picture."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.catalogue import coverage as coverage_module
from longplay.catalogue.coverage import Coverage, coverage, coverage_of, steps_for
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.pictures import coverage_chart, render
from longplay.catalogue.snapshots import Snapshots
from longplay.curation.matching.line import line_of
from made_sources import Row, build, take

MBID = "11111111-1111-4111-8111-{:012d}"
AT = 1_782_000_000


def recordings(number: int) -> list[Row]:
    names = range(1, number + 1)
    return [("recording", {"id": MBID.format(n), "title": f"Song {n}", "artist_credit": "Ada"}) for n in names]


def measured(root: Path, *extra: int) -> Coverage:
    with connected(root, Limits(memory_gb=1.0, threads=2)) as connection:
        return coverage(connection, Snapshots(root), 1, extra=extra)


def listens(heard: list[tuple[int, int]]) -> list[Row]:
    return [
        ("listen", {"user": f"u{user}", "at": AT + place, "artist": "Ada", "title": f"Song {number}"})
        for place, (user, number) in enumerate(heard)
    ]


@settings(max_examples=6)
@given(heard=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 12)), min_size=1, max_size=60))
def test_shares_are_those_of_plain_counting(
    heard: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("covered")
    take(root, "musicbrainz", recordings(10))
    take(root, "listenbrainz", listens(heard))
    build(root)
    found = measured(root, 3)
    counts = sorted(Counter(number for _, number in heard if number <= 10).values(), reverse=True)
    for point in found.points:
        assert point.recordings == point.rank
        assert point.listens == sum(counts[: point.rank])
        assert point.share == sum(counts[: point.rank]) / len(heard)
        assert point.low is not None
        assert point.high is not None
        assert 0 <= point.low <= point.high <= 1
    pairs = {one for one in heard if one[1] <= 10}
    once = sum(1 for number in Counter(number for _, number in pairs).values() if number == 1)
    assert found.unseen == (once / len(pairs) if pairs else None)
    assert found.listeners == len({user for user, _ in heard})
    with connected(root, Limits(memory_gb=1.0, threads=2)) as connection:
        for point in found.points:
            ranks = np.arange(1, point.rank + 1, dtype=np.uint32)
            the_same = coverage_of(connection, Snapshots(root), 1, ranks)
            assert (the_same.recordings, the_same.listens) == (point.recordings, point.listens)
            assert (the_same.share, the_same.low, the_same.high) == (point.share, point.low, point.high)
        for share in (0.05, 0.5, 1.0):
            wanted = math.ceil(sum(counts) * share)
            last = next((rank for rank in range(1, 11) if sum(counts[:rank]) >= wanted), 10)
            assert line_of(connection, Snapshots(root), 1, share) == (last if counts else 10)


def test_an_error_bar_by_listener_is_as_wide_as_drawing_listeners_makes_it(tmp_path: Path) -> None:
    """A plain bootstrap, drawing whole listeners with replacement, is the oracle."""
    rng = np.random.default_rng(5)
    heard = [(user, 1 if rng.random() < user / 40 else 2) for user in range(40) for _ in range(25)]
    take(tmp_path, "musicbrainz", recordings(2))
    take(tmp_path, "listenbrainz", listens(heard))
    build(tmp_path)
    first = measured(tmp_path).points[0]
    favourite = Counter(number for _, number in heard).most_common(1)[0][0]
    mine = np.array([sum(1 for u, n in heard if u == user and n == favourite) for user in range(40)])
    drawn = mine[rng.integers(0, 40, (4_000, 40))].sum(axis=1) / 1_000
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert first.low == pytest.approx(low, abs=0.03)
    assert first.high == pytest.approx(high, abs=0.03)
    assert high - low > 0.12  # listens drawn one by one would give half of that


def test_listeners_that_do_not_fit_at_once_are_all_drawn_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody listens to the first half of the time, so there is nothing to vary, whoever is drawn."""
    monkeypatch.setattr(coverage_module, "_LISTENERS_AT_ONCE", 3)
    take(tmp_path, "musicbrainz", recordings(2))
    take(tmp_path, "listenbrainz", listens([(user, number) for user in range(8) for number in (1, 2)]))
    build(tmp_path)
    found = measured(tmp_path)
    assert found.listeners == 8
    assert [(point.share, point.low, point.high) for point in found.points] == [(0.5, 0.5, 0.5), (1, 1, 1)]


def test_without_listeners_there_is_a_share_and_no_error_bar(tmp_path: Path) -> None:
    take(
        tmp_path,
        "musicbrainz",
        [
            *recordings(2),
            ("plays", {"recording_id": MBID.format(1), "month": 202_607, "listens": 3}),
            ("plays", {"recording_id": MBID.format(2), "month": 202_607, "listens": 1}),
        ],
    )
    build(tmp_path)
    found = measured(tmp_path)
    assert [(point.share, point.low, point.high) for point in found.points] == [
        (0.75, None, None),
        (1, None, None),
    ]
    assert (found.listeners, found.unseen) == (0, None)


def test_a_catalogue_that_nobody_listens_to_is_covered_by_nothing(tmp_path: Path) -> None:
    take(tmp_path, "musicbrainz", recordings(3))
    build(tmp_path)
    assert {point.share for point in measured(tmp_path).points} == {0.0}


@given(st.integers(0, 300_000_000), st.lists(st.integers(-5, 400_000_000), max_size=5))
def test_steps_ascend_and_end_with_all(number: int, extra: list[int]) -> None:
    steps = steps_for(number, extra=extra)
    assert steps == sorted(set(steps))
    assert steps[-1:] == ([number] if number else [])
    assert {rank for rank in extra if 1 <= rank <= number} <= set(steps)


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_the_curve_is_drawn(tmp_path: Path, form: str, begins: bytes) -> None:
    take(tmp_path, "musicbrainz", recordings(20))
    take(tmp_path, "listenbrainz", listens([(n % 7, n % 13 + 1) for n in range(200)]))
    build(tmp_path)
    assert render(coverage_chart(measured(tmp_path)), form).startswith(begins)
