"""Preferences on text and data mining: what is stated comes through both vocabularies, and nothing more."""

import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.bagit import read_bag_info, write_bag_info
from longplay.formats.mining import (
    MAPPING_VERSION,
    bag_info,
    headers,
    location_of,
    preference,
    read_fields,
    read_tdmrep,
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


def usage(value: str) -> MiningPreference | None:
    return read_fields([("Content-Usage", value)])


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
def test_fields_come_back(wish: MiningPreference | None) -> None:
    assert read_fields(headers(wish).items()) is wish
    assert read_fields(read_bag_info(write_bag_info(bag_info(wish)))) is wish


@pytest.mark.parametrize("name", ["TDM-Reservation", "Content-Usage"])
@given(wish=WISHES)
def test_either_vocabulary_is_enough(name: str, wish: MiningPreference) -> None:
    assert read_fields([(f" {name.upper()} ", headers(wish)[name])]) is wish


@few
@given(st.permutations([*headers(ALLOWED).items(), *headers(RESERVED).items(), ("Server", "x")]))
def test_two_that_disagree_are_reserved_in_any_order(fields: list[tuple[str, str]]) -> None:
    assert read_fields(fields) is RESERVED


def test_the_bag_names_the_mapping() -> None:
    assert ("Mining-Mapping", MAPPING_VERSION) in bag_info(ALLOWED)


@pytest.mark.parametrize(
    "value", ["", "2", "00", "-0", "0.0", "false", "no", "0, 1", "0, 0", "\N{FULLWIDTH DIGIT ZERO}"]
)
def test_a_reservation_that_is_not_plainly_zero_is_one(value: str) -> None:
    assert read_fields([("tdm-reservation", value)]) is RESERVED


@pytest.mark.parametrize(
    ("value", "wish"),
    [
        ("train-ai=y", ALLOWED),
        ("train-ai=y, search=y", ALLOWED),
        ('  search=y ,\ttrain-ai=y;why="yes, n";since=@1;sure, bots=?0', ALLOWED),
        ("search=y", None),
        ("", None),
        ('note="train-ai=y"', None),
        ("my-train-ai=y", None),
        ("train-ai=n", RESERVED),
        ("ai-use=n", RESERVED),
        ("tdm=n", RESERVED),
        ("train-ai=y, search=n", RESERVED),
        ("train-ai=n, train-ai=y", RESERVED),
        ("train-ai", RESERVED),
        ("train-ai=Y", RESERVED),
        ("train-ai=maybe", RESERVED),
        ('train-ai="y"', RESERVED),
        ("train-ai=?1", RESERVED),
    ],
)
def test_a_usage_allows_only_what_it_plainly_allows(value: str, wish: MiningPreference | None) -> None:
    assert usage(value) is wish


@pytest.mark.parametrize(
    "value",
    [
        "Train-AI=y", "train-ai=y,", "train-ai=y train-ai=y", "train-ai = y", "train-ai=(y)", "train-ai=y\n",
        "train-ai=y;", "=y", ",train-ai=y", 'train-ai=y, note="open', "train-ai=y, \N{MUSIC FLAT SIGN}=n",
        "train-ai=y, x=" + "1" * 16, "train-ai=y" + ", x=y" * 10_000,
    ],
)  # fmt: skip
def test_a_usage_that_is_no_dictionary_of_rfc_9651_is_reserved(value: str) -> None:
    assert usage(value) is RESERVED


KEYS = st.sampled_from(["train-ai", "ai-use", "search", "bots", "*x.y_1"])
TOKENS = st.sampled_from(["y", "n", "maybe", "Y", "*", "a/b:c"])
PARAMETERS = st.sampled_from(["", ";a", "; a=1;b=?0", ';note="n, train-ai=n"', ";at=@-5;of=:bg==:"])
MEMBERS = st.lists(st.tuples(KEYS, TOKENS, PARAMETERS), max_size=5)


@few
@given(MEMBERS, st.sampled_from([",", ", ", " ,\t "]))
def test_a_usage_made_of_known_parts_is_read_as_they_are(
    members: list[tuple[str, str, str]], comma: str
) -> None:
    """The oracle is the list the text was made of."""
    text = comma.join(f"{key}={token}{parameters}" for key, token, parameters in members)
    of_training = [token for key, token, _ in members if key == "train-ai"]
    wanted: MiningPreference | None
    if any(token == "n" for _, token, _ in members):
        wanted = RESERVED
    elif of_training:
        wanted = ALLOWED if set(of_training) == {"y"} else RESERVED
    else:
        wanted = None
    assert usage(text) is wanted


@few
@given(st.text(max_size=80) | st.text('train-i=y,;"\\ ', max_size=30))
@example('a="' + "\\" * 8_000)
@example("a; " * 2_700 + "!")
@example("a=1;" * 2_000)
def test_any_text_in_a_field_is_read_and_allows_only_if_it_says_so(text: str) -> None:
    for name in ("content-usage", "tdm-reservation"):
        if read_fields([(name, text)]) is ALLOWED:
            assert re.search(r"(?<![\w.*-])train-ai=y(?![\w])", text) or text.strip() == "0"


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
def test_the_file_comes_back(places: list[tuple[str, MiningPreference]]) -> None:
    assert read_tdmrep(write_tdmrep(places)) == [(location_of(path), wish) for path, wish in places]


def test_the_file_says_what_the_report_wants() -> None:
    told = json.loads(write_tdmrep([("data/A B.ogg", RESERVED), ("data/C.ogg", ALLOWED)]))
    assert told == [
        {"location": "/data/A%20B.ogg$", "tdm-reservation": 1},
        {"location": "/data/C.ogg$", "tdm-reservation": 0},
    ]


def test_the_file_of_the_largest_bundle_can_be_read() -> None:
    path = "data/" + "/".join(["\N{MUSIC FLAT SIGN}" * 33] * 3)
    places = [(f"{path}{number}", RESERVED) for number in range(1_900)]
    assert len(read_tdmrep(write_tdmrep(places))) == 1_900


@pytest.mark.parametrize("value", ["1", "2", '"0"', "0.0", "false", "true", "null", "[]", "{}", "-1", "1e999"])
def test_a_rule_that_is_not_plainly_zero_is_reserved(value: str) -> None:
    rule = f'[{{"location": "/", "tdm-reservation": {value}, "tdm-policy": "https://example.org/"}}]'
    assert read_tdmrep(rule.encode()) == [("/", RESERVED)]


def test_a_rule_that_says_nothing_is_reserved() -> None:
    assert read_tdmrep(b'\xef\xbb\xbf[{"location": "/a"}]') == [("/a", RESERVED)]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"0", b"[1]", b'[{"tdm-reservation": 0}]', b'[{"location": 1, "tdm-reservation": 0}]',
        b'[{"location": "/", "tdm-reservation": 1, "tdm-reservation": 0}]', b"\xff", b"[" * 100_000,
        b'[{"location": "/", "tdm-reservation": 0}]' + b" " * (1 << 22), b"[" + b"9" * 5_000 + b"]",
    ],
    ids=lambda data: str(data[:50]),
)  # fmt: skip
def test_what_is_no_file_of_rules_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedInput, match=r"tdmrep\.json"):
        read_tdmrep(data)


def gives_rules_or_malformed(data: bytes) -> None:
    try:
        rules = read_tdmrep(data)
    except MalformedInput:
        return
    assert all(isinstance(location, str) and isinstance(wish, MiningPreference) for location, wish in rules)


@few
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_rules_or_malformed(data: bytes) -> None:
    gives_rules_or_malformed(data)


@few
@given(st.lists(st.tuples(PATHS, WISHES), min_size=1, max_size=3), st.data())
def test_rules_with_some_bytes_changed_are_rules_or_malformed(
    places: list[tuple[str, MiningPreference]], drawn: st.DataObject
) -> None:
    data = bytearray(write_tdmrep(places))
    for _ in range(drawn.draw(st.integers(1, 4))):
        at = drawn.draw(st.integers(0, len(data)))
        data[at : at + drawn.draw(st.integers(0, 3))] = drawn.draw(st.binary(max_size=3))
    gives_rules_or_malformed(bytes(data))
