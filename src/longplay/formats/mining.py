"""Preferences on text and data mining, written in two vocabularies: TDMRep and AIPREF.

TDMRep is a report of a W3C community group, AIPREF two IETF drafts that still move: which words stand for which
preference is the mapping, and it has a version. A preference is no licence: reserved forbids mining whatever
the licence, allowed permits nothing by itself.

Source: TDM Reservation Protocol, final report of 10 May 2024; draft-ietf-aipref-vocab-08 and
draft-ietf-aipref-attach-05; docs/reference/mining-preferences.md.
"""

import json
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

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
