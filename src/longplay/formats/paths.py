"""File names as text, reversibly: what POSIX allows in a name, JSON does not.

A path is written as its UTF-8 text; bytes that are not UTF-8, control characters (C0, DEL) and `%` itself
are written `%XX`, as RFC 3986 section 2.1 has it. Two different paths never share a spelling.
"""

import os
import re

_ESCAPED = re.compile("%([0-9A-F]{2})")


def path_text(path: str | bytes) -> str:
    """The written form of a path as the operating system gave it. Total: never raises."""
    raw = os.fsencode(path)
    out: list[str] = []
    for char in raw.decode("utf-8", "surrogateescape"):
        code = ord(char)
        if 0xDC80 <= code <= 0xDCFF:
            out.append(f"%{code - 0xDC00:02X}")
        elif code < 0x20 or code == 0x7F or char == "%":
            out.append(f"%{code:02X}")
        else:
            out.append(char)
    return "".join(out)


def path_from_text(text: str) -> bytes:
    """The path whose written form is `text`."""
    raw = bytearray()
    at = 0
    for match in _ESCAPED.finditer(text):
        raw += text[at : match.start()].encode()
        raw.append(int(match[1], 16))
        at = match.end()
    raw += text[at:].encode()
    return bytes(raw)
