"""Search: what plain comparing finds, and what people type instead of it, in every tier and many scripts."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indexed import HEADS, catalogue, indexing, mbid, plays, recording, search, serving, titles

from longplay.catalogue.entities import KINDS, Entity, EntityKind
from longplay.catalogue.importers.musicbrainz import IMPORTER
from longplay.catalogue.search import indexing as indexing_module
from longplay.catalogue.search import searching, tier_queries
from longplay.catalogue.search.indexing import OwnRecording, index_folder
from longplay.catalogue.search.searching import Search
from longplay.catalogue.search.tiers import Indexed, write_tier
from longplay.catalogue.search.words import EDGES, words
from longplay.catalogue.serving import Serving
from longplay.catalogue.sources.importing import Importing
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.statuses import Statuses
from longplay.errors import StorageError, UsageError
from longplay.model.statuses import Status
from longplay.progress import Silent
from made_sources import DAY, Row, build

NAMES = (
    *("Jóga", "Army of Me", "Hyperballad", "All Is Full of Love", "Love Will Tear Us Apart", "Let It Be"),
    *("The Love Cats", "Atmosphere", "Her Majesty", "Something", "Come Together", "The End", "Love"),
    *("Heroes", "Ashes to Ashes", "Träume", "Über den Wolken", "Élan", "El Niño", "Coração Vagabundo"),
    *("夜に駆ける", "東京事変", "愛", "桜の雨、いつか", "パフューム", "사랑했지만", "봄날"),
    *("Тёмная ночь", "Группа крови", "ليل القاهرة", "حُبّ", "नदी के पार", "गीत गाता चल", "!!!"),
    *("Me and Giuliani Down by the School Yard (A True Story)", "Don't Stop Me Now", "P!nk Panther"),
    *("Back in Black", "2 + 2 = 5", "Paranoid Android", "Everything in Its Right Place"),
    *("Intro", "The Love of the Sea", "Majestic Ascending", "A Day in the Life", "Loveless", "Lovely Head"),
)  # fmt: skip
ARTISTS = (
    "Björk",
    "Joy Division",
    "The Beatles",
    "David Bowie",
    "AC/DC",
    "椎名林檎",
    "방탄소년단",
    "Кино",
    "فيروز",
    "!!!",
)


def rows() -> Iterator[Row]:
    for number, name in enumerate(ARTISTS):
        aliases = ["Shiina Ringo"] if name == "椎名林檎" else []
        yield "artist", {"id": mbid(900 + number), "name": name, "aliases": aliases}
        album = {"id": mbid(800 + number), "title": f"Album {number}", "artist_credit": name}
        yield "release", {**album, "artist_ids": [mbid(900 + number)], "date": str(1990 + number)}
    for number, title in enumerate(NAMES, 1):
        by = number % len(ARTISTS)
        licence = {"licence": "https://creativecommons.org/licenses/by/4.0/"} if number % 7 == 0 else {}
        more = {
            "artist_ids": [mbid(900 + by)],
            "year": 1960 + number,
            "isrcs": [f"GBAYE97{number:05d}"],
            **licence,
        }
        yield recording(number, title, ARTISTS[by], **more)
        yield plays(number, 10_000 // number)
        track = {"release_id": mbid(800 + by), "recording_id": mbid(number), "medium": 1, "position": number}
        yield "track", track


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return catalogue(tmp_path_factory.mktemp("searched") / "archive", rows())


@pytest.fixture(scope="module")
def table(root: Path) -> Serving:
    return serving(root)


@pytest.fixture(scope="module")
def engine(root: Path) -> Search:
    return search(root)


def everything(table: Serving) -> list[Entity]:
    return [one for kind in KINDS for one in table.between(kind, 0, 10**6)]


def named(entity: Entity) -> list[str]:
    """The words of all names of an entity."""
    return [word for name in (entity.title, entity.artist or "", *entity.aliases) for word in words(name)]


def answers(entity: Entity, asked: list[str]) -> bool:
    """Plain comparing: each word is in a name, the last may be a beginning; in the tail, of four letters."""
    *before, last = asked
    own = named(entity)
    in_tail = entity.rank > HEADS[-1] and not before
    joined = {word.replace(" ", "") for word in own} | {"acdc", "pnk"} & {"".join(words(n)) for n in
              (*(entity.title.split()), *((entity.artist or "").split()))}  # fmt: skip
    is_last = any(
        word == last or (word.startswith(last) and (len(last) > EDGES or not in_tail))
        for word in (*own, *joined)
    )
    return is_last and all(word in own or word in joined for word in before)


LATIN = sorted(
    {word for name in (*NAMES, *ARTISTS) for word in words(name) if word.isascii() and word.isalnum()}
)


@settings(max_examples=150)
@given(
    asked=st.lists(st.sampled_from(LATIN), min_size=1, max_size=3),
    cut=st.integers(1, 9),
)
def test_words_and_a_beginning_find_what_plain_comparing_finds(
    asked: list[str], cut: int, table: Serving, engine: Search
) -> None:
    asked = [*asked[:-1], asked[-1][:cut]]
    wanted = {one.id for one in everything(table) if answers(one, asked)}
    found = engine.find(" ".join(asked), limit=1_000)
    plain = {hit.entity.id for hit in found.hits if not hit.is_guess}
    assert plain == wanted
    assert found.total >= len(found.hits)
    if len(wanted) >= 3:
        assert plain == {hit.entity.id for hit in found.hits}


@settings(max_examples=60)
@given(
    word=st.sampled_from(["love", "the", "song", "album", ""]),
    kind=st.none() | st.sampled_from(KINDS),
    years=st.none() | st.tuples(st.integers(1955, 2010), st.integers(0, 80)),
    licence=st.sampled_from(["", "cc-by", "cc-by-4.0", "cc-by-sa"]),
)
def test_fields_narrow_as_plain_filters_do(
    word: str,
    kind: EntityKind | None,
    years: tuple[int, int] | None,
    licence: str,
    table: Serving,
    engine: Search,
) -> None:
    fields = [f"kind:{kind.value}"] if kind else []
    fields += [f"year:{years[0]}..{years[0] + years[1]}"] if years else []
    fields += [f"licence:{licence}"] if licence else []
    if not (fields or word):
        return
    wanted = {
        one.id
        for one in everything(table)
        if (not word or answers(one, [word]))
        and kind in (None, one.kind)
        and (years is None or (one.year is not None and years[0] <= one.year <= sum(years)))
        and (not licence or (one.licence is not None and licence != "cc-by-sa"))
    }
    found = engine.find(" ".join((*fields, word)), limit=1_000)
    assert {hit.entity.id for hit in found.hits if not hit.is_guess} == wanted


def test_every_name_is_found_among_the_first_by_its_whole(table: Serving, engine: Search) -> None:
    for entity in everything(table):
        for text in (entity.title, f"{entity.artist or ''} {entity.title}", entity.title.upper()):
            first = [hit.entity.id for hit in engine.find(text).hits]
            assert entity.id in first, text


def test_a_letter_left_out_or_swapped_is_forgiven(table: Serving, engine: Search) -> None:
    rng = random.Random(7)
    tried = 0
    for word in (word for word in LATIN if len(word) >= 5):
        wanted = {one.id for one in everything(table) if word in named(one) and one.rank <= HEADS[-1]}
        if not wanted:
            continue  # words that only the tail has are not known to the spelling
        for at in rng.sample(range(len(word) - 1), 2):
            for typo in (word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :]):
                hits = engine.find(typo, limit=100).hits
                plain = [hit for hit in hits if not hit.is_guess]
                if len(plain) < 3 and wanted & {hit.entity.id for hit in hits} == set():
                    pytest.fail(f"{typo} does not find {word}")
                tried += 1
    assert tried > 80


def test_two_letters_are_forgiven_in_a_long_word_only(engine: Search) -> None:
    assert titles(engine, "hypreballd") == ["Hyperballad"]
    assert [hit.is_guess for hit in engine.find("hypreballd").hits] == [True]
    assert "Heroes" not in titles(engine, "hreos")


def test_exact_hits_come_before_similar_ones(engine: Search) -> None:
    found = engine.find("lovely")
    assert found.hits[0].entity.title == "Lovely Head"
    guesses = [hit.is_guess for hit in found.hits]
    assert guesses == sorted(guesses)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("夜に", "夜に駆ける"),
        ("駆ける", "夜に駆ける"),
        ("京事", "東京事変"),
        ("愛", "愛"),
        ("いつか 桜", "桜の雨、いつか"),
        ("ﾊﾟﾌｭｰﾑ", "パフューム"),
        ("사랑", "사랑했지만"),
        ("봄", "봄날"),
        ("темная", "Тёмная ночь"),
        ("ГРУППА КР", "Группа крови"),
        ("ليل", "ليل القاهرة"),
        ("حب", "حُبّ"),
        ("नदी", "नदी के पार"),
        ("गाता च", "गीत गाता चल"),
        ("joga", "Jóga"),
        ("traume", "Träume"),
        ("uber wolken", "Über den Wolken"),
        ("ｌｅｔ ｉｔ", "Let It Be"),
        ("dont stop", "Don't Stop Me Now"),
        ("pnk", "P!nk Panther"),
        ("2 + 2", "2 + 2 = 5"),
        ("!!!", "!!!"),
    ],
)
def test_what_people_type_finds_it(typed: str, title: str, engine: Search) -> None:
    assert title in titles(engine, typed)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ('"let it be"', {"Let It Be"}),
        ('"be let it"', set()),
        ('"the love"', {"The Love Cats", "The Love of the Sea"}),
        ('"夜に駆ける"', {"夜に駆ける"}),
        ('artist:"ac dc" title:love', {"All Is Full of Love"}),
        ("artist:shiina", {"椎名林檎"}),
        ("title:björk", set()),
        ('artist:"!!!" kind:artist', {"!!!"}),
        ("kind:artist acdc", {"AC/DC"}),
        ('release:"album 6" let', {"Let It Be"}),
        ("gb-aye-97-00006", {"Let It Be"}),
        (mbid(6), {"Let It Be"}),
        (mbid(777), set()),
        ("musicbrainz:" + mbid(900), {"Björk"}),
    ],
)
def test_fields_phrases_and_ids(query: str, wanted: set[str], engine: Search) -> None:
    hits = engine.find(query, limit=100).hits
    assert {hit.entity.title for hit in hits if not hit.is_guess} == wanted


SIGNS = st.text("†%@<>~&#-+*?.()[]{}^$|\\/_=,;!§½🎵", min_size=1, max_size=6)


@settings(max_examples=200)
@given(
    text=st.lists(
        st.sampled_from(LATIN)
        | SIGNS
        | st.text(max_size=6)
        | st.sampled_from(["artist:", "title:", "release:", '"']),
        max_size=5,
    ).flatmap(lambda parts: st.sampled_from([" ".join(parts), "".join(parts)]))
)
def test_any_text_is_answered_or_refused(text: str, engine: Search) -> None:
    try:
        found = engine.find(text)
    except UsageError:
        return
    assert len(found.hits) <= 10


def test_the_more_listened_of_equal_names_comes_first(tmp_path: Path) -> None:
    numbers = range(1, 61)
    same = [recording(number, "Love", f"Artist {number}") for number in numbers]
    heard = [plays(number, number) for number in numbers]
    found = search(catalogue(tmp_path, [*same, *heard]), heads=(9, 50)).find("love", limit=60)
    assert [hit.entity.rank for hit in found.hits] == list(numbers)
    assert [hit.score for hit in found.hits] == sorted((hit.score for hit in found.hits), reverse=True)


def test_a_frequent_word_is_answered_by_the_first_tier_and_says_so(engine: Search) -> None:
    found = engine.find("a", limit=1)
    assert not found.is_all
    assert len(found.hits) == 1
    assert found.total >= 1


def test_a_name_that_is_wholly_what_was_asked_is_found_in_any_tier(tmp_path: Path) -> None:
    many = [recording(number, f"Intro to the song number {number}", "Ada") for number in range(1, 90)]
    heard = [plays(number, 1_000 - number) for number in range(1, 90)]
    last = [recording(90, "Intro", "Zoë"), plays(90, 50)]
    engine = search(catalogue(tmp_path, [*many, *heard, *last]), heads=(20, 60))
    for query in ("intro", "zoe intro"):
        assert engine.find(query).hits[0].entity.rank == 90


def test_the_order_of_documents_makes_no_difference(
    root: Path, table: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = write_tier

    def shuffled(folder: Path, given: Iterator[Indexed], **how: object) -> int:
        listed = list(given)
        random.Random(3).shuffle(listed)
        return written(folder, listed, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(indexing_module, "write_tier", shuffled)
    catalogue(tmp_path, rows())
    other = search(tmp_path)
    engine = search(root)
    for query in (
        "love",
        "the",
        "a",
        "l",
        "album",
        "beatles",
        "hypreballad",
        "year:1970..1980",
        "kind:release",
    ):
        assert engine.find(query) == other.find(query)


@pytest.mark.integration
def test_everything_in_real_documents_is_found_by_its_names_and_ids(real: Path, tmp_path: Path) -> None:
    for path in sorted((real / "metadata" / "musicbrainz").rglob("*.*")):
        use = Importing(imports=Imports(tmp_path), importer=IMPORTER, part_rows=1_000)
        use.take(path, as_of=DAY, progress=Silent())
    build(tmp_path)
    table = serving(tmp_path)
    engine = search(tmp_path, heads=(20, 100))
    entities = everything(table)
    assert len(entities) > 400
    for entity in entities:
        assert table.get(entity.id) == entity
        if words(entity.title):
            text = " ".join(words(f"{entity.artist or ''} {entity.title}")[:24])
            assert entity.id in {hit.entity.id for hit in engine.find(text, limit=100).hits}, text


# made, made again


SOME = [recording(1, "Jóga", "Björk"), recording(2, "Hunter", "Björk")]


class Killed(BaseException):
    """What a kill looks like from inside."""


def test_killed_midway_the_index_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue(tmp_path, SOME)

    def kill(*_: object) -> int:
        raise Killed

    monkeypatch.setattr(indexing_module, "write_words", kill)
    with pytest.raises(Killed):
        search(tmp_path)
    assert not index_folder(tmp_path, 1).exists()
    monkeypatch.undo()
    assert "Jóga" in titles(search(tmp_path), "joga")
    assert not list(index_folder(tmp_path, 1).parent.glob(".*.unfinished"))


def test_an_index_is_made_once_and_anew_for_another_snapshot_or_method(tmp_path: Path) -> None:
    catalogue(tmp_path, SOME)
    table = serving(tmp_path)
    ports = indexing(tmp_path)
    assert ports.index(1, table, progress=Silent())
    assert not ports.index(1, table, progress=Silent())
    assert indexing(tmp_path, (5, 20)).index(1, table, progress=Silent())
    told = index_folder(tmp_path, 1) / "made.json"
    told.write_text(json.dumps({**json.loads(told.read_text()), "made_of": "another"}))
    assert ports.index(1, table, progress=Silent())
    catalogue(tmp_path, [recording(500, "Newcomer", "Ada"), plays(500, 10**6)])
    assert titles(search(tmp_path, 2), "newcomer") == ["Newcomer"]
    assert not {"Newcomer"} & set(titles(search(tmp_path, 1), "newcomer"))


def test_a_damaged_index_says_that_it_may_be_deleted(tmp_path: Path) -> None:
    catalogue(tmp_path, SOME)
    search(tmp_path)
    (index_folder(tmp_path, 1) / "tail" / "meta.json").write_text("{")
    with pytest.raises(StorageError, match="delete that folder"):
        search(tmp_path)


def test_a_small_catalogue_with_a_very_long_word_is_searched(tmp_path: Path) -> None:
    long = "Llanfair" * 300
    engine = search(catalogue(tmp_path, [recording(1, "Song"), recording(2, long)]), heads=(1 << 15, 1 << 19))
    assert titles(engine, "so") == ["Song"]
    assert titles(engine, long[:400]) == titles(engine, "llanf") == [long]
    assert titles(engine, "zzzz") == []
    assert engine.find("zzzz").total == 0


# what the archive says of recordings


def told(held: list[int], recordings: int = 1_000) -> Statuses:
    """Statuses where some are held and all others wanted."""
    ranks = {Status.HELD: np.array(held, np.uint32)}
    return Statuses(recordings=recordings, line=recordings, ranks=ranks)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More songs than the first window holds, so that the last ones are not among the first offered."""
    some = [recording(number, f"Song {number}") for number in range(1, 300)]
    heard = [plays(number, 1_000 - number) for number in range(1, 300)]
    return catalogue(tmp_path_factory.mktemp("songs") / "archive", [*some, *heard])


