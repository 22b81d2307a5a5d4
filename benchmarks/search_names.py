"""Names for a fair test of search: a vocabulary as wide and as uneven as that of real titles.

The synthetic catalogue's own names are made of 37 words: every query would find a thirtieth of everything. Here
words follow Zipf's law over some 400,000 generated ones, the most frequent of which are the stop-words; names
have one to six words, in the scripts in about the shares real catalogues have them.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.synthetic_catalogue import Integers, mixed, uniform

WORDS: Final = 400_000
"""Different words of the largest script."""

COMMON: Final = (
    *("the", "of", "love", "a", "you", "me", "in", "i", "my", "and", "to", "de", "la", "is", "no", "on", "it"),
    *("for", "your", "all", "remix", "live", "version", "feat", "mix", "one", "time", "life", "night", "world"),
    *("don't", "heart", "song", "day", "man", "baby", "girl", "blue", "dance", "now", "never", "home", "light"),
)
"""The most frequent words, in this order."""

NO_SPACES: Final = 0.06
"""Share of names in a script without spaces between words."""

MARKED: Final = 12
"""One Latin word in so many is written with diacritics."""

_SHARES: Final = (("cyrillic", 0.04), ("hangul", 0.02), ("arabic", 0.015), ("devanagari", 0.015))
_LETTERS: Final = {
    "latin": ([*"bcdfghjklmnprstvwz", "br", "ch", "st", "tr", "sh", "kl", "th"], [*"aeiou", "ai", "ou", "ee"]),
    "cyrillic": (list("бвгдзклмнпрстф"), list("аеиоуыяёй")),
    "hangul": ([chr(0xAC00 + 588 * n) for n in range(19)], [""]),
    "arabic": (list("بتجحدرسعفقكلمنه"), list("اوي")),
    "devanagari": (list("कगजतदनपबमरलवस"), ["ा", "ि", "ी", "ु", "े", "ो"]),
}  # fmt: skip
_HAN: Final = [chr(0x4E00 + 7 * n) for n in range(2_900)]
_KANA: Final = [chr(code) for code in (*range(0x3042, 0x3090), *range(0x30A2, 0x30F0))]


def vocabulary(script: str, size: int) -> pa.Array:
    """Pronounceable words of a script, all different, the shortest first."""
    heads, tails = _LETTERS[script]
    syllables = [head + tail for head in heads for tail in tails]
    if script == "hangul":
        syllables = [chr(0xAC00 + 37 * n) for n in range(300)]
    words = dict.fromkeys(COMMON if script == "latin" else ())
    marked = str.maketrans("aeou", "åéöü")
    base = len(syllables)
    number = base
    while len(words) < size:
        left, word = int(mixed(np.array([number]), 77)[0]) % (base ** min(4, 1 + number // base)), ""
        while left:
            left, place = divmod(left, base)
            word += syllables[place]
        words[word.translate(marked) if number % MARKED == 0 else word] = None
        number += 1
    words.pop("", None)
    return pa.array(list(words), pa.string())


_MADE: Final[dict[str, pa.Array]] = {}


def _words(script: str) -> pa.Array:
    if script not in _MADE:
        _MADE[script] = vocabulary(script, WORDS if script == "latin" else WORDS // 20)
    return _MADE[script]


def _zipf(numbers: Integers, salt: int, size: int) -> Integers:
    """A place in a vocabulary, the first the most frequent: Zipf's law with exponent 1."""
    places = np.exp(uniform(numbers, salt) * np.log(size + 1)).astype(np.int64) - 1
    return np.minimum(places, size - 1)


def _spaced(numbers: Integers, salt: int, words: int, script: str) -> pa.Array:
    """Names of one to twice as many words, a number after one in ten."""
    listed = _words(script)
    lengths = 1 + (mixed(numbers, salt + 80) % np.uint64(2 * words - 1)).astype(np.int64)
    parts = []
    for place in range(2 * words - 1):
        chosen = listed.take(pa.array(_zipf(numbers, salt + place, len(listed))))
        parts.append(pc.if_else(pa.array(lengths > place), chosen, None))
    tail = (mixed(numbers, salt + 90) % np.uint64(100_000)).astype(np.int64)
    parts.append(pc.if_else(pa.array(tail < 10_000), pa.array(tail).cast(pa.string()), None))
    return pc.binary_join_element_wise(*parts, " ", null_handling="skip")


def _unspaced(numbers: Integers, salt: int) -> pa.Array:
    """Names of two to seven characters, Han or kana."""
    parts = []
    lengths = 2 + (mixed(numbers, salt + 81) % np.uint64(6)).astype(np.int64)
    han, kana = pa.array(_HAN), pa.array(_KANA)
    is_han = pa.array(mixed(numbers, salt + 82) % np.uint64(3) > 0)
    for place in range(7):
        one = pc.if_else(
            is_han,
            han.take(pa.array(_zipf(numbers, salt + 20 + place, len(han)))),
            kana.take(pa.array((mixed(numbers, salt + 40 + place) % np.uint64(len(kana))).astype(np.int64))),
        )
        parts.append(pc.if_else(pa.array(lengths > place), one, None))
    return pc.binary_join_element_wise(*parts, "", null_handling="skip")


def names(numbers: Integers, salt: int, words: int) -> pa.Array:
    """A name for each number: a `Naming` for the synthetic catalogue."""
    made = _spaced(numbers, salt, words, "latin")
    which = uniform(numbers, salt + 95)
    made = _put(made, which < NO_SPACES, numbers, lambda some: _unspaced(some, salt))
    begin = NO_SPACES
    for script, share in _SHARES:
        mask = (which >= begin) & (which < begin + share)
        made = _put(made, mask, numbers, lambda some, script=script: _spaced(some, salt, words, script))
        begin += share
    return made


def _put(
    made: pa.Array, mask: npt.NDArray[np.bool_], numbers: Integers, make: Callable[[Integers], pa.Array]
) -> pa.Array:
    if not mask.any():
        return made
    return pc.replace_with_mask(made, pa.array(mask), make(numbers[mask]).cast(made.type))
