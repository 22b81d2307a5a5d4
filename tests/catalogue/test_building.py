"""Building: the same imports give the same bytes; sources become one; listens count as in a plain loop."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.catalogue import building, sorting
from longplay.catalogue.popularity import ONE, month_weights
from longplay.catalogue.snapshot_tables import TABLES, SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.catalogue.sources.imports import Imports
from longplay.errors import MalformedInput, NotFound
from made_sources import DAY, Row, build, take

MBID = "11111111-1111-4111-8111-{:012d}"


def recording(number: int | str, title: str, **more: Any) -> Row:
    name = MBID.format(number) if isinstance(number, int) else number
    return "recording", {"id": name, "title": title, "artist_credit": "Ada", "duration_ms": 200_000} | more


def listen(user: str, at: int, title: str, **more: Any) -> Row:
    return "listen", {"user": user, "at": at, "artist": "Ada", "title": title} | more


def seconds(*day: int) -> int:
    return int(datetime(*day, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]


def table(root: Path, name: str, number: int = 1) -> list[dict[str, Any]]:
    path = Snapshots(root).table(number, SnapshotTable(name))
    return duckdb.read_parquet(str(path)).to_arrow_table().to_pylist()


def titles(root: Path) -> list[str]:
    return [row["title"] for row in table(root, "recording")]


# the same bytes


def many_rows(seed: int) -> dict[str, list[Row]]:
    """Two catalogues that overlap, and listens: enough rows for several row groups of work at once."""
    rng = random.Random(seed)
    one: list[Row] = [("artist", {"id": MBID.format(n), "name": f"Artist {n}"}) for n in range(50)]
    two: list[Row] = [("artist", {"id": f"a{n}", "name": f"artist {n}"}) for n in range(25, 75)]
    for number in range(1, 2_000):
        artist, duration = number % 50, rng.randrange(60_000, 400_000)
        credit = {
            "artist_credit": f"Artist {artist}",
            "artist_ids": [MBID.format(artist)],
            "duration_ms": duration,
        }
        one.append(recording(1_000 + number, f"Title {number}", **credit, genres=["rock"]))
        one.append(
            (
                "track",
                {
                    "release_id": MBID.format(9),
                    "recording_id": MBID.format(1_000 + number),
                    "medium": 1,
                    "position": number,
                },
            )
        )
        if number % 3 == 0:
            other = {
                **credit,
                "artist_ids": [f"a{artist}"],
                "duration_ms": duration + rng.randrange(-4_000, 4_000),
            }
            two.append(recording(f"r{number}", f"title {number}!", **other, year=1990 + number % 30))
    one.append(("release", {"id": MBID.format(9), "title": "All of them", "date": "1999"}))
    heard = [
        listen(
            f"user {rng.randrange(40)}",
            seconds(2025, 1, 1) + rng.randrange(40_000_000),
            f"Title {number}",
            artist=f"Artist {number % 50}",
        )
        for number in (int(rng.paretovariate(0.5)) % 3_000 for _ in range(6_000))
    ]
    return {"musicbrainz": one, "discogs": two, "listenbrainz": heard}


def test_the_same_rows_in_another_order_of_files_parts_and_threads_give_the_same_bytes(tmp_path: Path) -> None:
    rows = many_rows(7)
    digests = []
    for number, (part_rows, threads) in enumerate([(100_000, 1), (700, 2), (333, 4)]):
        root = tmp_path / str(number)
        root.mkdir()
        for source in sorted(rows, reverse=bool(number % 2)):
            take(root, source, rows[source], part_rows=part_rows)
        digests.append(
            {name: seen.sha256 for name, seen in build(root, threads=threads).snapshot.tables.items()}
        )
    assert digests[0] == digests[1] == digests[2]
    assert len(digests[0]) == len(TABLES)


def test_the_same_rows_split_into_other_files_give_the_same_tables(tmp_path: Path) -> None:
    rows = many_rows(8)
    digests = []
    for parts in (1, 3):
        root = tmp_path / str(parts)
        root.mkdir()
        for source, written in rows.items():
            for part in range(parts):
                take(root, source, written[part::parts][:: -1 if part else 1])
        digests.append({name: seen.sha256 for name, seen in build(root).snapshot.tables.items()})
    assert digests[0] == digests[1]


def test_tables_sorted_by_stretches_are_those_sorted_at_once_whatever_the_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = many_rows(9)
    digests = []
    for number, (stretch, threads) in enumerate([(1_000_000, 2), (300, 1), (300, 4)]):
        root = tmp_path / str(number)
        root.mkdir()
        for source, written in rows.items():
            take(root, source, written, part_rows=700)
        monkeypatch.setattr(sorting, "STRETCH", stretch)
        digests.append(
            {name: seen.sha256 for name, seen in build(root, threads=threads).snapshot.tables.items()}
        )
    assert digests[1] == digests[2]
    for name in TABLES:
        assert table(tmp_path / "1", name) == table(tmp_path / "0", name)


def test_a_snapshot_of_the_same_is_not_made_again_and_older_ones_stay(tmp_path: Path) -> None:
    take(tmp_path, "musicbrainz", [recording(1, "One")])
    first = build(tmp_path)
    again = build(tmp_path)
    take(tmp_path, "musicbrainz", [recording(2, "Two")])
    second = build(tmp_path)
    assert (first.is_new, again.is_new, second.is_new) == (True, False, True)
    assert [len(table(tmp_path, "recording", number)) for number in (1, 2)] == [1, 2]
    assert Snapshots(tmp_path).get(1) == first.snapshot


def test_a_table_read_through_another_mapping_is_something_new_to_build(tmp_path: Path) -> None:
    """The file is the same, and so are source and day: only the import's own id tells."""
    take(tmp_path, "musicbrainz", [recording(1, "One")])
    first = build(tmp_path)
    (kept,) = Imports(tmp_path).all()
    other = Imports(tmp_path).folder / "rows-0123456789abcdef"
    (Imports(tmp_path).folder / kept.id).rename(other)
    manifest = other / "import.json"
    manifest.write_text(manifest.read_text().replace(kept.id, other.name))
    assert build(tmp_path).snapshot.made_of != first.snapshot.made_of


