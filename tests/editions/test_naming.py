"""Names of the payload: safe on every file system, and never two for one place."""

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from longplay.editions.naming import COMPONENT_LIMIT, UniqueNames, component, readable_name
from longplay.formats.bagit import is_inside, read_manifest, write_manifest
from longplay.model.audio import AudioFacts, TagFacts
from longplay.model.digests import ContentId
from longplay.model.holdings import Holding, Provenance
from strategies import CONTENT_IDS, HOLDINGS, digests_of

RESERVED = set('<>:"/\\|?*%')
DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"),
}

ANY_TEXT = st.text(st.characters(), max_size=200) | st.text(
    ' ."~%/\\:é\u0301ＣONcon.\u200b\x00\ud800', max_size=12
)
WORDS = st.sampled_from([*sorted(DEVICES), "con.txt", "nul .ogg", "..", "~root", " ", "a\u0338", "%2e"])
TEXTS = ANY_TEXT | WORDS | st.tuples(WORDS, ANY_TEXT).map("".join)


def is_safe(name: str) -> bool:
    """Whether a component can be a file's name on Linux, macOS and Windows, and in a bag."""
    return (
        0 < len(name.encode()) <= COMPONENT_LIMIT
        and unicodedata.is_normalized("NFC", name)
        and not set(name) & RESERVED
        and name.isprintable()
        and name == name.strip(" ")
        and not name.endswith(".")
        and not name.startswith((".", "~"))
        and name.split(".", maxsplit=1)[0].rstrip().upper() not in DEVICES
    )


@given(text=TEXTS)
@example(text="CON." + 96 * "x")
@example(text="COM¹")
@example(text="nul .ogg")
def test_a_component_is_safe_for_any_text(text: str) -> None:
    assert is_safe(component(text, fallback="fallback"))


@given(text=TEXTS, room=st.integers(0, 12))
def test_a_component_leaves_the_room_it_is_asked_for(text: str, room: int) -> None:
    name = component(text, fallback="f", room=room)
    assert len(name.encode()) <= COMPONENT_LIMIT - room


@given(text=TEXTS)
@example(text="CON." + 96 * "x")
def test_a_component_of_a_component_is_the_same(text: str) -> None:
    once = component(text, fallback="fallback")
    assert component(once, fallback="fallback") == once


@given(text=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20))
def test_letters_and_digits_stay_as_they_are(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assume(composed.upper() not in DEVICES and len(composed.encode()) <= COMPONENT_LIMIT)
    assert component(text, fallback="fallback") == composed


@pytest.mark.parametrize("text", ["", " ", "...", "~", "\x00\x1b", "\ud800", "\u202e", "\n\t"])
def test_a_text_with_nothing_readable_in_it_becomes_the_fallback(text: str) -> None:
    assert component(text, fallback="fallback") == "fallback"


@given(
    holding=HOLDINGS, title=TEXTS, album=TEXTS, path=st.text(min_size=1).filter(lambda path: "\0" not in path)
)
def test_a_readable_name_is_three_safe_components_that_any_bag_can_hold(
    holding: Holding, title: str, album: str, path: str
) -> None:
    place = Provenance(accession="a", source="s", root="/r", path=path, given=(("album", album),))
    named = Holding(
        digests=holding.digests,
        audio=holding.audio,
        tags=TagFacts(title=title, track=holding.tags.track),
        statements=(),
        provenances=(place,),
    )
    name = readable_name(named)
    parts = name.split("/")
    assert len(parts) == 3
    assert all(is_safe(part) for part in parts)
    assert is_inside(f"data/{name}")
    assert list(read_manifest(write_manifest([(name, holding.content_id)]))) == [name]


@pytest.mark.parametrize(
    ("path", "container", "suffix"),
    [
        ("a/song.OGG", "ogg", ".ogg"),
        ("a/song", "mp3", ".mp3"),
        ("a/song.a b", "flac", ".flac"),
        ("a/song.übel", "wav", ".wav"),
        ("a/song", "unheard-of", ".audio"),
        ("a/song.exceedinglylong", "mov", ".m4a"),
    ],
)
def test_the_suffix_is_the_originals_where_harmless_and_the_containers_else(
    path: str, container: str, suffix: str
) -> None:
    audio = AudioFacts(
        container=container, codec="c", rate=1, channels=1, samples=1, bit_depth=None, decode_errors=0
    )
    place = Provenance(accession="a", source="s", root="/r", path=path)
    holding = Holding(digests=digests_of(1), audio=audio, tags=TagFacts(), statements=(), provenances=(place,))
    assert readable_name(holding) == f"Unknown Artist/Unknown Album/song{suffix}"


def folded(name: str) -> str:
    """A name as a file system sees it that does not look at case or composition."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


NAMES = st.sampled_from(["A/B/Song.ogg", "a/b/SONG.ogg", "A/B/song.OGG", "A/B/Straße.wav", "A/B/STRASSE.wav"])


@given(names=st.lists(NAMES, max_size=8), ids=st.lists(CONTENT_IDS, min_size=8, max_size=8, unique=True))
def test_two_holdings_never_share_a_name_even_where_case_does_not_count(
    names: list[str], ids: list[ContentId]
) -> None:
    unique = UniqueNames()
    taken = [unique.take(name, content_id) for name, content_id in zip(names, ids, strict=False)]
    assert len({folded(name) for name in taken}) == len(taken)


@given(
    ids=st.lists(st.sampled_from("0123456789abcdef").map((64).__rmul__), unique=True, min_size=1, max_size=9)
)
def test_the_first_to_come_keeps_its_name_and_the_others_get_digits_of_their_content(ids: list[str]) -> None:
    unique = UniqueNames()
    taken = [unique.take("A/B/Song.ogg", ContentId(content_id)) for content_id in ids]
    assert taken[0] == "A/B/Song.ogg"
    assert taken[1:] == [f"A/B/Song [{content_id[:8]}].ogg" for content_id in ids[1:]]


@given(content_id=CONTENT_IDS, digits=st.permutations([0, 8, 16, 64]), others=st.integers(1, 5))
def test_names_made_to_be_in_the_way_stop_nothing(
    content_id: ContentId, digits: list[int], others: int
) -> None:
    unique = UniqueNames()
    made = [f"A/B/X [{content_id[:count]}].ogg" if count else "A/B/X.ogg" for count in digits]
    taken = [unique.take(name, ContentId(f"{number:064x}")) for number, name in enumerate(made)]
    taken += [unique.take("A/B/X.ogg", content_id) for _ in range(others)]
    assert len({folded(name) for name in taken}) == len(taken)
    assert all(len(name.split("/")[2].encode()) <= COMPONENT_LIMIT for name in taken)


@given(text=TEXTS, ids=st.lists(CONTENT_IDS, min_size=2, max_size=5, unique=True))
def test_a_long_name_with_digits_still_has_its_suffix_and_fits(text: str, ids: list[ContentId]) -> None:
    unique = UniqueNames()
    stem = component(text + 30 * "längst", fallback="f", room=4)
    taken = [unique.take(f"A/B/{stem}.ogg", content_id) for content_id in ids]
    assert all(is_safe(name.split("/")[2]) and name.endswith(".ogg") for name in taken)
