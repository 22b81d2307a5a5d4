"""Licences as people write them in prose: where they stand in a text, which they are, and how plainly.

Recognises the Creative Commons family in several languages, CC0, the Public Domain Mark, the GPL family,
OGA-BY, Free Art and the statements of rightsstatements.org. Says where they stand, not whether they are denied,
asked about, or of something else. Linear in the length of the text.

Source: docs/reference/reading-rights.md; the names the stewards give their licences.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from longplay.formats.licences import CC_URL, licence_of_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A licence named in a text.

    Attributes:
        start, end: where it stands, characters.
        licence: SPDX id; `None` when it lacks what would make it one.
        family: such as `CC-BY`; `None` when not even that is told.
        missing: the fact that is lacking; `None` exactly when `licence` is set.
        is_exact: whether the words are a licence's own; misspelt ones are not.
        is_public_domain: whether it says no more than that something is in the public domain.
    """

    start: int
    end: int
    licence: str | None
    family: str | None
    missing: str | None = None
    is_exact: bool = True
    is_public_domain: bool = False


_GAP: Final = r"[\s\-–—_/,&+]{1,3}(?:and\s|et\s|und\s|y\s|och\s)?"
_ELEMENTS: Final = {
    "NC": r"non[\s-]?commerci?ale?|nicht[\s-]?kommerziell|pas\sd['’]utilisation\scommerciale|no\s?comercial"
    r"|ickekommersiell|icke[\s-]kommersiell|n[ãa]o[\s-]?comercial",
    "ND": r"no[\s-]?deriv(?:ative|ate|s)*(?:\sworks?)?|keine[\s-]?bearbeitung(?:en)?|pas\sde\smodification"
    r"|sin\s?(?:obra\s?)?derivad(?:a|as|os)|inga\s?bearbetningar|non\sopere\sderivate|sem\s?deriva(?:ções|dos)",
    "SA": r"share[\s-]?alike|weitergabe\sunter\sgleichen\sbedingungen|partage\sdans\sles\sm[êe]mes\sconditions"
    r"|partage\s[àa]\sl['’]identique|compartir\s?igual|dela\s?lika|condividi\sallo\sstesso\smodo|compartilha\s?igual",
}  # fmt: skip
_BY: Final = (
    r"attribution|namensnennung|paternit[ée]|reconocimiento|atribución|erkännande|attribuzione|atribuição"
)
_ELEMENT: Final = "|".join(_ELEMENTS.values())
_VERSION: Final = r"[\s,]{0,2}(?:v|version\s|ver\.?\s)?\s?(?P<version>[1-4]\.[0-9])(?![.\d]*\d)"
_PLACES: Final = {
    "argentina": "AR", "australia": "AU", "austria": "AT", "österreich": "AT", "belgium": "BE", "brazil": "BR",
    "brasil": "BR", "bulgaria": "BG", "canada": "CA", "chile": "CL", "china mainland": "CN", "colombia": "CO",
    "costa rica": "CR", "croatia": "HR", "czech republic": "CZ", "denmark": "DK", "ecuador": "EC",
    "egypt": "EG",
    "estonia": "EE", "finland": "FI", "france": "FR", "germany": "DE", "deutschland": "DE", "greece": "GR",
    "guatemala": "GT", "hong kong": "HK", "hungary": "HU", "india": "IN", "ireland": "IE", "israel": "IL",
    "italy": "IT", "italia": "IT", "japan": "JP", "korea": "KR", "luxembourg": "LU", "macedonia": "MK",
    "malaysia": "MY", "malta": "MT", "mexico": "MX", "méxico": "MX", "netherlands": "NL", "new zealand": "NZ",
    "norway": "NO", "peru": "PE", "perú": "PE", "philippines": "PH", "poland": "PL", "portugal": "PT",
    "puerto rico": "PR", "romania": "RO", "serbia": "RS", "singapore": "SG", "slovenia": "SI",
    "south africa": "ZA", "spain": "ES", "españa": "ES", "sweden": "SE", "sverige": "SE", "switzerland": "CH",
    "schweiz": "CH", "taiwan": "TW", "thailand": "TH", "uganda": "UG", "united states": "US", "usa": "US",
    "england and wales": "UK", "england & wales": "UK", "uk: england & wales": "UK", "scotland": "SCOTLAND",
    "uk: scotland": "SCOTLAND", "united kingdom": "UK", "venezuela": "VE", "vietnam": "VN", "igo": "IGO",
}  # fmt: skip
"""Jurisdictions of the ported licences, by the names the stewards give them."""

