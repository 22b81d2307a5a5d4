"""Preferences on text and data mining, carried in two vocabularies: TDMRep and AIPREF.

TDMRep is a report of a W3C community group, AIPREF two IETF drafts that still move: which words stand for which
preference is the mapping, and it has a version. A preference is no licence: reserved forbids mining whatever
the licence, allowed permits nothing by itself. What is there and cannot be read is reserved, never allowed.

Source: TDM Reservation Protocol, final report of 10 May 2024; draft-ietf-aipref-vocab-08 and
draft-ietf-aipref-attach-05; RFC 9651, section 3.2; docs/reference/mining-preferences.md.
"""

import json
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from longplay.errors import MalformedInput
from longplay.model.rights import MiningPreference, RightsStatement

MAPPING_VERSION: Final = "2026-11"
"""Version of the mapping below; another one when other words stand for a preference."""

FILE_NAME: Final = "tdmrep.json"
"""The file TDMRep looks for."""

_TDM: Final = {MiningPreference.RESERVED: 1, MiningPreference.ALLOWED: 0}
_AIPREF: Final = {
    MiningPreference.RESERVED: "train-ai=n, ai-use=n",
    # of use as input nothing was said: what is allowed is never more than what was said
    MiningPreference.ALLOWED: "train-ai=y",
}
_FILE_LIMIT: Final = 1 << 22
_FIELD_LIMIT: Final = 1 << 13
"""Longest file and longest field that are read, bytes and characters; a full bundle's file has half of it."""

_BARE: Final = (
    r"(?:[A-Za-z*][\w!#$%&'*+.^`|~:/-]*+"  # token
    r'|"(?:[ !#-\[\]-~]|\\["\\])*+"'  # string
    r"|-?\d{1,15}(?:\.\d{1,3})?|@-?\d{1,15}|\?[01]|:[A-Za-z0-9+/=]*+:)"  # number, date, boolean, bytes
)
_KEY: Final = r"[a-z*][a-z0-9_.*-]*+"
_MEMBER: Final = re.compile(
    rf"(?P<key>{_KEY})(?:=(?P<value>{_BARE}))?(?:; *+{_KEY}(?:={_BARE})?)*+[ \t]*+(?P<more>,[ \t]*+)?", re.ASCII
)
"""A member of an RFC 9651 dictionary; inner lists and display strings, which no draft uses, are left out."""


def preference(
    statements: Iterable[RightsStatement], default: MiningPreference | None
) -> MiningPreference | None:
    """The preference that holds of an object: reserved outweighs allowed, and both the default.

    Args:
        statements: those in force about it.
        default: the archive's own; `None` when it has none.
    """
    stated = {one.mining for one in statements}
    for wish in (MiningPreference.RESERVED, MiningPreference.ALLOWED):
        if wish in stated:
            return wish
    return default


def strictest(preferences: Iterable[MiningPreference | None]) -> MiningPreference | None:
    """The preference of several objects together: allowed only when every one is; of none, `None`."""
    found = set(preferences)
    if MiningPreference.RESERVED in found:
        return MiningPreference.RESERVED
    return MiningPreference.ALLOWED if found == {MiningPreference.ALLOWED} else None


def location_of(path: str) -> str:
    """The pattern that matches one file and no other, for `tdmrep.json`.

    Args:
        path: below the root, parts separated by `/`.

    Source: TDMRep, 6.1: patterns as in RFC 9309, 2.2.3, where `*` and `$` are special unless percent-encoded.
    """
    return f"/{quote(path, safe='/')}$"


def write_tdmrep(places: Iterable[tuple[str, MiningPreference]]) -> bytes:
    """A `tdmrep.json`: one rule for each file that has a preference.

    Args:
        places: (path, preference), in order.
    """
    rules = [{"location": location_of(path), "tdm-reservation": _TDM[wish]} for path, wish in places]
    return (json.dumps(rules, indent=1) + "\n").encode()


def read_tdmrep(data: bytes) -> list[tuple[str, MiningPreference]]:
    """The rules of a `tdmrep.json` in order: (location pattern, preference).

    Only the integer 0 is allowed: a rule with another value, or with none, is reserved.

    Raises:
        MalformedInput: no JSON array of objects with a location, or longer than 4 MiB.
    """
    if len(data) > _FILE_LIMIT:
        raise MalformedInput(FILE_NAME, f"{len(data)} bytes, more than {_FILE_LIMIT}")
    try:
        rules = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_strict)
    except (ValueError, RecursionError) as exc:
        raise MalformedInput(FILE_NAME, str(exc)[:200]) from exc
    if not isinstance(rules, list):
        raise MalformedInput(FILE_NAME, "not an array of rules")
    return [_rule(number, rule) for number, rule in enumerate(rules, start=1)]


def _strict(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; one that says something twice may contradict itself."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _rule(number: int, rule: object) -> tuple[str, MiningPreference]:
    location = rule.get("location") if isinstance(rule, dict) else None
    if not isinstance(rule, dict) or not isinstance(location, str):
        raise MalformedInput(FILE_NAME, f"rule {number} is no object with a location")
    value = rule.get("tdm-reservation")
    return location, _of(type(value) is int and value == 0)


def _of(is_allowed: bool) -> MiningPreference:
    return MiningPreference.ALLOWED if is_allowed else MiningPreference.RESERVED


def headers(wish: MiningPreference | None) -> dict[str, str]:
    """HTTP response fields that say it in both vocabularies, name to value; none without a preference."""
    if wish is None:
        return {}
    return {"TDM-Reservation": str(_TDM[wish]), "Content-Usage": _AIPREF[wish]}


def bag_info(wish: MiningPreference | None) -> list[tuple[str, str]]:
    """Lines for `bag-info.txt`: the preference of the whole bag as in the HTTP fields, and the mapping."""
    if wish is None:
        return []
    return [*headers(wish).items(), ("Mining-Mapping", MAPPING_VERSION)]


def read_fields(fields: Iterable[tuple[str, str]]) -> MiningPreference | None:
    """The preference that HTTP fields or the lines of a `bag-info.txt` state.

    Args:
        fields: (name, value) in any order; names without regard to case, others than the two are passed over.

    Returns:
        `None` when they state none. Reserved when one of them is, or cannot be read.
    """
    stated: set[MiningPreference | None] = set()
    for name, value in fields:
        match name.strip().lower():
            case "tdm-reservation":
                stated.add(_of(value.strip(" \t") == "0"))
            case "content-usage":
                stated.add(_usage(value.strip(" ")))
    return strictest(stated - {None})


def _usage(value: str) -> MiningPreference | None:
    """What a `Content-Usage` states: one refusal reserves all, `train-ai=y` alone allows.

    Mining is one act here. To allow it although some part of it is refused would say more than was said.
    """
    members = _members(value)
    if members is None or "n" in {said for _key, said in members}:
        return MiningPreference.RESERVED
    of_training = {said for key, said in members if key == "train-ai"}
    if not of_training:
        return None
    return _of(of_training == {"y"})


def _members(text: str) -> list[tuple[str, str | None]] | None:
    """Keys and bare values of a dictionary, repeated ones too; `None` when it is not one that can be read."""
    if len(text) > _FIELD_LIMIT:
        return None
    members: list[tuple[str, str | None]] = []
    at = 0
    while at < len(text):
        found = _MEMBER.match(text, at)
        if found is None:
            return None
        members.append((found["key"], found["value"]))
        at = found.end()
        if (found["more"] is None) != (at == len(text)):
            return None
    return members
