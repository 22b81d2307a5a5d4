"""What a licence asks of whoever passes a recording on, beyond the credit: its name, its notices, its offers.

A table for `ATTRIBUTION.md`; it permits nothing. A licence without a row has its SPDX id as its name, and its
text lies in the bag.

Source: CC BY 4.0 sections 3(a)(1)(A) and 5; CC 1.0 to 3.0 sections 4 and 5; OGA-BY 3.0 sections 4 and 5; GPLv1
sections 3, 9, 10; GPLv2 sections 1, 3, 11, 12; GPLv3 sections 4, 6, 15, 16; LGPL 2.1 sections 1, 4, 15, 16;
Licence Art Libre 1.2 and 1.3 section 2.2.
"""

import re
from dataclasses import dataclass
from typing import Final

_ELEMENTS: Final = {
    "BY": "Attribution",
    "NC": "NonCommercial",
    "ND": "NoDerivatives",
    "SA": "ShareAlike",
}
_EDITIONS: Final = {"4.0": "International", "3.0": "Unported"}
_CREATIVE_COMMONS: Final = re.compile(
    r"(?:LicenseRef-)?CC-(BY(?:-NC)?(?:-ND|-SA)?)-(\d\.\d)(?:-([A-Z0-9]+))?", re.IGNORECASE
)
_GNU: Final = re.compile(r"(A|L)?GPL-(\d)\.(\d)-(only|or-later)")
_NAMES: Final = {
    "CC0-1.0": "CC0 1.0 Universal",
    "CC-PDM-1.0": "Public Domain Mark 1.0",
    "CC-PDDC": "Creative Commons Public Domain Dedication and Certification",
    "LAL-1.2": "Licence Art Libre (Free Art License) 1.2",
    "LAL-1.3": "Licence Art Libre (Free Art License) 1.3",
    "LicenseRef-OGA-BY-3.0": "OGA-BY (OpenGameArt Attribution) 3.0",
    "LicenseRef-OGA-BY-4.0": "OGA-BY (OpenGameArt Attribution) 4.0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Duty:
    """What a family of licences asks for.

    Attributes:
        pattern: matches the whole SPDX id.
        disclaimer: where the disclaimer of warranties stands that must be pointed at; `None`: no such duty.
        offers: what must be told besides, as (name, sentence).
    """

    pattern: re.Pattern[str]
    disclaimer: str | None
    offers: tuple[tuple[str, str], ...] = ()


_SOURCE_OFFER: Final = (
    "corresponding source",
    "the archive holds no other form of the recording than this file; if its makers hold one that is better "
    "suited to changing it, ask for it at the source named above, and pass this note on",
)
_ORIGINALS: Final = ("originals", "the source named above says where they can be had")

_DUTIES: Final = (
    _Duty(pattern=_CREATIVE_COMMONS, disclaimer="section 5"),
    _Duty(pattern=re.compile(r"LicenseRef-OGA-BY-\d\.\d"), disclaimer="section 5"),
    _Duty(pattern=re.compile(r"LAL-1\.[23]"), disclaimer=None, offers=(_ORIGINALS,)),
    _Duty(
        pattern=re.compile(r"GPL-1\.0-(?:only|or-later)"),
        disclaimer="sections 9 and 10",
        offers=(_SOURCE_OFFER,),
    ),
    _Duty(
        pattern=re.compile(r"GPL-2\.0-(?:only|or-later)"),
        disclaimer="sections 11 and 12",
        offers=(_SOURCE_OFFER,),
    ),
    _Duty(
        pattern=re.compile(
            r"LGPL-2\.0-(?:only|or-later)|LGPL-2\.1-(?:only|or-later)|[AL]?GPL-3\.0-(?:only|or-later)"
        ),
        disclaimer="sections 15 and 16",
        offers=(_SOURCE_OFFER,),
    ),
)


def licence_name(licence: str) -> str:
    """The name of one licence, for people; its SPDX id where no other is known."""
    found = _CREATIVE_COMMONS.fullmatch(licence)
    if found is not None:
        elements = "-".join(_ELEMENTS[one] for one in found[1].upper().split("-"))
        if found[2] < "4.0":
            elements = elements.replace("NoDerivatives", "NoDerivs")
        edition = found[3] or _EDITIONS.get(found[2], "Generic")
        return f"Creative Commons {elements} {found[2]} {edition}"
    gnu = _GNU.fullmatch(licence)
    if gnu is not None:
        kind = {"A": "Affero ", "L": "Lesser "}.get(gnu[1] or "", "")
        later = " or any later version" if gnu[4] == "or-later" else " only"
        return f"GNU {kind}General Public License, version {gnu[2]}.{gnu[3]}{later}"
    return _NAMES.get(licence, licence)


def disclaimer_of(licence: str) -> str | None:
    """Where one licence disclaims warranties, if it asks to point there; else `None`."""
    return next((duty.disclaimer for duty in _DUTIES if duty.pattern.fullmatch(licence)), None)


def offers_of(licence: str) -> tuple[tuple[str, str], ...]:
    """What must be told besides credit and notices, as (name, sentence)."""
    return next((duty.offers for duty in _DUTIES if duty.pattern.fullmatch(licence)), ())