_CODES: Final = "|".join(sorted({code for code in _PLACES.values() if len(code) < 4}))
_PORT: Final = (
    r"(?:[\s(]{1,2}(?P<port>unported|international|generic|universal|"
    + "|".join(sorted(map(re.escape, _PLACES), key=len, reverse=True)).replace(r"\ ", r"\s")
    + rf"|(?-i:{_CODES})(?=\s?(?:[).,;:\]\n]|licen|$)))(?!\w))?"
)
_WORDS = re.compile(
    rf"(?P<cc>(?:creative\scommons|(?<![\w-])cc)[\s:]{{0,2}}[-–—(]?\s?)?(?P<by>{_BY})(?P<rest>(?:{_GAP}(?:{_ELEMENT})){{0,3}})"
    rf"(?:\slicen[cs]e)?(?:{_VERSION}{_PORT})?",
    re.IGNORECASE,
)
_ACRONYM = re.compile(
    rf"(?<![\w-])(?:cc|creative\scommons)(?:\slicen[cs]e)?[\s_:(-]{{0,2}}(?P<kind>by(?:[\s_-]{{0,2}}(?:nc|nd|sa)(?![a-z])){{0,3}})(?:{_VERSION}{_PORT})?(?![\w])",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"(?<![\w-])cc-by(?:-nc|-nd|-sa){0,2}-(?P<version>[1-4]\.[0-9])(?:-[a-z]{2,3})?(?![\w-]|\.\d)",
    re.IGNORECASE,
)
_ZERO = re.compile(
    r"(?<![\w/])(?:cc[\s-]?0(?![.\d]*[2-9])|creative\scommons[\s:(]{1,3}(?:cc)?(?:zero|0)(?![\w.]))"
    r"(?:[\s,-]{0,2}(?:v|version\s)?\s?1\.0)?(?:\suniversal)?",
    re.IGNORECASE,
)
_MARK = re.compile(r"public\sdomain\smark(?:\s1\.0)?", re.IGNORECASE)
_PUBLIC_DOMAIN = re.compile(
    r"public[\s-]domain|gemeinfrei\w*|domaine\spublic|dominio\sp[úu]blico|allmän\segendom", re.IGNORECASE
)
_GPL = re.compile(
    r"(?<![\w-])(?:(?:gnu\s)?(?P<kind>lesser\s|library\s|affero\s)?general\spublic\slicen[cs]e"
    r"|(?:gnu\s)?(?P<letter>[al])?gpl(?=v?\d|[^a-z]|$))"
    r"(?:[\s,(-]{0,3}(?:v|version\s|ver\.?\s)?\s?(?P<version>[123](?:\.[01])?)(?![.\d]*\d))?"
    r"(?:(?:(?!gpl|general\s)[\s\S]){0,24}?(?P<later>\+(?!\w)|or[\s-](?:\(at\syour\soption\)\s)?(?:any[\s-])?(?:later|newer)|and\slater)"
    r"|(?P<only>[\s-]only))?",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(?:gnu\s)?(?P<kind>lesser\s|library\s|affero\s)?general\spublic\slicen[cs]e[\s\S]{0,90}?"
    r"(?:either\s)?version\s(?P<version>[123](?:\.[01])?)\sof\sthe\slicen[cs]e,?\s{0,3}"
    r"(?:or\s\(at\syour\soption\)\s(?P<later>any\slater)|\s)",
    re.IGNORECASE,
)
_OGA = re.compile(
    r"oga[\s_-]by[\s_-](?P<major>[34])\.?0"
    r"|(?:https?://)?(?:www\.|static\.)?opengameart\.org/(?:content/)?oga-by-(?P<page>[34])\.?0(?:-faq|\.txt)?",
    re.IGNORECASE,
)
_FREE_ART = re.compile(
    r"(?:free\sart\slicen[cs]e|licence\sart\slibre|(?<![\w-])LAL(?![\w]))(?:[\s-]{0,2}v?(?P<version>1\.[23]))?"
    r"|artlibre\.org/licence/lal(?!\w)",
    re.IGNORECASE,
)
_RIGHTS_STATEMENT = re.compile(
    r"rightsstatements\.org/(?:vocab|page)/(?P<code>InC(?:-[A-Z-]+)?|No[C](?:-[A-Z]+)|CNE|UND|NKC)/1\.0",
    re.IGNORECASE,
)
_CARELESS = re.compile(
    r"(?!creative[\s-]?commons?\b)creativ\w{0,2}[\s-]?com{1,2}on\w{0,2}(?!\.org)"
    r"|(?!attribution)attrib\w{2,6}on(?=[\s-]{1,3}(?:non|no|share|\d))",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"licen[cs]\w*\W{0,3}$", re.IGNORECASE)
