"""Prose about rights: which passage is about what, and whether it states, denies or merely names a licence.

A text is cut into passages at headings, blank lines and list items. A heading, or the sentence itself, may say
that a passage is about the program, the pictures or the words, and not about the music.

Source: docs/reference/reading-rights.md; made from sidecars and licence files as found.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from longplay.model.rights import Subject

WORDS_LIMIT: Final = 4_096
"""No more words around a licence are kept, characters."""

PASSAGE_LIMIT: Final = 8_000
"""A longer passage is cut in two, characters."""

PASSAGES_LIMIT: Final = 5_000
"""No more passages of one text are read."""

NEAR: Final = 300
"""How far around a licence words belong to it, characters."""

_MUSIC: Final = (Subject.RECORDING, Subject.WORK)
_ABOUT_MUSIC = re.compile(
    r"\b(?:audio|music\w*|songs?|sounds?|tracks?|recordings?|mp3|ogg|flac|wav|sfx|samples?|album|tunes?|melod\w+"
    r"|musik\w*|musique|música|canci[oó]n\w*|stems?|loops?)\b",
    re.IGNORECASE,
)
_ABOUT_PICTURES = re.compile(
    r"\b(?:graphics?|images?|pictures?|textures?|sprites?|cover\s?(?:art|file|image)?|artwork|photos?|models?"
    r"|background\w*|icons?|video\w*|paintings?|fonts?|bild\w*|skins?)\b",
    re.IGNORECASE,
)
_ABOUT_WORDS = re.compile(
    r"\b(?:lyrics|txt[\s-]song\sfile|ultrastar\stxt|liedtext\w*|paroles|letra)\b", re.IGNORECASE
)
_ABOUT_PROGRAM = re.compile(
    r"\b(?:source\scode|code|software|programs?|engine|scripts?|plugins?|library|libraries|compiler)\b",
    re.IGNORECASE,
)
_ABOUT_OTHERS = re.compile(
    r"\b(?:documentation|docs|documents?|manuals?|readme|web\s?sites?|websites?|site|wiki|articles?|books?|contributions?"
    r"|pull\srequests?|(?:for|all|my|our|written)\stexts?|translations?)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)>\]]{1,500}")
_HEADING = re.compile(r"^(?:#{1,6}\s+(?P<hash>\S.*)|(?P<colon>[^\s\-*#>][^\n]{0,70}):\s*)$")
_UNDERLINE = re.compile(r"^[=\-~*^]{4,}\s*$")
_ITEM = re.compile(r"^\s{0,8}(?:[*+-]|\d{1,3}[.)])\s+\S")
_STATING = re.compile(
    r"licen[cs]\w*|licen[cç]\w*|lizen[sz]\w*|\blicens\w*|releas\w+\sunder|publish\w*\s(?:under|in)|dedicated"
    r"|copyright|\bterms\b|\brights?\b|©|\(c\)|available\sunder|placed\s(?:in|into)|waived|veröffentlicht|sous\s",
    re.IGNORECASE,
)
_ONCE: Final = (
    r"originally(?=\s(?:\w+\s)?(?:licen|releas|publish|under|distribut))"
    r"|(?:was|were)(?!\s(?:\w+\s)?(?:releas|publish|dedicat|plac|upload|creat|made|compos|record|writ|tak|download"
    r"|donat|produc|perform|obtain|generously|kindly))"
)
"""What says that something was so, and is not the story of how it came to be."""

_DENYING = re.compile(
    r"\b(?:not|isn['’]t|aren['’]t|wasn['’]t|no\slonger|never|except|unless|formerly|previously|used\sto"
    rf"|{_ONCE}"
    r"|instead\sof|rather\sthan|other\sthan|compatible\swith|similar\sto|nicht|kein\w*|plus\ssous|n['’]est\spas|inte|if\syou"
    r"|would|might|may\sbe|perhaps|probably|unclear|unsure|whether|or\ssomething|i\sthink|we\sthink|assum\w+|supposed|must|should|by\sdefault|usually|generally|contribut\w+|submi\w+|you\sagree)\b",
    re.IGNORECASE,
)
"""What takes a licence back, or doubts it, before it is named."""

_LIMITING = re.compile(
    r"\b(?:no\slonger|except\w*|unless|excluding|excludes?|but\snot|(?:does|do|is|are)\s?(?:not|n['’]t)|with\sthe\sexception"
    r"|or\ssomething|i\sthink|perhaps|probably|maybe|for\sthe\smost\spart|mostly|ausgenommen|außer|sauf|excepto|utom)\b"
    r"|\(\?\)|\?(?=[\s\"”')]|$)",
    re.IGNORECASE,
)
"""What takes a licence back, or doubts it, after it is named."""

_NARROWING = re.compile(
    r"(?<!commercial\sand\s)(?<!commercial\sor\s)(?<!and/or\s)\bnon[\s-]?com+er\w*|\bnot\s(?:be\s)?(?:used\s)?(?:for|in)\scommercial"
    r"|\bno\scommercial|\bexcept\scommercial|\bnicht[\s-]?kommerziell|\bnon\scommercial|\bpas\sd['’]utilisation\scommerciale"
    r"|\bno\s?comercial|\bno[\s-]?deriv\w*|\bno\s(?:remix\w*|modifications?)\b|\ball\srights\sreserved"
    r"|\bnot\sfor\s(?:re)?sale|\b(?:personal|private|educational)\suse\b|\bnon[\s-]?profit"
    r"|\bdo\s?(?:not|n['’]t)\s(?:re-?)?distribute|\bmay\snot\sbe\s(?:re-?)?(?:distributed|used|sold)|\bproprietary|\bby\spermission"
    r"|\bwith\spermission|\bnot\s(?:included|covered|part\sof)\b|\bexclud(?:es?|ed|ing)\b"
    r"|\bdo(?:es)?\s?(?:not|n['’]t)\s(?:apply\sto|include|cover|extend)|\b(?:written|prior)\s(?:permission|consent)|(?<![\w-])(?-i:NC|ND)(?![\w-])",
    re.IGNORECASE,
)
"""What a licence without NC or ND does not ask."""

_PAST = re.compile(
    r"\b(?:formerly|previously|used\sto\sbe|no\slonger|instead\sof"
    rf"|{_ONCE}"
    r"|(?:re-?licen[cs]\w+|changed?|switched|moved|converted)\s(?:\w+\s){0,6}?from|old\slicen[cs]e\w*|früher|anciennement|antes)\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(?:re-?licen[cs]\w+|re-?releas\w+|is\snow|are\snow|now\s(?:under|licen[cs]\w+|available|released)|henceforth|from\snow\son"
    r"|(?:changed?|switch\w*|moved?|convert\w*)\s(?:\w+\s){0,6}?to|new\slicen[cs]e\w*|jetzt|désormais|ahora)\b",
    re.IGNORECASE,
)
_FORMERLY = re.compile(
    r"^\W{1,4}(?:formerly|previously|originally|before|früher|anciennement|antes|relicen[cs]ed\sfrom|instead\sof)\b[^.\n]{0,60}$",
    re.IGNORECASE,
)
_HEDGING = re.compile(
    r"\b(?:not|never|n['’]t|would|could|might|may|if|whether|unless|except|perhaps|probably|maybe|want\w*|ask\w*|will|plan\w*"
    r"|please|i\sthink|nicht|vielleicht|peut-être|quizás)\b|\?(?=[\s\"”')]|$)",
    re.IGNORECASE,
)
"""What leaves open whether a licence took another's place."""

