"""Reading what files state about their rights: tags, sidecars, licence texts, and lists of named files.

What stands there plainly is a plain statement; what is only named, denied, or asked about is probable and never
opens the gate; a licence without its version names what is missing. A text that names two licences of the same
thing states neither plainly: both are reported, and the gate finds a conflict.

The verbatim words may hold names and addresses: they are given apart, for the erasable evidence.

Source: docs/reference/reading-rights.md; SPDX specification 3, annex C; REUSE 3.3.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Final

from longplay.formats.licences import read_claim
from longplay.formats.phrases import Mention, mentions
from longplay.model.digests import ContentId, content_id_of
from longplay.model.rights import (
    Reading,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Strength,
    Subject,
)
from longplay.rights.prose import NEAR, PASSAGES_LIMIT, WORDS_LIMIT, Passage, passages

TEXT_LIMIT: Final = 256 * 1024
"""No more of a neighbouring text is read, bytes."""

STATEMENTS_LIMIT: Final = 50
"""No more statements are taken from one source: who states more states nothing."""

REPEATS_LIMIT: Final = 3
LINES_LIMIT: Final = 200
"""No more lines that say `License:` are read."""

TAG_LIMIT: Final = 2_000
"""A longer value of a tag was cut; what it says is then only probable, characters."""

CREDIT_TEXT_LIMIT: Final = 1_000
"""A longer text is no sidecar that credits one person, characters."""

MENTIONS_LIMIT: Final = 2_000
"""A text that names licences more often than that is no statement of anything."""


_SPDX_LINE = re.compile(
    r"^[ \t#/*;.\-]*(?:SPDX-License-Identifier|Licen[cs]e(?: id)?)[ \t]*:\s*(?P<claim>\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_END: Final = " \t\r*/"
"""What may close a line after its claim: blanks and the end of a comment."""

_LICENCE_FILE = re.compile(
    r"(licen[cs]e|copying|copyright|credits|attributions?|authors|rights|readme)([-_. ].*)?", re.IGNORECASE
)
_SOFTWARE_TEXT = re.compile(
    r"(?P<name>GNU\s+(?:LESSER\s+|LIBRARY\s+|AFFERO\s+)?GENERAL\s+PUBLIC\s+LICENSE\s+Version\s+[\d.]+),\s+"
    r"(?:\d|[A-Z][a-z]+\s\d)",
    re.IGNORECASE,
)
_LEGAL_CODE = re.compile(
    r"THE\s+WORK\s+\(AS\s+DEFINED\s+BELOW\)\s+IS\s+PROVIDED\s+UNDER\s+THE\s+TERMS\s+OF\s+THIS\s+CREATIVE\s+COMMONS"
    r"|By\s+exercising\s+the\s+Licensed\s+Rights\s+\(defined\s+below\)"
    r"|The\s+laws\s+of\s+most\s+jurisdictions\s+throughout\s+the\s+world\s+automatically\s+confer",
    re.IGNORECASE,
)
_LEGAL_CODE_END = re.compile(
    r"Creative\s+Commons\s+may\s+be\s+contacted\s+at\s+[^\n]*|no\s+duty\s+or\s+obligation\s+with\s+respect\s+to\s+this"
    r"\s+CC0[^\n]*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[<(]?(?:https?://|www\.)[^\s>)]*[>)]?|[<(]?[^\s<(]{1,64}@[^\s>)]{1,200}[>)]?")
"""Web and e-mail addresses: no part of a credit."""

_CREDIT = re.compile(
    r"^[ \t*#-]{0,8}(?:(?:please\s)?(?:credit|attribution)s?(?:\sto)?|author|artist|composer"
    r"|(?:(?:composed|written|performed|music|created|modified|remixed|arranged|edited)[ \t])?by)"
    r"[ \t]{0,3}(?:[:=][ \t]{0,8}|[ \t])(?P<name>\S[^\n]{0,118}\S)[ \t]{0,8}$",
    re.IGNORECASE | re.MULTILINE,
)
_COPYRIGHT_TAG = re.compile(r"TCOP|COPYRIGHT|CPRT|LICEN[CS]E|WCOP|USER|©CPY", re.IGNORECASE)


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
    family = None
    if claim.licence is None:
        found = [one for one in mentions(stated[:TEXT_LIMIT]) if one.is_exact]
        family = found[0].family if len(found) == 1 and found[0].licence is None else None
    return RightsStatement(
        basis=RightsBasis.LICENSE if claim.licence else RightsBasis.OTHER,
        licence=claim.licence,
        stated=stated,
        evidence=evidence,
        source=source,
        missing=claim.missing,
        kind=_kind(claim.licence),
        family=family,
    )


def _kind(licence: str | None) -> StatementKind:
    return StatementKind.DEDICATION if licence in {"CC0-1.0", "CC-PDDC"} else StatementKind.LICENCE


def from_tags(
    licences: Iterable[tuple[str, str]], *, recording: ContentId | None = None
) -> tuple[Reading, ...]:
    """What licence, copyright and comment tags state.

    Args:
        licences: (tag name, value) as `TagFacts.licences`.
        recording: content id of the file they stand in.
    """
    return one_each(reading for name, value in licences for reading in _from_tag(name, value, recording))


def _from_tag(name: str, value: str, recording: ContentId | None) -> Iterator[Reading]:
    claim = read_claim(value)
    place = f"tag {one_line(name)}"
    if claim.licence is not None:
        said = claim.licence if "(" in value else value
        made = statement(said, evidence=f"{place}: {said}", source=StatementSource.TAG)
        yield Reading(statement=replace(made, source_digest=recording))
        return
    source = Source(
        place=place,
        kind=StatementSource.TAG,
        digest=recording,
        is_meant=bool(_COPYRIGHT_TAG.search(name)),
        is_cut=len(value) >= TAG_LIMIT,
    )
    for passage in passages(value[:TAG_LIMIT]):
        yield from _from_passage(passage, mentions(passage.text), source)


def from_text(
    data: bytes, *, name: str, source: StatementSource, digest: ContentId | None = None
) -> tuple[Reading, ...]:
    """What a neighbouring text states of the music it lies with.

    Args:
        data: the first bytes of the file; no more than `TEXT_LIMIT` are read, and of a text that long
            everything is only probable; undecodable bytes are replaced.
        name: its name, for the evidence.
        source: `SIDECAR` or `NEIGHBOUR`.
        digest: content id of the whole file.
    """
    text = without_legal_code(text_of(data))
    parts = list(islice(passages(text), PASSAGES_LIMIT))
    lines = sum(1 for _line in islice(_SPDX_LINE.finditer(text), LINES_LIMIT + 1))
    is_cut = len(data) >= TEXT_LIMIT or len(parts) >= PASSAGES_LIMIT or lines > LINES_LIMIT
    origin = Source(place=one_line(name), kind=source, digest=digest, is_cut=is_cut)
    labelled = list(_labelled(text, parts, origin))
    stated = (reading for _claim, reading in labelled)
    if _SOFTWARE_TEXT.search(text):
        return one_each(chain(stated, _software(text, origin)))
    claims = [claim for claim, _reading in labelled]
    prose = from_passages(parts, origin, claims)
    return _credited(one_each(chain(stated, prose)), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where something was read.

    Attributes:
        place: a tag's or file's name, with its line.
        kind: what sort of place.
        digest: content id of the source.
        is_meant: whether it is a place for statements about rights, so that what is named is stated.
        is_cut: whether there is more that was not read: then nothing is plain.
    """

    place: str
    kind: StatementSource
    digest: ContentId | None
    is_meant: bool = False
    is_cut: bool = False

    def at(self, line: int) -> "Source":
        """A line of it."""
        return replace(self, place=f"{self.place}, line {line}")