_UNNAMED = re.compile(
    r"creative\scommons\slicen[cs]\w+|(?:(?<=under\s)|(?<=under\sa\s)|(?<=under\sthe\s))creative\scommons",
    re.IGNORECASE,
)
_PAGE_TAIL = re.compile(r"[\w/.?#=&-]{0,80}")


def mentions(text: str) -> list[Mention]:
    """Every licence named in a text, in order; of overlapping ones the first and longest.

    Args:
        text: any; the caller bounds it.
    """
    found = sorted(_all(text), key=lambda one: (one.start, -one.end))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _all(text: str) -> Iterator[Mention]:
    for match in CC_URL.finditer(text):
        tail = _PAGE_TAIL.match(text, match.end())
        end = tail.end() if tail else match.end()
        yield _sure(match.start(), end, licence_of_url(match))
    for match in _WORDS.finditer(text):
        mention = _by_words(match)
        if mention is not None:
            yield mention
    for match in _JOINED.finditer(text):
        yield _sure(match.start(), match.end(), _known(match[0].upper()))
    for match in _ACRONYM.finditer(text):
        elements = [one for one in ("NC", "ND", "SA") if one.lower() in match["kind"].lower()]
        yield _creative_commons(match, elements)
    for match in _ZERO.finditer(text):
        yield _sure(match.start(), match.end(), "CC0-1.0")
    for match in _MARK.finditer(text):
        yield _sure(match.start(), match.end(), "CC-PDM-1.0")
    yield from _others(text)


def _others(text: str) -> Iterator[Mention]:
    for match in _NOTICE.finditer(text):
        yield _gpl(match)
    for match in _GPL.finditer(text):
        yield _gpl(match)
    for match in _OGA.finditer(text):
        yield _sure(match.start(), match.end(), f"LicenseRef-OGA-BY-{match['major'] or match['page']}.0")
    for match in _FREE_ART.finditer(text):
        version = match["version"] or ("1.3" if "/" in match[0] else None)
        yield _versioned(match, "LAL", version, "the Free Art licence")
    for match in _RIGHTS_STATEMENT.finditer(text):
        yield _unsure(match, f"a permission of the right holder: rightsstatements.org says {match['code']}")
    for match in _PUBLIC_DOMAIN.finditer(text):
        missing = "who says on which ground that it is in the public domain, and where"
        yield replace(_unsure(match, missing, "CC0"), is_public_domain=True)
    for match in _UNNAMED.finditer(text):
        yield _unsure(match, "which of the Creative Commons licences", "CC")
    for match in _CARELESS.finditer(text):
        missing = f"which licence {match[0]!r} means"
        yield Mention(
            start=match.start(), end=match.end(), licence=None, family=None, missing=missing, is_exact=False
        )


