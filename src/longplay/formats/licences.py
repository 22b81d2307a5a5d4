"""Licence expressions: SPDX ids, Creative Commons URLs, and the phrasings depositors' tables use.

What is not plainly a licence is not guessed: the claim then names the missing fact.

Source: SPDX specification 3, annex B (licence expressions); Creative Commons URL scheme; the table of
phrasings in docs/reference/licence-claims.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final

from longplay.errors import MalformedInput

if TYPE_CHECKING:
    from boolean import Expression

CLAIM_LIMIT: Final = 1_000
"""A longer text is no licence claim, characters."""

ALTERNATIVES_LIMIT: Final = 64
"""An expression with more alternatives is refused rather than multiplied out."""

OUTSIDE_SPDX: Final = ("LicenseRef-OGA-BY-3.0", "LicenseRef-OGA-BY-4.0")
"""Licences met in the wild that the SPDX list lacks."""

CC_URL: Final = re.compile(
    r"(?:https?://|(?<![\w./-]))(?:www\.)?creativecommons\.org/"
    r"(?:licenses/(?P<kind>by(?:-nc)?(?:-nd|-sa)?)/(?P<version>1\.0|2\.[015]|3\.0|4\.0)(?:/(?P<port>[a-z]{2,3})(?![a-z]))?"
    r"|publicdomain/(?P<public>zero|mark)/1\.0)",
    re.IGNORECASE,
)

_PARSER_STUMBLES: Final = (AttributeError, IndexError, AssertionError, RecursionError)
"""What the parser lets slip, beside its own errors, over `)`, `()`, `( OR MIT` and thousands of brackets."""

_CC_PAGE = re.compile(r"/(?:(?:legalcode|deed)(?:\.[a-z_-]+)?)?$", re.IGNORECASE)
_VERSIONLESS_GPL = re.compile(r"(?:GNU\s+)?(A|L)?GPL(?:\s*\(version unstated\))?", re.IGNORECASE)
_SPACED_CC = re.compile(r"CC(?:[- ]BY(?:[- ](?:NC|ND|SA))*|0)[- ]\d\.\d", re.IGNORECASE)
_VERSIONLESS_CC = re.compile(r"CC[- ]BY(?:[- ](?:NC|ND|SA))*", re.IGNORECASE)
_PUBLIC_DOMAIN_MARK = re.compile(r"public domain mark(?: 1\.0)?", re.IGNORECASE)
_RELICENSED = re.compile(r"(?P<now>.+?)\s*\(relicen[sc]ed from (?P<before>[^()]+)\)", re.IGNORECASE)
_CONFLICT = re.compile(r"conflict\b[:\s]*(?P<what>.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a licence text comes to.

    Attributes:
        licence: SPDX expression in canonical spelling; `None` when the text is not one.
        missing: the fact that would have to be known; `None` exactly when `licence` is set.
    """

    licence: str | None = None
    missing: str | None = None


def read_claim(text: str) -> Claim:
    """What a short licence text claims. Total: never raises.

    Args:
        text: a table's cell, an option, a tag's value.
    """
    stated = " ".join(text[: CLAIM_LIMIT + 1].split())
    if not stated:
        return Claim(missing="a licence: none is stated")
    if len(stated) > CLAIM_LIMIT:
        return Claim(missing="a licence: the text is far too long to be one")
    special = _special_claim(stated)
    if special is not None:
        return special
    url = CC_URL.fullmatch(_CC_PAGE.sub("", stated))
    if url is not None:
        return Claim(licence=licence_of_url(url))
    try:
        return Claim(licence=canonical(stated))
    except MalformedInput as exc:
        return Claim(missing=f"which licence {stated!r} means ({exc.reason})")


def _special_claim(stated: str) -> Claim | None:
    """The phrasings that are neither an expression nor a URL."""
    spaced = _SPACED_CC.fullmatch(stated)
    if spaced is not None and " " in stated:
        return read_claim(stated.replace(" ", "-"))
    conflict = _CONFLICT.fullmatch(stated)
    if conflict is not None:
        return Claim(missing=f"which of the conflicting statements holds: {conflict['what'] or stated}")
    relicensed = _RELICENSED.fullmatch(stated)
    if relicensed is not None:
        return read_claim(relicensed["now"])
    if _PUBLIC_DOMAIN_MARK.fullmatch(stated):
        return Claim(licence="CC-PDM-1.0")
    gpl = _VERSIONLESS_GPL.fullmatch(stated)
    if gpl is not None:
        name = f"{(gpl[1] or '').upper()}GPL"
        return Claim(
            missing=f"which version of the {name}, who stated it, "
            "and what the corresponding source of the recording is"
        )
    if _VERSIONLESS_CC.fullmatch(stated):
        return Claim(missing=f"which version of {stated}")
    return None