def text_of(data: bytes) -> str:
    """The text of a file: UTF-16 where a byte order mark says so, else UTF-8 with what is none replaced."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = data[:TEXT_LIMIT].decode("utf-16", "replace")
    else:
        text = data[:TEXT_LIMIT].decode("utf-8-sig", "replace")
    return text.replace("\0", " ").replace("\r\n", "\n").replace("\r", "\n")


def without_legal_code(text: str) -> str:
    """A text with the clauses of Creative Commons legal codes blanked out; titles and line numbers stay.

    The clauses name other licences and the public domain, and state nothing of what they are applied to.
    """
    kept: list[str] = []
    at = 0
    while begin := _LEGAL_CODE.search(text, at):
        end = _LEGAL_CODE_END.search(text, begin.end())
        if end is None:
            break
        kept += [text[at : begin.start()], "\n" * text.count("\n", begin.start(), end.end())]
        at = end.end()
    return "".join([*kept, text[at:]])


def _labelled(text: str, parts: Sequence[Passage], source: Source) -> Iterator[tuple[tuple[int, int], Reading]]:
    """Lines that say `License:` and an expression, each with where that stands; others are left to prose."""
    starts = [passage.start for passage in parts]
    for match in islice(_SPDX_LINE.finditer(text), LINES_LIMIT):
        stated = match["claim"].rstrip(_LINE_END)
        claim = read_claim(stated)
        start = match.start("claim")
        number = bisect_right(starts, start) - 1
        if claim.licence is None or (number >= 0 and parts[number].covers != _MUSIC):
            continue
        said = claim.licence if "(" in stated else stated
        line = text.count("\n", 0, start) + 1
        made = statement(said, evidence=f"{source.place}, line {line}: {said}", source=source.kind)
        is_plain = not source.is_cut and _is_unhedged(text, start, start + len(stated), claim.licence)
        strength = Strength.PLAIN if is_plain else Strength.PROBABLE
        yield (
            match.span("claim"),
            Reading(statement=replace(made, source_digest=source.digest, strength=strength)),
        )


def _is_unhedged(text: str, start: int, end: int, licence: str) -> bool:
    """Whether nothing near a claim takes it back or asks for more."""
    begin = max(0, start - NEAR)
    window = Passage(text=text[begin : end + NEAR], start=begin, line=1, covers=_MUSIC)
    named = sorted({(start - begin, end - begin), *((one.start, one.end) for one in mentions(window.text))})
    if window.denies(start - begin, end - begin):
        return False
    return _asks_much(licence) or not window.narrows(start - begin, end - begin, named)


_MUSIC: Final = (Subject.RECORDING, Subject.WORK)


def _software(text: str, source: Source) -> Iterator[Reading]:
    """The whole text of a licence for programs says nothing of who applied it to the music."""
    first = _SOFTWARE_TEXT.search(text)
    if first is None:
        return
    stated = " ".join(first["name"].split())
    yield Reading(
        statement=RightsStatement(
            basis=RightsBasis.OTHER,
            licence=None,
            stated=stated,
            evidence=f"{source.place}: the text of {stated}",
            source=source.kind,
            missing="who applied this licence for programs to the music, and what its corresponding source is",
            source_digest=source.digest,
        )
    )


def from_passages(
    parts: Sequence[Passage], source: Source, claims: Sequence[tuple[int, int]] = ()
) -> Iterator[Reading]:
    """What passages state; of a text that names more licences than a text does nothing is plain."""
    found: list[tuple[Passage, list[Mention]]] = []
    room = MENTIONS_LIMIT
    for passage in parts:
        named = mentions(passage.text) if passage.covers else []
        found.append((passage, named[:room]))
        room -= len(named)
        if room < 0:
            source = replace(source, is_cut=True)
            break
    for passage, named in found:
        yield from _from_passage(passage, named, source.at(passage.line), claims)


def _from_passage(
    passage: Passage, found: Sequence[Mention], source: Source, claims: Sequence[tuple[int, int]] = ()
) -> Iterator[Reading]:
    """What a passage states of the licences found in it, but for claims that were read already."""
    if not passage.covers:
        return
    named = [(one.start, one.end) for one in found]
    outdated = passage.outdated(named)
    is_settled = any(one.licence in {"CC0-1.0", "CC-PDM-1.0"} and one.is_exact for one in found)
    for number, mention in enumerate(found):
        if number in outdated or _is_within(passage.start + mention.start, claims):
            continue
        is_said = (
            source.is_meant
            or mention.is_public_domain
            or number in outdated.values()
            or passage.states(mention.start, mention.end, named)
        )
        is_plain = is_said and not source.is_cut
        is_plain = is_plain and _is_plain(mention, passage, named, is_newer=number in outdated.values())
        if (mention.is_public_domain and not is_plain) or (is_settled and _is_vague(mention)):
            continue
        if mention.licence is None and not is_said:
            continue
        strength = Strength.PLAIN if is_plain else Strength.PROBABLE
        covers = passage.covers_at(mention.start, mention.end, named)
        if covers:
            yield _reading(mention, replace(passage, covers=covers), source, strength=strength)


def _is_within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    number = bisect_right(spans, (place, sys.maxsize)) - 1
    return number >= 0 and place < spans[number][1]


def _is_vague(mention: Mention) -> bool:
    """Whether a dedication by name nearby says all that it says."""
    return mention.is_public_domain or mention.family == "CC"


def _is_plain(mention: Mention, passage: Passage, named: Sequence[tuple[int, int]], *, is_newer: bool) -> bool:
    """Whether the words are a licence's own, and nothing near takes them back or asks for more."""
    if not mention.is_exact or (not is_newer and passage.denies(mention.start, mention.end)):
        return False
    if _asks_much(mention.licence or mention.family or ""):
        return True
    return not passage.narrows(mention.start, mention.end, named)