def test_a_killed_build_leaves_no_snapshot_and_is_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(tmp_path, "musicbrainz", [recording(1, "One")])
    with monkeypatch.context() as patch:
        patch.setattr(building, "seen", dies)
        with pytest.raises(KeyboardInterrupt):
            build(tmp_path)
    with pytest.raises(NotFound):
        Snapshots(tmp_path).get()
    assert build(tmp_path).snapshot.number == 1
    assert [path.name for path in Snapshots(tmp_path).folder.iterdir() if path.is_dir()] == ["000001"]


def dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_every_table_has_exactly_its_columns(tmp_path: Path) -> None:
    take(tmp_path, "musicbrainz", [recording(1, "One")])
    build(tmp_path)
    for name, columns in TABLES.items():
        relation = duckdb.read_parquet(str(Snapshots(tmp_path).table(1, name)))
        assert relation.columns == [column.name for column in columns]
        assert [str(kind) for kind in relation.types] == [column.type for column in columns]


def test_nothing_imported_is_nothing_to_build(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="catalogue import"):
        build(tmp_path)


def test_what_a_source_says_in_several_places_is_put_together_field_by_field(tmp_path: Path) -> None:
    old, new = date(2026, 7, 1), date(2026, 8, 1)
    bare = {"artist_credit": None, "duration_ms": None}
    take(tmp_path, "fma", [recording("1", "1", **bare | {"duration_ms": 180_000}, genres=["folk"])], as_of=new)
    take(tmp_path, "fma", [recording("1", "Song", **bare, licence="CC-BY-4.0")], as_of=old)
    take(tmp_path, "fma", [recording("1", "Song!", **bare, licence="CC0-1.0")], as_of=new)
    build(tmp_path)
    (row,) = table(tmp_path, "recording")
    assert (row["title"], row["duration_ms"], row["licence"]) == ("Song!", 180_000, "CC0-1.0")
    assert [one["genre"] for one in table(tmp_path, "genre")] == ["folk"]


# one of several sources

