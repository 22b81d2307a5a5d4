"""Machine-readable statements about named files: Debian's `copyright` (DEP-5), REUSE's `dep5` and `REUSE.toml`.

Both say for patterns of paths under which licence the files come. Of several that match a path the last holds.

Source: Debian copyright format 1.0; REUSE specification 3.3, "REUSE.toml" and "DEP5".
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from longplay.errors import MalformedInput

if TYPE_CHECKING:
    from debian.copyright import FilesParagraph

SIZE_LIMIT: Final = 256 * 1024
"""A file of this size or more is malformed, bytes."""

GRANTS_LIMIT: Final = 2_000
"""A file with more patterns is malformed: it would be read only in part."""

PATTERN_LIMIT: Final = 1_000
"""A file with a longer pattern is malformed, characters."""

_DEP5_START = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*Format(?:-Specification)?:\s*\S*(?:dep5|copyright-format)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glob:
    """A pattern of paths as a machine: bit `i` of a mask stands for its part `i`.

    Matching takes one pass over the path, whatever the pattern.

    Attributes:
        text: as it stands.
        size: number of parts: characters and wildcards.
        crossing: wildcards that stand for any text.
        within: wildcards that stand for any text without `/`.
        anything: wildcards that stand for one character.
        characters: the parts that are a certain character, by it.
    """

    text: str
    size: int
    crossing: int
    within: int
    anything: int
    characters: Mapping[str, int]

    @property
    def is_everything(self) -> bool:
        """Whether it names no file in particular."""
        return self.size == 1 and bool(self.crossing | self.within)

    def matches(self, path: str) -> bool:
        """Whether the whole of a path is meant."""
        wild = self.crossing | self.within
        reached = 1 | (1 & wild) << 1
        for char in path:
            stay = reached & (self.crossing if char == "/" else wild)
            following = stay | (reached & (self.anything | self.characters.get(char, 0))) << 1
            reached = following | (following & wild) << 1  # a wildcard may stand for nothing
            if not reached:
                return False
        return bool(reached >> self.size & 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Files of one pattern and the licence they come under.

    Attributes:
        pattern: matches the whole path below the folder the file speaks for.
        licence: as it stands, in SPDX's spelling where the format has another.
        copyright: as it stands; `""` when there is none.
    """

    pattern: Glob
    licence: str
    copyright: str


def is_dep5(data: bytes) -> bool:
    """Whether a file says that it is in the Debian copyright format."""
    return _DEP5_START.match(data[:2_000]) is not None


def read_dep5(data: bytes) -> tuple[Grant, ...]:
    """The paragraphs of a `copyright` or `dep5` file, in order.

    Raises:
        MalformedInput: it is not in the format.
    """
    from debian.copyright import Copyright, Error

    if len(data) >= SIZE_LIMIT or not is_dep5(data):
        raise MalformedInput("DEP-5 copyright", "not in the Debian copyright format, or as long as 256 KiB")
    try:
        lines = data.decode("utf-8-sig").splitlines()
        parsed = Copyright(lines, strict=False)
        paragraphs = parsed.all_files_paragraphs()
        found = [grant for one in paragraphs for grant in _of_paragraph(one)]
    except (Error, ValueError, TypeError, KeyError, AttributeError, IndexError, AssertionError) as exc:
        raise MalformedInput("DEP-5 copyright", f"{type(exc).__name__}: {str(exc)[:200]}") from exc
    return _bounded(found, "DEP-5 copyright")


def _of_paragraph(paragraph: "FilesParagraph") -> Iterator[Grant]:
    # the library's fields are descriptors, which its types do not tell
    licence = getattr(getattr(paragraph, "license", None), "synopsis", None) or ""
    holders = getattr(paragraph, "copyright", None) or ""
    for pattern in getattr(paragraph, "files", None) or ():
        yield Grant(pattern=_glob(pattern, crosses=True), licence=_spdx(licence), copyright=holders)