_INTO = re.compile(r"^\W{0,3}(?:\w+\s){0,3}?(?:to|into|nach|zu)\W", re.IGNORECASE)
_SAID = re.compile(
    r"\b(?:is|are|under|unter|sous|bajo|sotto|sob|ist|sind|est|sont|es|son|är)\s(?:\w{1,4}\s){0,2}[(\[\"'*]{0,3}$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n\s*\n")
_FOOTNOTE = re.compile(r"\[\d{1,2}\]")
_LABEL = re.compile(r"^[\W_]*(?:[\w ()/-]{0,30}:)?[\W_]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a text.

    Attributes:
        text: its words.
        start: where it begins in the whole text, characters.
        line: the same as a line, from 1.
        covers: what it is about; empty: neither music nor its cover or words.
    """

    text: str
    start: int
    line: int
    covers: tuple[Subject, ...]

    def covers_at(self, start: int, end: int, named: Sequence[tuple[int, int]]) -> tuple[Subject, ...]:
        """What a licence there is about: what its own sentence says, else what the passage does.

        Args:
            start, end, named: as for `states`.
        """
        begin = max(self._begin(start), start - 500)
        about = _subject(self._without(named, begin, begin + len(self._sentence(start, end))))
        return self.covers if about is None else about

    def states(self, start: int, end: int, named: Sequence[tuple[int, int]]) -> bool:
        """Whether a licence is stated there, not only named: by a word of licensing, or by standing alone.

        Args:
            start, end: where it stands.
            named: where all licences of the passage stand, in order.
        """
        begin = max(self._begin(start), start - 500)
        sentence = self._without(named, begin, begin + len(self._sentence(start, end)))
        if _STATING.search(sentence) or _LABEL.match(sentence) or _SAID.search(self.text[begin:start]):
            return True
        begin = self.text.rfind("\n", max(0, start - NEAR), start) + 1
        stop = self.text.find("\n", end, end + NEAR)
        line = self._without(named, max(begin, start - NEAR), stop if stop >= 0 else end + NEAR)
        return bool(_LABEL.match(line))

    def denies(self, start: int, end: int) -> bool:
        """Whether the sentence takes it back, doubts or asks."""
        begin = self._begin(start)
        before = self.text[max(begin, start - 200) : start]
        after = self._sentence(start, end)[end - max(begin, start - 500) :]
        return bool(_DENYING.search(before) or _LIMITING.search(after))

    def narrows(self, start: int, end: int, named: Sequence[tuple[int, int]]) -> bool:
        """Whether words nearby, in no licence's name, ask for what only an NC or ND licence does.

        Args:
            start, end, named: as for `states`.
        """
        return bool(_NARROWING.search(self._without(named, max(0, start - NEAR), end + NEAR)))

    def outdated(self, named: Sequence[tuple[int, int]]) -> dict[int, int]:
        """Numbers of licences that are plainly past, each with that of the one beside it that took its place.

        Args:
            named: where all licences of the passage stand, in order.
        """
        found: dict[int, int] = {}
        for number in range(len(named) - 1):
            (start, end), (after, close) = named[number], named[number + 1]
            sentence = self._sentence(start, close) if after - end <= NEAR else "?"
            if _HEDGING.search(sentence):
                continue
            before = self.text[
                max(self._begin(start), start - NEAR, named[number - 1][1] if number else 0) : start
            ]
            between = self.text[end:after]
            if _PAST.search(before) and (_INTO.search(between) or _PRESENT.search(between)):
                found[number] = number + 1
            elif (_PRESENT.search(before) and _PAST.search(between)) or _FORMERLY.match(between):
                found[number + 1] = number
        return found

    def _without(self, named: Sequence[tuple[int, int]], begin: int, stop: int) -> str:
        """A stretch of the text with the licences named in it taken out."""
        kept: list[str] = []
        for one, other in named[max(bisect_right(named, (begin, begin)) - 1, 0) :]:
            if one >= stop:
                break
            kept.append(self.text[begin:one])
            begin = max(begin, other)
        return _FOOTNOTE.sub(" ", " ".join([*kept, self.text[begin:stop]]))

    def words_around(self, start: int, end: int) -> str:
        """The passage, or the part of it around a licence, as it stands."""
        if len(self.text) <= WORDS_LIMIT:
            return self.text
        half = (WORDS_LIMIT - min(end - start, WORDS_LIMIT)) // 2
        return self.text[max(start - half, 0) : end + half]

    def _begin(self, start: int) -> int:
        last = 0
        for match in _SENTENCE_END.finditer(self.text, max(0, start - 500), start):
            last = match.end()
        return last

    def _sentence(self, start: int, end: int) -> str:
        stop = _SENTENCE_END.search(self.text, end, min(len(self.text), end + 300))
        return self.text[max(self._begin(start), start - 500) : stop.end() if stop else end + 300]


def passages(text: str, *, by_item: bool = False) -> Iterator[Passage]:
    """The passages of a text, in order.

    Args:
        text: any; the caller bounds it.
        by_item: cut at every list item too.
    """
    heading: tuple[Subject, ...] | None = None
    pending: list[str] = []
    begun = at = first = count = 0
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        bare = line.strip()
        is_heading = _is_heading(bare, lines, number)
        cuts = not bare or is_heading or (by_item and bool(_ITEM.match(line)))
        if cuts and pending:
            yield _passage("".join(pending), begun, first, heading)
            pending, count = [], count + 1
            if count >= PASSAGES_LIMIT:
                return
        if is_heading:
            if not _UNDERLINE.match(bare):
                heading = _subject(bare)
                yield Passage(
                    text=line, start=at, line=number + 1, covers=_MUSIC if heading is None else heading
                )
        elif bare:
            if not pending:
                begun, first = at, number + 1
            pending.append(line)
        at += len(line)
        if pending and at - begun > PASSAGE_LIMIT:
            for part in _parts("".join(pending)):
                yield _passage(part, begun, first, heading)
                begun, count = begun + len(part), count + 1
            pending = []
    if pending:
        yield _passage("".join(pending), begun, first, heading)


def _parts(words: str) -> list[str]:
    return [words[at : at + PASSAGE_LIMIT] for at in range(0, len(words), PASSAGE_LIMIT)]


def _passage(words: str, begun: int, first: int, heading: tuple[Subject, ...] | None) -> Passage:
    about = _subject(words[:1_000]) if len(words) < 1_000 else None
    covers = about if about is not None else heading
    return Passage(
        text=words,
        start=begun,
        line=first,
        covers=_MUSIC if covers is None else covers,
    )


def _is_heading(bare: str, lines: Sequence[str], number: int) -> bool:
    """A line marked as one, underlined, or ending in a colon with nothing licensed in it."""
    if not bare or len(bare) > 80:
        return False
    if _UNDERLINE.match(bare):
        return True
    if number + 1 < len(lines) and _UNDERLINE.match(lines[number + 1]) and len(bare) > 3:
        return True
    match = _HEADING.match(bare)
    if match is None:
        return False
    return bool(match["hash"]) or (_subject(bare) is not None and not lines[number][:1].isspace())


def _subject(words: str) -> tuple[Subject, ...] | None:
    """What words are about; `None` when they do not say, empty for what is no music, cover or lyrics."""
    words = _ADDRESS.sub(" ", words)
    if _ABOUT_MUSIC.search(words):
        return _MUSIC
    if _ABOUT_WORDS.search(words):
        return (Subject.LYRICS,)
    if _ABOUT_PICTURES.search(words):
        return (Subject.COVER_ART,)
    if _ABOUT_PROGRAM.search(words) or _ABOUT_OTHERS.search(words):
        return ()
    return None
