"""Bytes around audio frames and pages that belong to another format: tags and padding.

It tells tags from lost data; it does not read tags (`longplay.audio.tags` does).

Sources: ID3v2.4.0 structure, sections 3.1 and 3.4 (header, footer, synchsafe sizes); ID3v1; APEv2
(header and footer of 32 bytes); Lyrics3 v1 and v2.
"""

from typing import Final

LOOK_AHEAD: Final = 42
"""Bytes that tell whether a tag begins."""

TAIL: Final = 1024
"""Bytes at the end of a file that tell which tags end there."""

TAG_PATTERN: Final = rb"ID3[\x02-\x04][\x00-\xfe]|APETAGEX|LYRICSBEGIN"
"""What is worth a look by `tag_length` when searching."""

_ID3V1 = 128
_ID3V1_ENHANCED = 227
_APE_HEADER = 32
_LYRICS_START = b"LYRICSBEGIN"
_LYRICS_V1_LIMIT = 5100


def _id3v2_length(header: bytes) -> int:
    if len(header) < 10 or header[3] not in {2, 3, 4} or header[4] == 0xFF or header[5] & 0x0F:
        return 0
    if max(header[6:10]) >= 0x80:
        return 0
    size = header[6] << 21 | header[7] << 14 | header[8] << 7 | header[9]
    has_footer = header[3] == 4 and header[5] & 0x10
    return 10 + size + (10 if has_footer else 0)


def _ape_length(header: bytes) -> int:
    if len(header) < _APE_HEADER:
        return 0
    is_header = header[23] & 0x20
    # a footer ends a tag, and begins none
    return _APE_HEADER + int.from_bytes(header[12:16], "little") if is_header else 0


def tag_length(window: bytes, at: int) -> int:
    """Bytes of the tag that begins at `at`, as it states; 0 when none does.

    Args:
        window: bytes, at least `LOOK_AHEAD` of them from `at` on, fewer only at the end of a file.
        at: index in it.

    Returns:
        For ID3v2 and APEv2 the length with header and footer, which may reach past the window; for
        ID3v1 128. Lyrics3 and APEv1 state their length at their end only: see `Run`, `tags_at_end`.
    """
    start = window[at : at + _APE_HEADER]
    if start.startswith(b"ID3"):
        return _id3v2_length(start)
    if start.startswith(b"APETAGEX"):
        return _ape_length(start)
    if start.startswith(b"TAG+"):
        return _ID3V1_ENHANCED
    return _ID3V1 if start.startswith(b"TAG") else 0


def _last_tag(data: bytes) -> int:
    if data[-_ID3V1:].startswith(b"TAG") and len(data) >= _ID3V1:
        return _ID3V1
    if data[-_ID3V1_ENHANCED:].startswith(b"TAG+") and len(data) >= _ID3V1_ENHANCED:
        return _ID3V1_ENHANCED
    footer = data[-_APE_HEADER:]
    if footer.startswith(b"APETAGEX") and len(footer) == _APE_HEADER:
        has_header = footer[23] & 0x80
        return int.from_bytes(footer[12:16], "little") + (_APE_HEADER if has_header else 0)
    if data.endswith(b"LYRICS200") and data[-15:-9].isdigit():
        return int(data[-15:-9]) + 15
    if data.endswith(b"LYRICSEND"):
        start = data.rfind(_LYRICS_START)
        return len(data) - start if start >= 0 else _LYRICS_V1_LIMIT
    return 0


def tags_at_end(tail: bytes) -> int:
    """Bytes of the tags that end where the file ends, as they state; may be more than `tail` holds.

    Args:
        tail: the last bytes of a file, `TAIL` of them where it has as many.
    """
    total = 0
    while total < len(tail):
        length = _last_tag(tail[: len(tail) - total])
        if not length:
            break
        total += length
    return total


def leading_tags(head: bytes) -> int:
    """Bytes of the ID3v2 and APEv2 tags at the start of a file; may be more than `head` holds."""
    at = 0
    while head[at : at + 3] == b"ID3" or head[at : at + 8] == b"APETAGEX":
        length = tag_length(head, at)
        if not length:
            break
        at += length
    return at


class Run:
    """Bytes one after the other that the walk could not read.

    Attributes:
        start: offset in the file of the first.
        seen: offset behind the last that was looked at.
        head: the first `LOOK_AHEAD` of them.
    """

    def __init__(self, start: int) -> None:
        self.start = start
        self.seen = start
        self.head = b""
        self._zeros = 0

    @property
    def length(self) -> int:
        """Bytes seen."""
        return self.seen - self.start

    def take(self, window: bytes, base: int, stop: int) -> None:
        """Look at the bytes up to `stop`.

        Args:
            window: bytes that hold the part not yet seen.
            base: offset in the file of its first byte.
            stop: offset in the file; what was seen already is passed over.
        """
        if stop <= self.seen:
            return
        part = window[self.seen - base : stop - base]
        if self._zeros == self.length:
            self._zeros += len(part) - len(part.lstrip(b"\0"))
        if len(self.head) < LOOK_AHEAD:
            self.head = (self.head + part)[:LOOK_AHEAD]
        self.seen = stop

    def is_tag(self) -> bool:
        """Whether all of it is one tag without a length at its start."""
        is_id3v1 = self.head.startswith(b"TAG") and self.length == _ID3V1
        return is_id3v1 or self.head.startswith(_LYRICS_START)

    def is_silent(self, length: int) -> bool:
        """Whether its first `length` bytes are all zero."""
        return self._zeros >= length
