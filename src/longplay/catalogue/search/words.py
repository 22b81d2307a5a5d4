"""Words of names and of queries: the one place where both are folded and cut up.

Folding removes what people leave out when they type: case, accents, full width, ligatures, apostrophes.
Scripts without spaces between words are cut into runs of their characters, which are indexed by one and by two.
The engine gets words with blanks between them and splits at blanks only, so it can neither drop nor change one.

Not done: Japanese kana are not read as one another, simplified and traditional Chinese stay apart.

Source: docs/reference/search.md; Unicode Standard Annex 15 (NFKD) and chapter 3.13 (case folding).
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

WORD_LIMIT: Final = 60
"""Characters of a word that count, in names and in queries alike."""

EDGES: Final = 3
"""Beginnings of up to so many letters are words of their own in the index of the head."""

_MARKS: Final = (
    *((0x0300, 0x036F), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670)),
    *((0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F)),
)
"""Marks that people leave out: accents, Hebrew points, Arabic vowel signs. Those of Indic scripts stay."""

_LETTERS: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŋ": "n",
    "ŧ": "t", "ə": "e", "ƒ": "f",
}  # fmt: skip
_DROPPED: Final = "'’‘ʼʻ`´ʹ′\u0640"
_BREAK: Final = "\ue000"
"""Stands before each sign that is no letter: words end there, and yet what is around it was written as one."""

_SPACELESS: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(f"[{_SPACELESS}]+|[^{_SPACELESS}]+")
_SPACELESS_RUN: Final = re.compile(f"[{_SPACELESS}]+")
_SIGN: Final = re.compile(f"{_BREAK}.", re.DOTALL)


class _Table(dict[int, str]):
    """What becomes of each character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _folded(chr(code))
        return found


def _folded(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    code, category = ord(char), unicodedata.category(char)
    if char in _DROPPED or category == "Cf" or any(first <= code <= last for first, last in _MARKS):
        return ""
    if category[0] in "LNM":
        return char
    if category[0] == "Z" or category in {"Cc", "Cs"}:
        return " "
    return _BREAK + char


_TABLE: Final = _Table()


def words(text: str) -> list[str]:
    """The folded words of a text in order; characters of a script without spaces hang together in runs.

    Of a text without a letter or digit, such as `!!!`, the signs are the words: somebody is called so.
    """
    return analysed(text)[1]


def has_letters(named: Iterable[str]) -> bool:
    """Whether folded words are more than signs."""
    return any(word[0].isalnum() or unicodedata.category(word[0])[0] in "LNM" for word in named if word)


def is_run(word: str) -> bool:
    """Whether a word is a run of characters of a script without spaces."""
    return _SPACELESS_RUN.match(word) is not None


def grams(run: str) -> list[str]:
    """What a run is looked for by: its pairs of neighbours, or itself where it is one character."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def analysed(text: str) -> tuple[str, list[str]]:
    """A name as the engine gets it, with blanks between; and its words, as `words` gives them.

    The engine gets first all words in their order, a run as its pairs; then single characters of runs, and,
    where signs stood between letters without a blank, the letters as one: `ac/dc` is found as `acdc` too.
    """
    if len(text) <= WORD_LIMIT and text.isascii() and text.replace(" ", "").isalnum():
        named = text.lower().split()  # most names
        return " ".join(named), named
    # no form of normalization reaches across a blank
    parts = [_kept_part(part) if len(part) <= _KEPT else _part(part) for part in text.split(" ")]
    named = [word for part in parts for word in part.words]
    if not named:
        signs = [sign for part in parts for sign in part.signs]
        return " ".join(signs), signs
    first = [word for part in parts for word in part.first]
    more = [word for part in parts for word in part.more]
    return " ".join(first + more), named


class _Part(NamedTuple):
    """What stood between two blanks.

    Attributes:
        words: of it.
        first: what the engine gets of it, in the place where it stands.
        more: what the engine gets of it, after what stands first in all parts.
        signs: its signs, which are words where no part has any other.
    """

    words: tuple[str, ...]
    first: tuple[str, ...]
    more: tuple[str, ...]
    signs: tuple[str, ...]


def _part(text: str) -> _Part:
    named: list[str] = []
    first: list[str] = []
    more: list[str] = []
    chunks = _plain(text).split()
    for chunk in chunks:
        letters = [one for one in _SIGN.split(chunk) if one]
        split = [run[:WORD_LIMIT] for one in letters for run in _RUN.findall(one)]
        named += split
        for word in split:
            if is_run(word):
                first += grams(word) if len(word) > 1 else ()
                more += word
            else:
                first.append(word)
        if len(split) > 1 and not any(is_run(word) for word in split):
            more.append("".join(letters)[:WORD_LIMIT])
    signs = (chunk.replace(_BREAK, "")[:WORD_LIMIT] for chunk in chunks)
    return _Part(tuple(named), tuple(first), tuple(more), tuple(signs))


_KEPT: Final = 16
"""Characters of a part that is kept: longer ones hardly come again."""

_kept_part: Final = lru_cache(maxsize=1 << 15)(_part)  # some thousand words make up most names


def _plain(text: str) -> str:
    """Folded letters, blanks, and signs behind `_BREAK`."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    if not unicodedata.is_normalized("NFKD", decomposed):
        decomposed = unicodedata.normalize("NFKD", decomposed)
    return unicodedata.normalize("NFC", decomposed.translate(_TABLE))


def edges(indexed: str) -> str:
    """The beginnings of words, up to `EDGES` letters, each once; of a text as the engine gets it."""
    named = indexed.split()
    if not indexed.isascii():
        named = [word for word in named if not is_run(word)]
    return " ".join({word[:size]: None for word in named for size in range(1, EDGES + 1)})


def whole_key(named: Iterable[str]) -> int:
    """A number for all words of a name, whatever their order, 32 bits: others may share it."""
    return zlib.crc32(" ".join(sorted(set(named))).encode())