@pytest.mark.parametrize("held", [[], [1, 14, 60], list(range(1, 300, 2))])
def test_a_status_narrows_to_the_recordings_that_have_it(held: list[int], songs: Path) -> None:
    engine = search(songs, statuses=told(held), heads=(250,))
    found = engine.find("song status:held", limit=200)
    assert sorted(hit.entity.rank for hit in found.hits) == held
    assert {hit.status for hit in found.hits} <= {"held"}
    assert len(engine.find("song status:wanted", limit=5).hits) == 5
    shown = engine.find("song", limit=20).hits
    assert {hit.entity.rank for hit in shown if hit.status == "held"} == set(held) & {
        h.entity.rank for h in shown
    }


def test_few_of_a_status_are_found_behind_many_hits_without_it(
    songs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The windows are made so small that only asking the engine for these very recordings finds them."""
    monkeypatch.setattr("longplay.catalogue.search.searching.WINDOWS", (50,))
    found = search(songs, statuses=told([240, 241]), heads=(250,)).find("song status:held")
    assert [hit.entity.rank for hit in found.hits] == [240, 241]


def test_without_statuses_the_answer_is_how_to_get_them(engine: Search) -> None:
    with pytest.raises(UsageError, match="longplay catalogue match"):
        engine.find("love status:held")


def test_own_recordings_are_found_beside_those_of_the_catalogue(root: Path) -> None:
    own = [
        OwnRecording(id="c8" * 32, title="Kitchen Tape", artist="Björk", release="Home", year=1977),
        OwnRecording(id="d9" * 32, title="夜の台所"),
    ]
    engine = search(root, own=own, statuses=told([1]))
    (hit,) = engine.find("kitchen ta").hits
    assert (hit.entity.id, hit.entity.rank, hit.status) == ("c8" * 32, 0, "held")
    assert titles(engine, "release:home") == ["Kitchen Tape"]
    assert titles(engine, "台所") == ["夜の台所"]
    assert "Kitchen Tape" in titles(engine, "bjork status:held", limit=50)
    assert titles(engine, "kitchn tape") == []  # misspellings are of the catalogue's words
    assert titles(search(root, own=own[1:]), "kitchen tape") == []


def test_folding_is_what_the_engine_sees(table: Serving) -> None:
    assert all(words(one.title) for one in everything(table))
    assert not re.search("[A-Z]", " ".join(words(" ".join(NAMES))))


def deep(tmp_path: Path) -> Search:
    """Sixty songs that are listened to, and a few in the tail that nobody knows."""
    rows = [recording(n, f"Song {n}", "The Pier") for n in range(1, 61)]
    rows += [recording(n, f"Song Lamp {n}", "The Pier") for n in range(61, 64)]
    rows += [recording(64, "Song Tide Pier", "The Pier", year=1931), recording(65, "Tidal Song", "Nobody")]
    rows += [recording(66, "Lampshade", "Nobody")]
    return search(catalogue(tmp_path, [*rows, *(plays(n, 1_000 - n) for n in range(1, 61))]))


def test_the_tail_is_not_gone_through_for_frequent_words_but_whole_names_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = deep(tmp_path)
    assert set(titles(engine, "song lamp")) == {"Song Lamp 61", "Song Lamp 62", "Song Lamp 63"}
    monkeypatch.setattr(searching, "FREQUENT", 2)
    assert titles(engine, "song lamp") == []
    assert titles(engine, "song lamp 62") == ["Song Lamp 62"]
    assert titles(engine, "pier song tide") == ["Song Tide Pier"]
    monkeypatch.setattr(searching, "FREQUENT", 0)
    assert titles(engine, "tidal song nobody") == ["Tidal Song"]
    assert titles(engine, "song year:1931") == ["Song Tide Pier"]
    assert not engine.find("song lamp").is_all


def test_a_whole_name_that_is_misspelt_is_looked_up_in_the_tail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the tail is not gone through; the head has the words, so they can be guessed."""
    engine = deep(tmp_path)
    monkeypatch.setattr(searching, "FREQUENT", 0)
    assert titles(engine, "sonk tide pier the pier") == ["Song Tide Pier"]


def test_a_frequent_last_word_is_no_beginning_in_the_tail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = deep(tmp_path)
    lamps = {"Song Lamp 61", "Song Lamp 62", "Song Lamp 63"}
    assert set(titles(engine, "lamp")) == lamps | {"Lampshade"}
    monkeypatch.setattr(tier_queries, "_FREQUENT", 2)
    assert set(titles(engine, "lamp")) == lamps
    assert titles(engine, "lamps") == ["Lampshade"]
