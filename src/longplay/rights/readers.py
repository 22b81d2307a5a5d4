"""Reading what files plainly state about their rights: SPDX ids and Creative Commons URLs, nothing guessed.

A text that names two different licences states neither plainly, and both are reported: the gate then finds
a conflict. Free prose is left to a person.

Source: SPDX specification 3, annex C (`SPDX-License-Identifier:`); REUSE 3 for neighbouring files.
"""

import re
from typing import Final

from longplay.formats.licences import read_claim, urls_in
from longplay.model.rights import RightsBasis, RightsStatement, StatementSource

TEXT_LIMIT: Final = 256 * 1024
"""No more of a neighbouring text is read, bytes."""

_SPDX_LINE = re.compile(
    r"^[ \t#/*;.\-]*(?:SPDX-License-Identifier|Licen[cs]e(?: id)?)[ \t]*:\s*(?P<claim>\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_END: Final = " \t\r*/"
"""What may close a line after its claim: blanks and the end of a comment."""

_LICENCE_FILE = re.compile(
    r"(licen[cs]e|copying|copyright|credits|attributions?|rights)([-_. ].*)?", re.IGNORECASE
)


def is_licence_file(name: str) -> bool:
    """Whether a file of this name usually states the licence of what lies beside it."""
    return bool(_LICENCE_FILE.fullmatch(name)) or name.lower().endswith((".license", ".licence"))


def statement(stated: str, *, evidence: str, source: StatementSource) -> RightsStatement:
    """A statement from a short text that is meant as a licence: what is missing is named, not hidden.

    Args:
        stated: the licence as it stands.
        evidence: the words or the place that say so.
        source: where it was read.
    """
    claim = read_claim(stated)
    return RightsStatement(
        basis=RightsBasis.LICENSE if claim.licence else RightsBasis.OTHER,
        licence=claim.licence,
        stated=stated,
        evidence=evidence,
        source=source,
        missing=claim.missing,
    )


def from_tags(licences: tuple[tuple[str, str], ...]) -> tuple[RightsStatement, ...]:
    """What licence and copyright tags plainly state; other words in them are passed over.

    Args:
        licences: (tag name, value) as `TagFacts.licences`.
    """
    found: list[RightsStatement] = []
    for name, value in licences:
        found.extend(_plain(value, f"tag {name}: {value[:500]}", StatementSource.TAG))
    return tuple(dict.fromkeys(found))


def from_text(data: bytes, *, name: str, source: StatementSource) -> tuple[RightsStatement, ...]:
    """What a neighbouring text plainly states.

    Args:
        data: the first bytes of the file, at most `TEXT_LIMIT`; undecodable ones are replaced.
        name: its name, for the evidence.
        source: `SIDECAR` or `NEIGHBOUR`.
    """
    text = data[:TEXT_LIMIT].decode("utf-8", "replace")
    found: list[RightsStatement] = []
    for match in _SPDX_LINE.finditer(text):
        evidence = f"{name}: {match[0].strip()[:500]}"
        found.extend(_plain(match["claim"].rstrip(_LINE_END), evidence, source))
    for _licence, url in urls_in(text):
        found.extend(_plain(url, f"{name}: {url}", source))
    return _one_each(found)


def _plain(value: str, evidence: str, source: StatementSource) -> list[RightsStatement]:
    """The statements in a value: the whole of it an SPDX expression, or the Creative Commons URLs in it."""
    claim = read_claim(value)
    if claim.licence is not None:
        return [statement(value, evidence=evidence, source=source)]
    return [statement(url, evidence=evidence, source=source) for _licence, url in urls_in(value)]


def _one_each(statements: list[RightsStatement]) -> tuple[RightsStatement, ...]:
    """The first statement of each licence."""
    first: dict[str | None, RightsStatement] = {}
    for found in statements:
        first.setdefault(found.licence, found)
    return tuple(first.values())