ONE_OF_TWO = {
    "names and durations within 3 s": ({}, {"duration_ms": 203_000}),
    "names written otherwise": ({"title": "Rock & Röll!"}, {"title": "rock and roll"}),
    "an artist whom Discogs numbers": (
        {"title": "Song", "artist_credit": "Nirvana & Ada"},
        {"artist_credit": "Nirvana (2) & Ada (13)"},
    ),
    "an equal ISRC and title": ({"isrcs": ["SEABC2500001"]}, {"isrcs": ["SEABC2500001"], "duration_ms": None}),
    "the other's id": ({}, {"title": "Other", "identifiers": ["musicbrainz:" + MBID.format(1)]}),
}
TWO_STAY = {
    "durations 4 s apart": ({}, {"duration_ms": 204_000}, 1),
    "no duration": ({}, {"duration_ms": None}, 1),
    "an equal ISRC under another title": (
        {"isrcs": ["SEABC2500001"]},
        {"isrcs": ["SEABC2500001"], "title": "II. Andante"},
        1,
    ),
    "another artist": ({}, {"artist_credit": "Bo"}, 0),
    "an instrumental": ({}, {"title": "Song (instrumental)"}, 0),
}


@pytest.mark.parametrize("case", ONE_OF_TWO)
def test_two_sources_recordings_are_one_by(case: str, tmp_path: Path) -> None:
    mine, theirs = ONE_OF_TWO[case]
    take(tmp_path, "musicbrainz", [recording(1, "Song") if "title" not in mine else recording(1, **mine)])
    if "isrcs" in mine:
        take(tmp_path, "musicbrainz", [recording(1, "Song", **mine)], as_of=date(2026, 8, 2))
    take(tmp_path, "fma", [recording("7", **{"title": "Song"} | theirs, year=1999)])
    build(tmp_path)
    (row,) = table(tmp_path, "recording")
    assert (str(row["id"]), row["sources"], row["year"], row["year_source"]) == (MBID.format(1), 3, 1999, 1)
    assert {(one["scheme"], one["value"]) for one in table(tmp_path, "identifier")} >= {
        ("musicbrainz", MBID.format(1)),
        ("fma", "7"),
    }


@pytest.mark.parametrize("case", TWO_STAY)
def test_two_recordings_stay_two_with(case: str, tmp_path: Path) -> None:
    mine, theirs, doubtful = TWO_STAY[case]
    take(tmp_path, "musicbrainz", [recording(1, "Song", **mine)])
    take(tmp_path, "fma", [recording("7", **{"title": "Song"} | theirs)])
    built = build(tmp_path)
    assert len(table(tmp_path, "recording")) == 2
    assert built.snapshot.verdicts.get("recording: doubtful", 0) == doubtful


def test_one_source_knows_its_own_apart(tmp_path: Path) -> None:
    take(tmp_path, "musicbrainz", [recording(1, "Song"), recording(2, "Song")])
    take(tmp_path, "fma", [recording("7", "Song"), recording("8", "Song")])
    build(tmp_path)
    assert len(table(tmp_path, "recording")) == 2
    assert Counter(row["verdict"] for row in table(tmp_path, "evidence")) == {"merged": 2, "apart": 2}


def test_an_isrc_that_stands_on_very_many_recordings_says_nothing(tmp_path: Path) -> None:
    code = {"isrcs": ["SEABC2500001"], "duration_ms": None}
    take(tmp_path, "musicbrainz", [recording(n, f"Song {n}", **code) for n in range(1, 60)])
    take(tmp_path, "fma", [recording("7", "Song 1", **code | {"artist_credit": None})])
    build(tmp_path)
    assert len(table(tmp_path, "recording")) == 60


def curators_file(folder: Path, *rows: str) -> Path:
    path = folder / "curator.csv"
    path.write_text("\n".join(["action,kind,a,b,reason", *rows]))
    return path


def test_a_person_vetoes_and_forces(tmp_path: Path) -> None:
    take(tmp_path, "musicbrainz", [recording(1, "Song"), recording(2, "Other")])
    take(tmp_path, "fma", [recording("7", "Song"), recording("8", "Something else")])
    words = curators_file(
        tmp_path,
        f"veto,recording,musicbrainz:{MBID.format(1)},fma:7,heard both",
        f"merge,recording,fma:8,musicbrainz:{MBID.format(2)},heard both",
        "merge,recording,fma:999,fma:8,nobody has it",
    )
    build(tmp_path, curators=words)
    assert sorted(titles(tmp_path)) == ["Other", "Song", "Song"]


