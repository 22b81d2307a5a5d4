"""Bencoding: the encoding of BitTorrent metainfo.

Values are `int`, `bytes`, `list` and `dict` with `bytes` keys; text is encoded by the caller.

Source: BEP 3, `bencoding`; canonical form as BEP 52 demands it (sorted keys, no leading zeros).
"""

from collections.abc import Mapping, Sequence

from longplay.errors import MalformedInput

Bencodable = int | bytes | Sequence["Bencodable"] | Mapping[bytes, "Bencodable"]
Bencoded = int | bytes | list["Bencoded"] | dict[bytes, "Bencoded"]

DEPTH_LIMIT = 64
"""Deeper nesting than this is malformed: no torrent needs it, and recursion must end."""

INTEGER_DIGITS = 20
"""More digits than a 64-bit number has are malformed."""


def bencode(value: Bencodable) -> bytes:
    """The canonical encoding of `value`.

    Raises:
        TypeError: a value of another type is inside.
    """
    parts: list[bytes] = []
    _encode(value, parts)
    return b"".join(parts)


def _encode(value: Bencodable, parts: list[bytes]) -> None:
    if isinstance(value, bytes):
        parts.append(b"%d:" % len(value))
        parts.append(value)
    elif isinstance(value, bool):
        raise TypeError("cannot bencode a bool")
    elif isinstance(value, int):
        parts.append(b"i%de" % value)
    elif isinstance(value, Mapping):
        parts.append(b"d")
        for key in sorted(value):
            parts.append(b"%d:" % len(key))
            parts.append(key)
            _encode(value[key], parts)
        parts.append(b"e")
    elif isinstance(value, (list, tuple)):
        parts.append(b"l")
        for item in value:
            _encode(item, parts)
        parts.append(b"e")
    else:
        raise TypeError(f"cannot bencode {type(value).__name__}")


def bdecode(data: bytes) -> Bencoded:
    """The value that `data` is the canonical encoding of.

    Raises:
        MalformedInput: anything else: other bytes, trailing bytes, keys out of order or repeated,
            leading zeros, nesting beyond `DEPTH_LIMIT`.
    """
    value, end = _decode(data, 0, 0)
    if end != len(data):
        raise _malformed(end, "bytes after the end of the value")
    return value


def _malformed(at: int, reason: str) -> MalformedInput:
    return MalformedInput("bencode", f"at byte {at}: {reason}")


def _decode(data: bytes, at: int, depth: int) -> tuple[Bencoded, int]:
    if depth > DEPTH_LIMIT:
        raise _malformed(at, f"nested deeper than {DEPTH_LIMIT}")
    lead = data[at : at + 1]
    if lead.isdigit():
        return _decode_bytes(data, at)
    match lead:
        case b"i":
            return _decode_integer(data, at)
        case b"l":
            return _decode_list(data, at, depth)
        case b"d":
            return _decode_dict(data, at, depth)
        case b"":
            raise _malformed(at, "ends in the middle of a value")
    raise _malformed(at, f"no value starts with {lead!r}")


def _number(data: bytes, start: int, end: int) -> int:
    text = data[start:end]
    digits = text.removeprefix(b"-")
    if not digits.isdigit() or len(digits) > INTEGER_DIGITS:
        raise _malformed(start, "not a number")
    if (digits[:1] == b"0" and len(digits) > 1) or text == b"-0":
        raise _malformed(start, "number with a leading zero")
    return int(text)


def _decode_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    colon = data.find(b":", at, at + INTEGER_DIGITS + 1)
    if colon < 0:
        raise _malformed(at, "length without a colon")
    start = colon + 1
    end = start + _number(data, at, colon)
    if end > len(data):
        raise _malformed(at, "string goes beyond the end")
    return data[start:end], end


def _decode_integer(data: bytes, at: int) -> tuple[int, int]:
    end = data.find(b"e", at, at + INTEGER_DIGITS + 3)
    if end < 0:
        raise _malformed(at, "integer without an end")
    return _number(data, at + 1, end), end + 1


def _decode_list(data: bytes, at: int, depth: int) -> tuple[list[Bencoded], int]:
    items: list[Bencoded] = []
    at += 1
    while data[at : at + 1] != b"e":
        item, at = _decode(data, at, depth + 1)
        items.append(item)
    return items, at + 1


def _decode_dict(data: bytes, at: int, depth: int) -> tuple[dict[bytes, Bencoded], int]:
    entries: dict[bytes, Bencoded] = {}
    previous: bytes | None = None
    at += 1
    while data[at : at + 1] != b"e":
        if not data[at : at + 1].isdigit():
            raise _malformed(at, "dictionary key is not a string")
        key, value_at = _decode_bytes(data, at)
        if previous is not None and key <= previous:
            raise _malformed(at, "dictionary keys out of order or repeated")
        entries[key], at = _decode(data, value_at, depth + 1)
        previous = key
    return entries, at + 1