def _spdx(licence: str) -> str:
    """Debian's short names and joining words as an SPDX expression.

    A comma binds weakest: `A or B, and C` is `(A OR B) AND C`.
    """
    words = re.sub(r"\b([AL]?GPL-\d(?:\.\d)?)\+", r"\1-or-later", licence)
    words = re.sub(r"\b([AL]?GPL-\d)(?=-or-later|\s|,|$)", r"\1.0", words)
    words = re.sub(r"\bExpat\b", "MIT", words)
    parts = [re.sub(r"\s+(or|and)\s+", _upper, part) for part in re.split(r",\s+and\s+", words)]
    return " AND ".join(f"({part})" if len(parts) > 1 and " " in part else part for part in parts)


def _upper(word: re.Match[str]) -> str:
    return f" {word[1].upper()} "


def read_reuse_toml(data: bytes) -> tuple[Grant, ...]:
    """The annotations of a `REUSE.toml`, in order; each as many times as it has patterns and licences.

    Raises:
        MalformedInput: it is no TOML, or says something it may not.
    """
    if len(data) >= SIZE_LIMIT:
        raise MalformedInput("REUSE.toml", "as long as 256 KiB")
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise MalformedInput("REUSE.toml", str(exc)[:200]) from exc
    annotations = values.get("annotations", [])
    if not isinstance(annotations, list):
        raise MalformedInput("REUSE.toml", "`annotations` is no array of tables")
    found = [grant for one in annotations if isinstance(one, dict) for grant in _of_annotation(one)]
    return _bounded(found, "REUSE.toml")


def _bounded(grants: list[Grant], what: str) -> tuple[Grant, ...]:
    if len(grants) > GRANTS_LIMIT or any(len(grant.pattern.text) > PATTERN_LIMIT for grant in grants):
        raise MalformedInput(
            what, f"more than {GRANTS_LIMIT} patterns, or one of over {PATTERN_LIMIT} characters"
        )
    return tuple(grants)


def _of_annotation(annotation: dict[str, object]) -> Iterator[Grant]:
    """One grant a pattern: several licences of one annotation all hold."""
    licences = _texts(annotation.get("SPDX-License-Identifier"))
    copyrights = _texts(annotation.get("SPDX-FileCopyrightText"))
    licence = " AND ".join(f"({one})" if " " in one else one for one in licences)
    for pattern in _texts(annotation.get("path")):
        yield Grant(pattern=_glob(pattern, crosses=False), licence=licence, copyright="; ".join(copyrights))


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str) and item.strip()]


def _glob(pattern: str, *, crosses: bool) -> Glob:
    """A pattern of paths; `*` crosses folders in DEP-5, and only `**` does in REUSE.toml."""
    size = crossing = within = anything = 0
    characters: dict[str, int] = {}
    for stars, char in _parts(pattern):
        bit = 1 << size
        size += 1
        if stars and (crosses or len(stars) > 1):
            crossing |= bit
        elif stars:
            within |= bit
        elif char == "?" and crosses:
            anything |= bit
        else:
            meant = char.removeprefix("\\") or char
            characters[meant] = characters.get(meant, 0) | bit
    return Glob(
        text=pattern, size=size, crossing=crossing, within=within, anything=anything, characters=characters
    )


def _parts(pattern: str) -> Iterator[tuple[str, str]]:
    """(run of `*`, "") or ("", a character, perhaps after its backslash), in order."""
    for match in re.finditer(r"(?P<stars>\*+)|(?P<char>\\[\s\S]|[\s\S])", pattern[: PATTERN_LIMIT + 1]):
        yield match["stars"] or "", match["char"] or ""


def granted(grants: tuple[Grant, ...], path: str) -> Grant | None:
    """The grant that holds for a path: the last one that matches; `None` when none does."""
    return next((grant for grant in reversed(grants) if grant.pattern.matches(path)), None)