@pytest.mark.parametrize(
    "row", ["join,recording,a:1,b:2,", "merge,song,a:1,b:2,", "merge,recording,a1,b:2,", "veto,artist,a:1,:2,"]
)
def test_a_curators_row_that_says_nothing_is_refused_by_its_line(tmp_path: Path, row: str) -> None:
    take(tmp_path, "musicbrainz", [recording(1, "Song")])
    with pytest.raises(MalformedInput, match="line 2"):
        build(tmp_path, curators=curators_file(tmp_path, row))


def test_artists_of_one_name_are_one_only_with_a_recording_in_common(tmp_path: Path) -> None:
    for source, name in (("musicbrainz", MBID.format(5)), ("fma", "5")):
        take(
            tmp_path,
            source,
            [
                ("artist", {"id": name, "name": "Ada"}),
                recording(f"{source} r", "Song", artist_ids=[name]),
                ("artist", {"id": name + "x", "name": "Bo"}),
            ],
        )
    build(tmp_path)
    first, *others = table(tmp_path, "artist")
    assert (first["name"], first["sources"]) == ("Ada", 3)
    assert [row["name"] for row in others] == ["Bo", "Bo"]


def test_redirects_are_followed_and_circles_end(tmp_path: Path) -> None:
    def redirect(a: int, b: int) -> Row:
        return "redirect", {"kind": "recording", "from_id": MBID.format(a), "to_id": MBID.format(b)}

    take(
        tmp_path,
        "musicbrainz",
        [
            recording(3, "Song"),
            recording(1, "Song, before it was merged away"),
            redirect(1, 2),
            redirect(2, 3),
            redirect(8, 9),
            redirect(9, 8),
        ],
    )
    take(tmp_path, "listenbrainz", [listen("u", seconds(2026, 7, 1), "?", recording_id=MBID.format(1))])
    build(tmp_path)
    assert [(row["title"], row["listens"]) for row in table(tmp_path, "recording")] == [("Song", 1)]


# listens


def test_listens_are_found_by_mbid_by_mapping_and_by_names(tmp_path: Path) -> None:
    take(
        tmp_path,
        "musicbrainz",
        [
            recording(1, "By id"),
            recording(2, "By mapping", artist_credit="The Ada"),
            recording(3, "By names"),
            recording(4, "Twice"),
            recording(5, "Twice"),
            ("mapping", {"artist": "ada", "title": "bymapping", "recording_id": MBID.format(2), "score": 1}),
        ],
    )
    at = seconds(2026, 7, 1)
    take(
        tmp_path,
        "listenbrainz",
        [
            listen("u", at, "whatever", recording_id=MBID.format(1)),
            listen("u", at + 1, "By Mapping"),
            listen("u", at + 2, "BY NAMES"),
            listen("u", at + 3, "Twice"),
        ],
    )
    built = build(tmp_path)
    heard = {row["title"]: row["listens"] for row in table(tmp_path, "recording") if row["listens"]}
    assert heard == {"By id": 1, "By mapping": 1, "By names": 1}
    assert (built.snapshot.listens.counted, built.snapshot.listens.mapped) == (4, 3)


def test_repeated_and_future_listens_and_those_above_a_day_s_limit_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "DAILY_LIMIT", 5)
    at = seconds(2026, 7, 1)
    take(tmp_path, "musicbrainz", [recording(1, "Song")])
    flood = [listen("machine", at + second, "Song") for second in range(50)]
    take(
        tmp_path,
        "listenbrainz",
        [
            *flood,
            listen("u", at, "Song"),
            listen("u", at, "Song", release="x"),
            listen("u", seconds(2026, 8, 4), "Song"),
        ],
    )
    build(tmp_path)
    (row,) = table(tmp_path, "recording")
    assert (row["listens"], row["listeners"]) == (6, 2)


