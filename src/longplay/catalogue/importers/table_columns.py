"""Columns of somebody's table as columns of a source table: whole arrays at once, what cannot be is null.

It opens no file, and does not say which rows are good.

Source: Apache Arrow; the source tables of docs/format/catalogue.md.
"""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from longplay.catalogue.importers.listens import PER_SECOND, mbids
from longplay.catalogue.importers.playing_times import LONGEST
from longplay.catalogue.importers.table_mapping import TableMapping
from longplay.catalogue.sources.tables import SourceTable
from longplay.catalogue.sources.texts import clean_texts, lists_of
from longplay.formats.isrc import read_isrc

_TEXT: Final = pa.string()
_NO_TEXT: Final = pa.scalar(None, _TEXT)
_EXACT: Final = float(2**53)
_RANGES: Final = {
    "year": (1000, 2200),
    "medium": (1, 2**15 - 1),
    "position": (0, 2**15 - 1),
    "listens": (0, 2**63 - 1),
    "listeners": (0, 2**63 - 1),
}
_KINDS: Final = pa.array(["artist", "release", "recording"])
_INSTANT: Final = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]+)?(Z|\+00:?00)?$"
)
_CLOCK: Final = r"^(?:(?P<hours>[0-9]{1,4}):)?(?P<minutes>[0-9]{1,5}):(?P<seconds>[0-9]{1,2})$"


def is_nested(kind: pa.DataType) -> bool:
    """Whether values of the type are no single values."""
    return bool(pa.types.is_nested(kind))


def item_type(kind: pa.DataType) -> pa.DataType | None:
    """Type of the values of a list; `None` when it is no list."""
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return kind.value_type if is_list else None


def column_of(stated: pa.Array, target: str, mapping: TableMapping) -> pa.Array:
    """A column as the source table has it; but `listener` is the user's name yet, as text.

    Args:
        stated: as the file has it: text, bytes, numbers, times, or lists of these.
        target: name of the column.
        mapping: says table, unit and separator.

    Returns:
        As long as `stated`; null where there is nothing, or nothing that can be. `at` may be any number.

    Raises:
        pa.ArrowException: some text is not UTF-8, or the type cannot be read.
    """
    unit = mapping.units.get(target)
    kind = mapping.schema.field(target).type
    if pa.types.is_list(kind):
        return _lists(stated, target, separator=mapping.split.get(target), scheme=unit)
    if target == "listener" or pa.types.is_string(kind):
        return _named(_texts(stated), target, mapping.table)
    if target == "duration_ms":
        return _milliseconds(stated, unit or "ms")
    if target == "at":
        return _seconds(stated, unit or "s")
    return _numbers(stated, target).cast(kind)


def _texts(stated: pa.Array) -> pa.Array:
    """As the tables hold texts; numbers as they are written."""
    if pa.types.is_floating(stated.type):
        # tables of numbers with gaps hold their ids as 12.0
        return pc.coalesce(_wholes(stated).cast(_TEXT), stated.cast(_TEXT))
    return clean_texts(stated)


def _where(holds: pa.Array, values: pa.Array) -> pa.Array:
    return pc.if_else(holds, values, pa.scalar(None, values.type))


def _named(texts: pa.Array, target: str, table: SourceTable) -> pa.Array:
    """Texts of which not every one will do."""
    if target == "barcode":
        digits = pc.replace_substring_regex(texts, "[^0-9]", "")
        return _where(pc.not_equal(digits, ""), digits)
    if table is SourceTable.LISTEN and target == "recording_id":
        return mbids(texts)
    if table is SourceTable.REDIRECT and target == "kind":
        return _where(pc.is_in(texts, _KINDS), texts)
    return texts


def _wholes(stated: pa.Array) -> pa.Array:
    """As int64; what is no whole number is null."""
    if pa.types.is_integer(stated.type) and stated.type != pa.uint64():
        return stated.cast(pa.int64())
    if pa.types.is_floating(stated.type):
        exact = stated.cast(pa.float64())
        is_whole = pc.and_(pc.equal(exact, pc.floor(exact)), pc.less(pc.abs(exact), _EXACT))
        return _where(is_whole, exact).cast(pa.int64())
    texts = _texts(stated)
    whole = _where(pc.match_substring_regex(texts, r"^[+-]?[0-9]{1,18}(\.0*)?$"), texts)
    return pc.replace_substring_regex(whole, r"^\+|\..*$", "").cast(pa.int64())


