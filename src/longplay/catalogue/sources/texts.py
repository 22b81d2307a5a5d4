"""Texts as the source tables hold them: NFC, no NUL, no lone surrogates, nothing blank around, never empty.

One at a time, or whole columns at once: both give the same.

Source: Unicode Standard Annex 15 (NFC).
"""

import unicodedata
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TEXT_LIMIT: Final = 4_000
"""Longer texts are cut, characters: a title of a megabyte is a mistake, not a title."""

_TEXT: Final = pa.string()

SETTLED: Final = (
    *((0x0000, 0x02FF), (0x0400, 0x0482), (0x048A, 0x052F), (0x05D0, 0x05EA), (0x0621, 0x064A)),
    *((0x2010, 0x2027), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)),
)
"""Characters, from and to, that are in NFC beside each other: the letters of most names. To put a column into
NFC costs several times what it costs to see that it is."""

_OTHERS: Final = "[^" + "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in SETTLED) + "]"


def clean_text(value: str) -> str | None:
    """A text as the tables hold it; `None` when nothing is left."""
    if value.isascii():
        cut = value[:TEXT_LIMIT].replace("\0", "").strip()
    else:
        whole = value[:TEXT_LIMIT].encode("utf-8", "replace").decode("utf-8").replace("\0", "")
        cut = unicodedata.normalize("NFC", whole).strip()
    return cut or None


def clean_texts(column: pa.Array) -> pa.Array:
    """`clean_text` of many: as long as `column`, null where nothing is left.

    Raises:
        pa.ArrowException: some text is not UTF-8, or the type is no text.
    """
    texts = column.cast(_TEXT)
    if (pc.max(pc.binary_length(texts)).as_py() or 0) > TEXT_LIMIT:
        texts = pc.utf8_slice_codeunits(texts, 0, TEXT_LIMIT)
    data = all_bytes(texts)
    if b"\0" in data:
        texts = pc.replace_substring(texts, "\0", "")
    texts = pc.utf8_trim_whitespace(texts if data.isascii() else _normal(texts))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, _TEXT), texts)


def all_bytes(texts: pa.Array) -> bytes:
    """Those of all texts, one behind the other, and maybe of more: cheap to look through."""
    data = texts.buffers()[2]
    return b"" if data is None else data.to_pybytes()


def _normal(texts: pa.Array) -> pa.Array:
    """In NFC; those that are for certain are not looked at any closer."""
    others = pc.fill_null(pc.match_substring_regex(texts, _OTHERS), False)
    if not pc.any(others).as_py():
        return texts
    return pc.replace_with_mask(texts, others, pc.utf8_normalize(texts.filter(others), form="NFC"))


def clean_lists(lists: pa.ListArray) -> pa.ListArray:
    """Lists of clean texts, of a column of lists of texts: those of which nothing is left are left out."""
    return lists_of(pc.list_parent_indices(lists), clean_texts(pc.list_flatten(lists)), len(lists))


def lists_of(parents: pa.Array, items: pa.Array, count: int) -> pa.ListArray:
    """Lists of items, those that are null left out.

    Args:
        parents: of each item, the place of its list; in order.
        items: texts.
        count: how many lists there are; those without an item are empty.
    """
    is_there = pc.is_valid(items)
    lengths = np.bincount(parents.filter(is_there).to_numpy(zero_copy_only=False), minlength=count)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items.filter(is_there))


def empty_lists(count: int) -> pa.ListArray:
    """So many empty lists of texts."""
    return pa.ListArray.from_arrays(pa.array(np.zeros(count + 1, np.int32)), pa.array([], _TEXT))