def _asks_much(licence: str) -> bool:
    """Whether a licence itself forbids commercial use or adaptations."""
    return "-NC-" in f"{licence}-" or "-ND-" in f"{licence}-"


def _reading(mention: Mention, passage: Passage, source: Source, *, strength: Strength) -> Reading:
    stated = " ".join(passage.text[mention.start : mention.end].split())
    words = passage.words_around(mention.start, mention.end).encode()[:WORDS_LIMIT]
    return Reading(
        statement=RightsStatement(
            basis=RightsBasis.LICENSE if mention.licence else RightsBasis.OTHER,
            licence=mention.licence,
            stated=stated,
            evidence=f"{source.place}: {stated}",
            source=source.kind,
            missing=mention.missing,
            kind=_kind(mention.licence),
            strength=strength,
            family=mention.family,
            covers=passage.covers,
            words=content_id_of(words),
            source_digest=source.digest,
        ),
        words=words,
    )


def _credited(readings: tuple[Reading, ...], text: str) -> tuple[Reading, ...]:
    """Readings of the music with the credit that the same text states, where it states just one."""
    credit = credit_in(text)
    if credit is None:
        return readings
    return tuple(
        replace(one, statement=replace(one.statement, attribution=credit))
        if one.statement.licence and one.statement.covers == _MUSIC
        else one
        for one in readings
    )


def credit_in(text: str) -> str | None:
    """Who made it, as a short text says on a line of its own; `None` when it does not, or names several.

    Args:
        text: a sidecar's words. A long text, or one that names several, is a list and credits nobody.
    """
    if len(text) > CREDIT_TEXT_LIMIT:
        return None
    names = {" ".join(_ADDRESS.sub("", match["name"]).split()) for match in _CREDIT.finditer(text)} - {""}
    return names.pop() if len(names) == 1 else None


def one_each(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """The first reading of each meaning; a probable one gives way to a plain one of the same licence."""
    first: dict[tuple[object, ...], Reading] = {}
    for one in readings:
        said = one.statement
        first.setdefault((said.licence, said.family, said.missing, said.covers, said.strength), one)
    plain = {
        (one.statement.licence, one.statement.covers)
        for one in first.values()
        if one.statement.strength is Strength.PLAIN and one.statement.licence
    }
    kept = [
        one
        for one in first.values()
        if one.statement.strength is not Strength.PROBABLE
        or (one.statement.licence, one.statement.covers) not in plain
    ]
    return tuple(kept[:STATEMENTS_LIMIT])


def one_line(text: str) -> str:
    """A name as it stands in evidence: on one line, and short."""
    return " ".join(text.split())[:200]