def _numbers(stated: pa.Array, target: str) -> pa.Array:
    if target == "year" and not (pa.types.is_integer(stated.type) or pa.types.is_floating(stated.type)):
        texts = _texts(stated)
        is_date = pc.match_substring_regex(texts, "^[0-9]{4}(-|$)")
        stated = pc.utf8_slice_codeunits(_where(is_date, texts), 0, 4)
    numbers = _wholes(stated)
    if target == "month":
        month = pc.subtract(numbers, pc.multiply(pc.divide(numbers, 100), 100))
        is_month = pc.and_(_between(numbers, 100_001, 220_012), _between(month, 1, 12))
        return _where(pc.or_(is_month, pc.equal(numbers, 0)), numbers)
    least, most = _RANGES.get(target, (-(2**63), 2**63 - 1))
    return _where(_between(numbers, least, most), numbers)


def _between(numbers: pa.Array, least: float, most: float) -> pa.Array:
    return pc.and_(pc.greater_equal(numbers, least), pc.less_equal(numbers, most))


def _milliseconds(stated: pa.Array, unit: str) -> pa.Array:
    if unit == "clock":
        found = pc.multiply(_clock(_texts(stated)), 1000.0)
    elif pa.types.is_integer(stated.type) or pa.types.is_floating(stated.type):
        found = pc.multiply(stated.cast(pa.float64(), safe=False), 1000.0 / PER_SECOND[unit])
    else:
        texts = _texts(stated)
        is_number = pc.match_substring_regex(texts, r"^[0-9]{1,15}(\.[0-9]{1,15})?$")
        numbers = _where(is_number, texts).cast(pa.float64())
        found = pc.multiply(numbers, 1000.0 / PER_SECOND[unit])
    rounded = pc.round(found)
    return _where(_between(rounded, 1.0, float(LONGEST)), rounded).cast(pa.int32())


def _clock(texts: pa.Array) -> pa.Array:
    """Seconds of `3:35` or `1:03:35`, as float64."""
    parts = pc.extract_regex(texts, _CLOCK)
    hours, minutes, seconds = (
        pc.if_else(pc.equal(part, ""), "0", part).cast(pa.float64())
        for part in (pc.struct_field(parts, name) for name in ("hours", "minutes", "seconds"))
    )
    return pc.add(pc.add(pc.multiply(hours, 3600.0), pc.multiply(minutes, 60.0)), seconds)


def _seconds(stated: pa.Array, unit: str) -> pa.Array:
    if pa.types.is_timestamp(stated.type):
        return pc.divide(stated.cast(pa.int64()), PER_SECOND[stated.type.unit])
    if unit != "iso":
        return pc.divide(_wholes(stated), PER_SECOND[unit])
    texts = _texts(stated)
    instants = pc.utf8_slice_codeunits(_where(pc.match_substring_regex(texts, _INSTANT), texts), 0, 19)
    spaced = pc.replace_substring(instants, "T", " ")
    parsed = pc.strptime(spaced, format="%Y-%m-%d %H:%M:%S", unit="s", error_is_null=True)
    return parsed.cast(pa.int64())


def _lists(stated: pa.Array, target: str, *, separator: str | None, scheme: str | None) -> pa.Array:
    """Lists of texts without empty ones; an absent list is an empty one."""
    count = len(stated)
    if item_type(stated.type) is None:
        flat, parents = stated, pa.array(range(count), pa.int64())
    else:
        flat, parents = pc.list_flatten(stated), pc.list_parent_indices(stated)
    texts = _texts(flat)
    if separator is not None:
        parts = pc.split_pattern(texts, separator)
        texts, parents = _texts(pc.list_flatten(parts)), parents.take(pc.list_parent_indices(parts))
    return lists_of(parents, _items(texts, target, scheme), count)


def _items(texts: pa.Array, target: str, scheme: str | None) -> pa.Array:
    match target:
        case "genres":
            return pc.utf8_lower(texts)
        case "isrcs":
            encoded = texts.dictionary_encode()
            known = pa.array([read_isrc(text) for text in encoded.dictionary.to_pylist()], _TEXT)
            return known.take(encoded.indices)
        case "identifiers" if scheme is not None:
            return pc.binary_join_element_wise(scheme, texts, ":")
        case "identifiers":
            return _where(pc.match_substring_regex(texts, r"^[a-z][a-z0-9.-]*:\S"), texts)
        case _:
            return texts
