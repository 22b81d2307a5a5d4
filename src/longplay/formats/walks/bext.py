"""The `bext` and `iXML` chunks of Broadcast Wave files: bytes to model. Writes nothing, checks no content.

Sources: EBU Tech 3285 version 2, section 2.3 (`bext`) and appendix 1 (CodingHistory); EBU R 98; iXML 3.01,
where the document states its own encoding as XML 1.0, appendix F, has it.
"""

import codecs
import re
import struct
from typing import Final

from longplay.errors import MalformedInput
from longplay.formats.walks.chunks import text_of
from longplay.model.technical import BroadcastExtension
from longplay.model.units import SampleCount

FIXED_LENGTH: Final = 602
"""Bytes before CodingHistory."""

_FIXED: Final = struct.Struct("<256s32s32s10s8sQH64s5h180x")
_NOT_SET: Final = 0x7FFF
_LINES: Final = re.compile("[\r\n]+")
_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# an open list would let a file choose among Python's stranger codecs
_KNOWN: Final = {
    "utf-8": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
}


def read_bext(data: bytes) -> BroadcastExtension:
    """A `bext` chunk without its header.

    Texts should be ASCII; UTF-8 and else Latin-1 are taken too, and end at the first NUL.

    Raises:
        MalformedInput: it is shorter than its fixed part.
    """
    if len(data) < FIXED_LENGTH:
        raise MalformedInput("bext", f"{len(data)} bytes, at least {FIXED_LENGTH} wanted")
    fields = _FIXED.unpack_from(data)
    version, umid = fields[6], fields[7].rstrip(b"\0")
    loudness = [_hundredths(value, version) for value in fields[8:]]
    texts = [text_of(field) for field in fields[:5]]
    return BroadcastExtension(
        version=version,
        description=texts[0],
        originator=texts[1],
        originator_reference=texts[2],
        origination_date=texts[3],
        origination_time=texts[4],
        time_reference=SampleCount(fields[5]),
        umid=umid.hex() or None if version >= 1 else None,
        loudness_value_lufs=loudness[0],
        loudness_range_lu=loudness[1],
        max_true_peak_dbtp=loudness[2],
        max_momentary_lufs=loudness[3],
        max_short_term_lufs=loudness[4],
        coding_history=_lines(data[FIXED_LENGTH:]),
    )


def _hundredths(value: int, version: int) -> float | None:
    return None if version < 2 or value == _NOT_SET else value / 100


def _lines(data: bytes) -> tuple[str, ...]:
    """Lines end in CR LF by the standard; either alone is met."""
    lines = (line.strip() for line in _LINES.split(text_of(data) or ""))
    return tuple(line for line in lines if line)


def read_ixml(data: bytes) -> str | None:
    """An iXML document as it stands, up to the first NUL; `None` when it is empty.

    Decoded by its byte order mark, else by its XML declaration, else as UTF-8, and as Latin-1 where that fails.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], encoding)
    if data[:4] == b"<\0?\0":
        return _decoded(data, "utf-16-le")
    declared = _ENCODING.match(data[:200].lstrip())
    name = declared[1].decode().lower() if declared else "utf-8"
    return _decoded(data, _KNOWN.get(name, "utf-8"))


def _decoded(data: bytes, encoding: str) -> str | None:
    if encoding.startswith("utf-16"):
        data = data[: len(data) // 2 * 2]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.partition("\0")[0] or None
