"""Reading lists: passages that name files or titles, and machine-readable grants of a licence to paths.

Source: docs/reference/reading-rights.md; Debian copyright format 1.0; REUSE specification 3.3.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from longplay.formats.licences import CLAIM_LIMIT
from longplay.formats.phrases import mentions
from longplay.formats.reuse import Grant
from longplay.model.digests import ContentId, content_id_of
from longplay.model.rights import Reading, StatementSource, Strength
from longplay.rights.prose import PASSAGES_LIMIT, WORDS_LIMIT, Passage, passages
from longplay.rights.readers import (
    TEXT_LIMIT,
    Source,
    from_passages,
    one_each,
    one_line,
    statement,
    text_of,
)

ENTRY_LIMIT: Final = 2_000
"""A longer passage is about no file in particular, characters."""

ENTRIES_LIMIT: Final = 2_000
"""No more named files are taken from one list."""

_AUDIO_NAME = re.compile(r"\.(?:ogg|oga|opus|mp3|flac|wav|m4a|aac|wv|aiff?|mp2|wma|ape)\b", re.IGNORECASE)
_ENTRY_TITLE = re.compile(
    r"^\s*(?:[*+-]|\d+[.)])\s+\[?[\"“'‘]?(?P<title>[^\"”\]\n]{1,120}?)[\"”'’]?(?:\]\(|\]|[\"”]|\s+by\s)"
)

_NAME_BEGINS = re.compile(r"(?:^|[\n\"'`“‘(\[<*,:;/=|>•]|[-–—]\s|\b(?:files?|the|and|in|as|of|for)\s)\s*$")
_FOLDER_BEFORE = re.compile(r"(?P<folder>[^/\s\"'`(\[<]+)/$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A passage of a list that is about files it names.

    Attributes:
        text: the passage, casefolded: it holds the names of the files.
        title: what it calls the work, casefolded; `None` when it is no list of titles.
        readings: what it states.
    """

    text: str
    title: str | None
    readings: tuple[Reading, ...]

    def names(self, path: str) -> bool:
        """Whether it names a file by its name with suffix, and by its folder where it names one.

        Args:
            path: with the folders it lies in, the parts separated by `/`.
        """
        *folders, name = path.casefold().split("/")
        at = self.text.find(name)
        while at >= 0:
            word = self.text[max(0, at - 200) : at].replace("\\", "/")
            if _ends_a_word(word) and not self.text[at + len(name) : at + len(name) + 1].isalnum():
                above = _FOLDER_BEFORE.search(word)
                if above is None or (folders and folders[-1] == above["folder"]):
                    return True
            at = self.text.find(name, at + 1)
        return False

    def calls(self, path: str) -> bool:
        """Whether it calls the work by the file's name without its suffix."""
        name = path.rpartition("/")[2].casefold()
        return self.title is not None and self.title == name.rpartition(".")[0]


def _ends_a_word(before: str) -> bool:
    """Whether a file name may begin after these words: it may hold blanks, so a mere blank is no beginning."""
    return not before or _NAME_BEGINS.search(before) is not None


def entries(
    data: bytes, *, name: str, source: StatementSource, digest: ContentId | None = None
) -> tuple[Entry, ...]:
    """The passages of a text that name audio files or titles, with what they state.

    Args:
        data, name, source, digest: as for `from_text`.
    """
    origin = Source(place=one_line(name), kind=source, digest=digest, is_cut=len(data) >= TEXT_LIMIT)
    found: list[Entry] = []
    for passage in islice(passages(text_of(data), by_item=True), PASSAGES_LIMIT):
        found.extend(_entries(passage, origin))
        if len(found) >= ENTRIES_LIMIT:
            break
    return tuple(found[:ENTRIES_LIMIT])


def _entries(passage: Passage, origin: Source) -> Iterator[Entry]:
    if len(passage.text) > ENTRY_LIMIT:
        return
    title = _ENTRY_TITLE.match(passage.text)
    if title is None and not _AUDIO_NAME.search(passage.text):
        return
    for part in _parts(passage):
        is_mixed = any(_is_mixed(line) for line in part.text.splitlines())
        readings = one_each(from_passages([part], replace(origin, is_cut=origin.is_cut or is_mixed)))
        if readings:
            called = title["title"].strip().casefold() if title else None
            yield Entry(text=part.text.casefold(), title=called, readings=readings)


def _is_mixed(line: str) -> bool:
    """Whether a line names several files and a licence: nobody knows which of them comes under it."""
    return len(_AUDIO_NAME.findall(line)) > 1 and bool(mentions(line))


def _parts(passage: Passage) -> Sequence[Passage]:
    """A passage as a whole, where its files lie together and the licence apart; else its lines with files."""
    lines = passage.text.splitlines(keepends=True)
    naming = [number for number, line in enumerate(lines) if _AUDIO_NAME.search(line)]
    are_together = not naming or naming[-1] - naming[0] == len(naming) - 1
    if are_together and (len(naming) < 2 or not any(mentions(lines[number]) for number in naming)):
        return [passage]
    return [replace(passage, text=lines[number], line=passage.line + number) for number in naming]


def from_grant(grant: Grant, *, name: str, source: StatementSource, digest: ContentId | None = None) -> Reading:
    """What a DEP-5 or REUSE file states of a file it names; of all files it is a statement about the folder.

    Args:
        grant: the one that holds for the file.
        name, source, digest: as for `from_text`.
    """
    place = f"{one_line(name)}, {grant.pattern.text[:100]}"
    licence = grant.licence[:CLAIM_LIMIT]
    made = statement(licence, evidence=f"{place}: {licence[:200]}", source=source)
    words = f"{grant.copyright}\n{grant.licence}".strip().encode()[:WORDS_LIMIT]
    strength = Strength.BLANKET if grant.pattern.is_everything else Strength.PLAIN
    stated = replace(made, source_digest=digest, words=content_id_of(words), strength=strength)
    return Reading(statement=stated, words=words)
