"""Territories as tables and messages write them: ISO 3166-1 alpha-2 codes, `EU`, and words for everywhere.

Another spelling, a subdivision or a numeric code is none: whoever reads it must not take it for a place.

Source: ISO 3166-1:2020, officially assigned codes; DDEX allowed value `Worldwide`; UN M49, 001.
"""

import re
from typing import Final

from longplay.model.rights import WORLD, Territory

TERRITORIES_LIMIT: Final = 1_000
"""More codes in one place are not read."""

_ASSIGNED: Final = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
CODES: Final = frozenset(_ASSIGNED.split())
"""The 249 codes."""

PLACES: Final = CODES | {"EU"}
"""What a territory may be called, the whole world apart."""

_EVERYWHERE: Final = frozenset({WORLD, "WORLDWIDE", "WORLD"})
_SEPARATORS = re.compile(r"[\s,;|]+")


def read_territories(text: str) -> tuple[Territory, ...] | None:
    """The territories of a list between blanks, commas, semicolons or bars, sorted; empty: everywhere.

    Returns:
        `None` when the list is empty or anything in it is no territory: then it is not known where.
    """
    words = [word.upper() for word in _SEPARATORS.split(text) if word]
    if not words or len(words) > TERRITORIES_LIMIT:
        return None
    if set(words) <= _EVERYWHERE:
        return ()
    if not set(words) <= PLACES:
        return None
    return tuple(Territory(word) for word in sorted(set(words)))