def _sure(start: int, end: int, licence: str) -> Mention:
    return Mention(start=start, end=end, licence=licence, family=None)


def _unsure(match: re.Match[str], missing: str, family: str | None = None) -> Mention:
    return Mention(start=match.start(), end=match.end(), licence=None, family=family, missing=missing)


def _versioned(match: re.Match[str], family: str, version: str | None, name: str) -> Mention:
    if version is None:
        return _unsure(match, f"which version of {name}", family)
    return _sure(match.start(), match.end(), f"{family}-{version}")


def _by_words(match: re.Match[str]) -> Mention | None:
    """`Creative Commons Attribution …`, or the elements by themselves where they can be nothing else."""
    elements = [name for name, pattern in _ELEMENTS.items() if re.search(pattern, match["rest"], re.IGNORECASE)]
    if not match["cc"] and not (match["version"] and (elements or match["port"] or _is_alone(match))):
        return None
    return _creative_commons(match, elements)


def _is_alone(match: re.Match[str]) -> bool:
    """Whether it is all that its line holds, or follows the word licence."""
    text = match.string
    before = text[max(0, match.start() - 40) : match.start()].rpartition("\n")[2]
    after = text[match.end() : match.end() + 40].partition("\n")[0]
    return not (before + after).strip(" \t\r.*#_\"'") or bool(_LABELLED.search(before))


def _creative_commons(match: re.Match[str], elements: list[str]) -> Mention:
    kinds = [one for one in ("NC", "ND", "SA") if one in elements]
    family = "-".join(["CC", "BY", *kinds])
    version = match["version"]
    if "ND" in kinds and "SA" in kinds:
        return _unsure(match, f"which licence {match[0]!r} means: there is none with both ND and SA")
    if version is None:
        return _unsure(match, f"which version of {family.replace('-', ' ', 1)}", family)
    if version not in {"1.0", "2.0", "2.1", "2.5", "3.0", "4.0"}:
        return _unsure(match, f"which version of {family.replace('-', ' ', 1)}: there is no {version}", family)
    place = " ".join((match["port"] or "").split())
    port = _PLACES.get(place.lower()) or (place if place.isupper() and len(place) < 4 else None)
    return _sure(match.start(), match.end(), _known(f"{family}-{version}" + (f"-{port}" if port else "")))


def _known(licence: str) -> str:
    """A Creative Commons id as SPDX has it, else as a `LicenseRef-`."""
    match = re.fullmatch(r"CC-(BY(?:-NC)?(?:-ND|-SA)?)-(\d\.\d)(?:-([A-Z]{2,3}))?", licence)
    if match is None:
        return f"LicenseRef-{licence}"
    port = f"/{match[3].lower()}" if match[3] else ""
    url = CC_URL.match(f"https://creativecommons.org/licenses/{match[1].lower()}/{match[2]}{port}")
    return licence_of_url(url) if url else f"LicenseRef-{licence}"


def _gpl(match: re.Match[str]) -> Mention:
    groups = match.groupdict()
    kind = (groups["kind"] or groups.get("letter") or "").strip().lower()
    letter = {"lesser": "L", "library": "L", "l": "L", "affero": "A", "a": "A"}.get(kind, "")
    family, version = f"{letter}GPL", match["version"]
    if version is None:
        missing = (
            f"which version of the {family}, who stated it, "
            "and what the corresponding source of the recording is"
        )
        return _unsure(match, missing, family)
    full = version if "." in version else f"{version}.0"
    if f"{family}-{full}" not in {
        "GPL-1.0", "GPL-2.0", "GPL-3.0", "LGPL-2.0", "LGPL-2.1", "LGPL-3.0", "AGPL-1.0", "AGPL-3.0",
    }:  # fmt: skip
        return _unsure(match, f"which version of the {family}: there is no {version}", family)
    return _sure(match.start(), match.end(), f"{family}-{full}-{'or-later' if match['later'] else 'only'}")