def licence_of_url(url: re.Match[str]) -> str:
    """The SPDX id of a match of `CC_URL`; what SPDX does not list, as some ports, becomes a `LicenseRef-`."""
    if url["public"]:
        return "CC0-1.0" if url["public"].lower() == "zero" else "CC-PDM-1.0"
    port = f"-{url['port'].upper()}" if url["port"] else ""
    licence = f"CC-{url['kind'].upper()}-{url['version']}{port}"
    return licence if licence.lower() in _spdx_ids() else f"LicenseRef-{licence}"


def urls_in(text: str) -> list[tuple[str, str]]:
    """Every Creative Commons licence URL in a text as (licence, the URL as it stands), in order."""
    return [(licence_of_url(match), match[0]) for match in CC_URL.finditer(text)]


@cache
def _spdx_ids() -> dict[str, str]:
    """Every spelling the SPDX list knows, in lower case, to the current id; made once, about 0.1 s."""
    from license_expression import get_license_index

    ids: dict[str, str] = {}
    for entry in get_license_index():
        key = entry.get("spdx_license_key")
        if key and not key.startswith("LicenseRef-") and not entry.get("is_exception"):
            ids[key.lower()] = key
            for other in entry.get("other_spdx_license_keys") or ():
                if any(char.isdigit() for char in other):
                    ids[other.lower()] = key
    for own in OUTSIDE_SPDX:
        ids[own.lower()] = own
        ids[own.removeprefix("LicenseRef-").lower()] = own
    return ids


def canonical(expression: str) -> str:
    """An SPDX expression in canonical spelling, such as `GPL-2.0-or-later OR CC-BY-SA-2.0`.

    Raises:
        MalformedInput: no expression, or a licence in it is unknown.
    """
    return " OR ".join(_join(branch) for branch in alternatives(expression))


def _join(branch: tuple[str, ...]) -> str:
    return " AND ".join(branch)


def alternatives(expression: str) -> tuple[tuple[str, ...], ...]:
    """An expression as alternatives, each a set of licences that hold together.

    `A AND (B OR C)` is `((A, B), (A, C))`. Licences are canonical ids without their exceptions (an exception
    only adds permissions).

    Raises:
        MalformedInput: no expression, a licence in it is unknown, or it has too many alternatives.
    """
    from boolean import ParseError
    from license_expression import ExpressionError, Licensing

    try:
        tree = Licensing().parse(expression)
    except (ParseError, ExpressionError, *_PARSER_STUMBLES) as exc:
        raise MalformedInput("licence expression", "not an SPDX expression") from exc
    if tree is None:
        raise MalformedInput("licence expression", "empty")
    return tuple(dict.fromkeys(_alternatives(tree)))


def _alternatives(tree: "Expression") -> list[tuple[str, ...]]:
    from license_expression import AND, OR

    if isinstance(tree, OR):
        found = [branch for child in tree.args for branch in _alternatives(child)]
    elif isinstance(tree, AND):
        combined = product(*(_alternatives(child) for child in tree.args))
        found = [tuple(dict.fromkeys(key for part in parts for key in part)) for parts in _limited(combined)]
    else:
        found = [(_licence_key(tree),)]
    if len(found) > ALTERNATIVES_LIMIT:
        raise MalformedInput("licence expression", f"more than {ALTERNATIVES_LIMIT} alternatives")
    return found


def _limited(
    combined: "product[tuple[tuple[str, ...], ...]]",
) -> Iterator[tuple[tuple[str, ...], ...]]:
    for number, parts in enumerate(combined):
        if number > ALTERNATIVES_LIMIT:
            raise MalformedInput("licence expression", f"more than {ALTERNATIVES_LIMIT} alternatives")
        yield parts


def _licence_key(symbol: "Expression") -> str:
    base = getattr(symbol, "license_symbol", symbol)
    key = str(getattr(base, "key", base))
    known = _spdx_ids().get(key.lower())
    if known is not None:
        return known
    if re.fullmatch(r"LicenseRef-[0-9A-Za-z.-]+", key):
        return key
    raise MalformedInput("licence expression", f"{key[:70]!r} is not on the SPDX list")


def licence_url(licence: str) -> str:
    """Where the text of one licence stands; the SPDX page where there is no nearer one."""
    match = re.fullmatch(
        r"(?:LicenseRef-)?CC-(BY(?:-NC)?(?:-ND|-SA)?)-(\d\.\d)(?:-([A-Z]{2,3}))?", licence, re.IGNORECASE
    )
    if match is not None:
        port = f"{match[3].lower()}/" if match[3] else ""
        return f"https://creativecommons.org/licenses/{match[1].lower()}/{match[2]}/{port}"
    match licence:
        case "CC0-1.0":
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        case "CC-PDM-1.0":
            return "https://creativecommons.org/publicdomain/mark/1.0/"
        case "LicenseRef-OGA-BY-3.0":
            return "https://static.opengameart.org/OGA-BY-3.0.txt"
        case "LicenseRef-OGA-BY-4.0":
            return "https://static.opengameart.org/OGA-BY-4.0.txt"
    return f"https://spdx.org/licenses/{licence}.html"
