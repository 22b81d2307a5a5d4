"""Preferences on text and data mining: what is stated comes through both vocabularies, and nothing more."""

import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from longplay.formats.bagit import read_bag_info, write_bag_info
from longplay.formats.mining import (
    MAPPING_VERSION,
    bag_info,
    headers,
    location_of,
    preference,
    strictest,
    write_tdmrep,
)
from longplay.model.rights import MiningPreference, RightsStatement
from standing import stated
from strategies import NAMES

ALLOWED, RESERVED = MiningPreference.ALLOWED, MiningPreference.RESERVED
STRICTNESS = {ALLOWED: 0, None: 1, RESERVED: 2}
WISHES = st.sampled_from(MiningPreference)
MAYBE = st.none() | WISHES
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)

few = settings(max_examples=50)


def statements(wishes: list[MiningPreference | None]) -> list[RightsStatement]:
    return [replace(stated(), mining=wish) for wish in wishes]


# which preference holds


@few
@given(st.lists(MAYBE, max_size=4), MAYBE)
def test_one_reservation_reserves_whatever_else_is_stated(
    wishes: list[MiningPreference | None], default: MiningPreference | None
) -> None:
    assert preference(statements([*wishes, RESERVED]), default) is RESERVED
    assert preference(statements([RESERVED, *wishes]), default) is RESERVED


@few
@given(st.lists(MAYBE, max_size=4), MAYBE)
def test_the_default_holds_only_where_nothing_is_stated(
    wishes: list[MiningPreference | None], default: MiningPreference | None
) -> None:
    found = preference(statements(wishes), default)
    if any(wishes):
        assert found is (RESERVED if RESERVED in wishes else ALLOWED)
    else:
        assert found is default


@few
@given(st.lists(MAYBE, min_size=1, max_size=5))
def test_several_objects_together_have_the_strictest_preference(wishes: list[MiningPreference | None]) -> None:
    assert strictest(wishes) is max(wishes, key=STRICTNESS.__getitem__)


def test_of_no_object_there_is_no_preference() -> None:
    assert strictest([]) is None


# fields


@pytest.mark.parametrize(
    ("wish", "tdmrep", "aipref"),
    [(RESERVED, "1", "train-ai=n, ai-use=n"), (ALLOWED, "0", "train-ai=y")],
)
def test_a_preference_is_said_in_both_vocabularies(wish: MiningPreference, tdmrep: str, aipref: str) -> None:
    assert headers(wish) == {"TDM-Reservation": tdmrep, "Content-Usage": aipref}


def test_without_a_preference_nothing_is_said() -> None:
    assert headers(None) == {}
    assert bag_info(None) == []
    assert write_tdmrep([]) == b"[]\n"


@given(MAYBE)
def test_the_bag_says_what_the_fields_say(wish: MiningPreference | None) -> None:
    told = dict(read_bag_info(write_bag_info(bag_info(wish))))
    assert {name: told.pop(name) for name in headers(wish)} == headers(wish)
    assert set(told) == ({"Mining-Mapping"} if wish else set())


def test_the_bag_names_the_mapping() -> None:
    assert ("Mining-Mapping", MAPPING_VERSION) in bag_info(ALLOWED)


# the file


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches the path of an address: a plain reading of RFC 9309, 2.2.3."""
    is_anchored = pattern.endswith("$")
    body = pattern[:-1] if is_anchored else pattern
    expression = ".*".join(re.escape(part) for part in body.split("*"))
    return re.match(expression + (r"\Z" if is_anchored else ""), path, re.DOTALL) is not None


@few
@given(st.lists(PATHS, min_size=1, max_size=5, unique=True))
@example(["data/A*", "data/AB", "data/A*x", "data/A$", "data/A", "data/A$x", "data/A%2A"])
def test_a_location_matches_its_file_and_no_other(paths: list[str]) -> None:
    for path in paths:
        addresses = [other for other in paths if matches(location_of(path), "/" + quote(other, safe="/"))]
        assert addresses == [path]


@few
@given(st.lists(st.tuples(PATHS, WISHES), max_size=5))
def test_the_file_has_one_rule_for_each_file_in_order(places: list[tuple[str, MiningPreference]]) -> None:
    rules = json.loads(write_tdmrep(places))
    assert [rule["location"] for rule in rules] == [location_of(path) for path, _ in places]
    assert [rule["tdm-reservation"] == 1 for rule in rules] == [wish is RESERVED for _, wish in places]


def test_the_file_says_what_the_report_wants() -> None:
    told = json.loads(write_tdmrep([("data/A B.ogg", RESERVED), ("data/C.ogg", ALLOWED)]))
    assert told == [
        {"location": "/data/A%20B.ogg$", "tdm-reservation": 1},
        {"location": "/data/C.ogg$", "tdm-reservation": 0},
    ]
