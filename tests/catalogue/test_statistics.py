"""The figures of a snapshot: each as plain counting gives it, and as tables whose rows add up."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.catalogue.coverage import coverage
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots, SourceSeen
from longplay.catalogue.statistics import figures as statistics_module
from longplay.catalogue.statistics.figures import LONGEST_S, Statistics, StatusCount, statistics
from longplay.catalogue.statistics.tables import Table, tables
from longplay.catalogue.statistics.words import percent, shown
from made_snapshots import DAY, write_snapshot
from made_sources import build, take

NAMES = ("musicbrainz", "discogs", "fma")
SOURCES = [SourceSeen(name=name, as_of=DAY, licences={}) for name in NAMES]

recording_rows = st.fixed_dictionaries(
    {
        "score": st.integers(0, 100) | st.sampled_from([0, 1, 9, 10, 89, 90, 99, 100]),
        "listens": st.integers(0, 2**40),
        "duration_ms": st.none()
        | st.integers(1, 4_000_000)
        | st.sampled_from([999, 1_000, 59_999, 60_000, 180_000, 899_999, 900_000, 3_599_999, 3_600_000]),
        "licence": st.none() | st.sampled_from(["a", "b", "c", "CC0-1.0"]),
        "sources": st.integers(1, 7),
    }
)
release_rows = st.builds(
    lambda year, day: {"year": year, "date": f"{year}{day}" if year else None},
    st.none() | st.integers(1000, 2999),
    st.sampled_from(["", "-01-01", "-01", "-12-24", "-01-011"]),
)
genre_rows = st.fixed_dictionaries(
    {
        "recording": st.integers(1, 8),
        "genre": st.sampled_from(["rock", "pop", "jazz", "<b>"]),
        "source": st.integers(0, 2),
        "of_release": st.booleans(),
    }
)


def figures(root: Path, **holdings: Any) -> Statistics:
    with connected(root, Limits(memory_gb=1.0, threads=2)) as connection:
        return statistics(connection, Snapshots(root), 1, **holdings)


def rows_of(root: Path, table: SnapshotTable) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(Snapshots(root).table(1, table)).to_pylist()
    return rows


def counted(rows: list[dict[str, Any]], key: Any) -> dict[Any, tuple[int, int]]:
    """Recordings and listens by some key."""
    number, listens = Counter(map(key, rows)), Counter[Any]()
    for row in rows:
        listens[key(row)] += row["listens"]
    return {value: (number[value], listens[value]) for value in number}


def check_recordings(found: Statistics, rows: list[dict[str, Any]]) -> None:
    def band(row: dict[str, Any]) -> tuple[int, int]:
        score = row["score"]
        edges = [(0, 0), (1, 9), *((low, low + 9) for low in range(10, 90, 10)), (90, 100)]
        return next((low, high) for low, high in edges if low <= score <= high)

    told = {(one.low, one.high): (one.recordings, one.listens) for one in found.bands}
    assert told == counted(rows, band)
    assert [one.low for one in found.bands] == sorted(one.low for one in found.bands)
    seconds = Counter(row["duration_ms"] // 1000 for row in rows if row["duration_ms"] is not None)
    assert list(found.durations.seconds) == [seconds[second] for second in range(LONGEST_S)]
    assert found.durations.longer == sum(n for second, n in seconds.items() if second >= LONGEST_S)
    assert found.durations.unknown == sum(row["duration_ms"] is None for row in rows)
    for minute in found.durations.minutes():
        if minute.begin_s is not None:
            end = minute.end_s or 10**9
            inside = {second: n for second, n in seconds.items() if minute.begin_s <= second < end}
            assert minute.recordings == sum(inside.values())
            if minute.common_s is not None:
                assert minute.common == max(inside.values()) == inside[minute.common_s]
    assert sum(minute.recordings for minute in found.durations.minutes()) == len(rows)
    licences = {(one.licence, one.different): (one.recordings, one.listens) for one in found.licences}
    assert licences == counted(rows, lambda row: (row["licence"], int(row["licence"] is not None)))
    combinations = {one.sources: (one.recordings, one.listens) for one in found.combinations}
    assert combinations == counted(
        rows, lambda row: tuple(name for place, name in enumerate(NAMES) if row["sources"] & 2**place)
    )


@settings(max_examples=12)
@given(
    recordings=st.lists(recording_rows, min_size=1, max_size=30),
    releases=st.lists(release_rows, max_size=20),
    genres=st.lists(genre_rows, max_size=30),
)
def test_every_figure_is_that_of_plain_counting(
    recordings: list[dict[str, Any]],
    releases: list[dict[str, Any]],
    genres: list[dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("counted")
    given_rows = {
        SnapshotTable.RECORDING: [{"rank": rank, **row} for rank, row in enumerate(recordings, 1)],
        SnapshotTable.RELEASE: releases,
        SnapshotTable.GENRE: sorted(genres, key=lambda row: (row["recording"], row["genre"], row["source"])),
    }
    write_snapshot(root, given_rows, sources=SOURCES)
    found = figures(root)
    check_recordings(found, rows_of(root, SnapshotTable.RECORDING))
    years = Counter(row["year"] for row in releases)
    assert {one.year: one.releases for one in found.years} == years
    for year in found.years:
        mine = [row for row in releases if row["year"] == year.year]
        assert year.january == sum(row["date"] == f"{year.year}-01-01" for row in mine)
    called = {(row["genre"], row["recording"]) for row in genres}
    own = {(row["genre"], row["recording"]) for row in genres if not row["of_release"]}
    assert {one.genre: (one.recordings, one.own) for one in found.genres.top} == {
        genre: (n, sum(name == genre for name, _ in own))
        for genre, n in Counter(genre for genre, _ in called).items()
    }
    assert found.genres.different == len({genre for genre, _ in called})
    assert found.genres.recordings == len({recording for _, recording in called})
    check_tables(tables(found))
    check_tables(tables(found, brief=True))


def check_tables(told: tuple[Table, ...]) -> None:
    """Rows as wide as heads; where there is a total, it is the sum of what stands above it."""
    for table in told:
        assert {len(row) for row in table.rows} <= {len(table.heads)}
        if table.total is None or not table.rows:
            continue
        for place, head in enumerate(table.heads):
            if head in {"recordings", "releases", "listens", "of 1 January"}:
                assert sum(number(row[place]) for row in table.rows) == number(table.total[place])


def number(cell: str) -> int:
    return int(cell.replace(",", ""))


def test_what_does_not_fit_stands_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LICENCES_LIMIT", "COMBINATIONS_LIMIT", "GENRES_LIMIT"):
        monkeypatch.setattr(statistics_module, name, 2)
    rows = [
        {"rank": rank, "listens": rank, "score": 0, "licence": licence, "sources": sources}
        for rank, (licence, sources) in enumerate(
            [("a", 1), ("a", 1), ("a", 1), ("b", 2), ("b", 2), ("c", 4), ("d", 3), (None, 5)], 1
        )
    ]
    genres = [{"recording": n, "genre": g, "source": 0, "of_release": False} for n, g in enumerate("xxxyyz", 1)]
    write_snapshot(tmp_path, {SnapshotTable.RECORDING: rows, SnapshotTable.GENRE: genres}, sources=SOURCES)
    found = figures(tmp_path)
    licences = [(one.licence, one.different, one.recordings, one.listens) for one in found.licences]
    assert licences == [("a", 1, 3, 6), ("b", 1, 2, 9), (None, 2, 2, 13), (None, 0, 1, 8)]
    combinations = [(one.sources, one.different, one.recordings) for one in found.combinations]
    assert combinations == [(("musicbrainz",), 1, 3), (("discogs",), 1, 2), ((), 3, 3)]
    assert [(one.genre, one.recordings) for one in found.genres.top] == [("x", 3), ("y", 2)]
    assert found.genres.different == 3
    check_tables(tables(found))


def test_the_64th_source_is_named(tmp_path: Path) -> None:
    many = [SourceSeen(name=f"s{place:02}", as_of=DAY, licences={}) for place in range(64)]
    row = {"rank": 1, "listens": 0, "score": 0, "sources": 2**63 | 1}
    write_snapshot(tmp_path, {SnapshotTable.RECORDING: [row]}, sources=many)
    assert [one.sources for one in figures(tmp_path).combinations] == [("s00", "s63")]


def test_a_built_catalogue_is_counted_as_its_coverage_says(tmp_path: Path) -> None:
    mbid = "11111111-1111-4111-8111-{:012d}"
    songs = [
        ("recording", {"id": mbid.format(n), "title": f"Song {n}", "artist_credit": "Ada"}) for n in range(1, 9)
    ]
    take(tmp_path, "musicbrainz", songs)
    heard = [
        (
            "listen",
            {"user": f"u{n % 3}", "at": 1_782_000_000 + n, "artist": "Ada", "title": f"Song {n % 4 + 1}"},
        )
        for n in range(40)
    ]
    take(tmp_path, "listenbrainz", heard)
    build(tmp_path)
    found = figures(tmp_path)
    with connected(tmp_path, Limits(memory_gb=1.0, threads=2)) as connection:
        assert found.coverage == coverage(connection, Snapshots(tmp_path), 1)
    assert found.coverage.points[-1].low is not None
    assert sum(band.listens for band in found.bands) == 40
    assert [(one.sources, one.recordings) for one in found.combinations] == [(("musicbrainz",), 8)]


def test_holdings_are_told_in_the_order_given(tmp_path: Path) -> None:
    row = {"rank": 1, "listens": 5, "score": 10, "sources": 1}
    write_snapshot(tmp_path, {SnapshotTable.RECORDING: [row]})
    assert {table.key: table.rows for table in tables(figures(tmp_path))}["holdings"] == ()
    counts = {"wanted": StatusCount(recordings=3, listens=1), "held": StatusCount(recordings=1, listens=3)}
    told = tables(figures(tmp_path, holdings=counts))[-1]
    assert told.rows == (("wanted", "3", "75.0 %", "1", "25.0 %"), ("held", "1", "25.0 %", "3", "75.0 %"))
    assert told.total == ("all", "4", "100.0 %", "4", "100.0 %")


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "-"), (0, 5, "0 %"), (1, 10_000, "< 0.1 %"), (1, 3, "33.3 %"), (5, 5, "100.0 %")],
)
def test_shares_are_told_for_people(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


@settings(max_examples=30)
@given(st.text(), st.integers(1, 20))
def test_words_of_sources_are_cut_and_play_no_tricks(text: str, limit: int) -> None:
    kept = shown(text, limit)
    assert len(kept) <= limit
    assert not set(kept) & set("\x00\x07\x1b\n\r\x9b\u202e\u2066\ufeff\u2028")
    assert shown(kept, limit) == kept


def test_scripts_and_joined_emoji_stay_as_they_are() -> None:
    for text in ("ジャズ", "می‌خواهم", "👩‍🎤", "Sigur Rós"):
        assert shown(text) == text