def test_a_listen_that_several_dumps_have_counts_once_and_uses_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full dump does not map what the Spark dump of the same listens does."""
    monkeypatch.setattr(building, "DAILY_LIMIT", 4)
    at = seconds(2026, 7, 1)
    take(tmp_path, "musicbrainz", [recording(1, "One"), recording(2, "Two")])
    plain_dump = [listen("u", at + n, "Unknown to all") for n in range(3)] + [listen("u", at + 9, "Two")]
    mapped = [listen("u", at + n, "Unknown to all", recording_id=MBID.format(1)) for n in range(3)]
    take(tmp_path, "listenbrainz", plain_dump)
    take(tmp_path, "listenbrainz", mapped, as_of=date(2026, 8, 2))
    build(tmp_path)
    heard = {row["title"]: row["listens"] for row in table(tmp_path, "recording")}
    assert heard == {"One": 3, "Two": 1}


hearings = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 400), st.integers(1, 6)), max_size=40, unique=True
)


@settings(max_examples=8)
@given(heard=hearings)
def test_popularity_is_what_a_plain_loop_counts(
    heard: list[tuple[int, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("heard")
    take(root, "musicbrainz", [recording(n, f"Song {n}") for n in range(1, 7)])
    moments = [(user, seconds(2025, 7, 1) + 86_400 * day, number) for user, day, number in heard]
    moments = [one for one in moments if one[1] < seconds(2026, 8, 1)]
    take(root, "listenbrainz", [listen(f"u{user}", at, f"Song {number}") for user, at, number in moments])
    build(root)
    wanted = sorted(plain(moments), key=lambda one: (-one[2], -one[1], one[0]))
    found = [
        (str(row["id"]), row["listens"], row["weighted"], row["listeners"]) for row in table(root, "recording")
    ]
    assert found == wanted


def plain(moments: list[tuple[int, int, int]]) -> Iterator[tuple[str, int, int, int]]:
    """Listens, weight and listeners of each recording, one listen after another."""
    for number in range(1, 7):
        mine = [one for one in moments if one[2] == number]
        weight = 0
        for _, at, _ in mine:
            when = datetime.fromtimestamp(at, UTC)
            months = (DAY.year - when.year) * 12 + DAY.month - when.month
            weight += round(2**20 * 0.5 ** (months / 12))
        yield MBID.format(number), len(mine), weight, len({user for user, _, _ in mine})


@given(st.integers(190_001, 210_012).filter(lambda month: 1 <= month % 100 <= 12), st.floats(0.5, 600))
def test_older_months_weigh_less_and_a_half_life_halves(month: int, half_life: float) -> None:
    weights = month_weights([month, 0, 202_608], as_of=DAY, half_life_months=half_life)
    assert 0 <= weights[month] <= ONE == weights[202_608]
    assert weights[0] == ONE // 2
    assert month_weights([202_508], as_of=DAY, half_life_months=12) == {202_508: ONE // 2}


def test_the_unplayed_follow_by_the_listens_of_their_artists(tmp_path: Path) -> None:
    take(
        tmp_path,
        "musicbrainz",
        [
            ("artist", {"id": MBID.format(1), "name": "Known"}),
            ("artist", {"id": MBID.format(2), "name": "Nobody"}),
            recording(10, "Hit", artist_ids=[MBID.format(1)]),
            recording(3, "Of nobody", artist_ids=[MBID.format(2)]),
            recording(4, "Of the known", artist_ids=[MBID.format(1)]),
            ("plays", {"recording_id": MBID.format(10), "month": 202_607, "listens": 9, "listeners": 4}),
        ],
    )
    build(tmp_path)
    assert titles(tmp_path) == ["Hit", "Of the known", "Of nobody"]
    assert [row["score"] for row in table(tmp_path, "recording")] == [11, 0, 0]


def test_a_later_count_of_the_same_source_replaces_an_earlier_one(tmp_path: Path) -> None:
    for day, listens in ((date(2026, 7, 1), 5), (date(2026, 8, 1), 8)):
        take(
            tmp_path,
            "fma",
            [recording("1", "Song"), ("plays", {"recording_id": "1", "month": 0, "listens": listens})],
            as_of=day,
        )
    build(tmp_path)
    assert [row["listens"] for row in table(tmp_path, "recording")] == [8]
