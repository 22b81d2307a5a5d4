"""Which format a file is in, by PRONOM's name for it: its PUID, told from the first and last bytes.

These are the binary signatures of audio formats and the priorities between them, in a table of our own: the
first that fits is the answer. It is no general identifier: formats without sound are left out. PRONOM has no
signature for ADTS and ADIF AAC, WavPack, Musepack, DSF, DSDIFF, TAK, OptimFROG, Shorten, BW64: `None`.

Source: PRONOM, signature file release 109 (The National Archives); `*` in a signature means any distance, here
within the bytes that are given.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

PRONOM_RELEASE: Final = 109
HEAD_LENGTH: Final = 1 << 16  # bytes from the start that are enough for every signature without `*`
TAIL_LENGTH: Final = 1 << 14  # bytes from the end likewise


def _table(*rows: tuple[str, bytes]) -> tuple[tuple[str, re.Pattern[bytes]], ...]:
    return tuple((puid, re.compile(b"(?s)" + start)) for puid, start in rows)


# Formats that their first bytes tell; where two fit, PRONOM gives priority to the one that stands first here.
_STARTS: Final = _table(
    ("fmt/203", rb"OggS\0\x02.{23}vorbis\0{4}.{19}OggS"),
    ("fmt/946", rb"OggS\0\x02.{22}OpusHead.{11}OggS"),
    ("fmt/947", rb"OggS\0\x02.{23}FLAC.{46}OggS"),
    ("fmt/948", rb"OggS\0\x02.{22}Speex {3}.{72}OggS"),
    ("fmt/945", rb"OggS\0\x02(?:.{22}fishead\0.{56,72}OggS\0\x02)?.{22}\x80theora\x03\x02\x01.{32}OggS"),
    ("fmt/944", rb"OggS\0\x02"),
    ("fmt/279", rb".{0,4}fLaC[\0\x80]\0\0\x22"),
    ("x-fmt/136", rb"FORM.{4}AIFC"),
    ("fmt/414", rb"FORM.{4}AIFF"),
    ("x-fmt/157", rb"(?:FORM|LIST|CAT )\0"),
    ("x-fmt/139", rb"\.snd\0{3}.{5}\0{3}[\x01-\x07\x17-\x1b].{4}\0{3}"),
    ("fmt/416", rb"caff\0\x01\0\0desc"),
    ("fmt/951", rb"riff\.\x91\xcf\x11\xa5\xd6\(\xdb\x04\xc1\0\0.{8}wave\xf3\xac\xd3\x11"),
    ("fmt/1086", rb"MAC (?:.{2}|.{48})(?:\xe8\x03|\xd0\x07|\xb8\x0b|\xa0\x0f|\x88\x13)"),
    ("fmt/952", rb"TTA1"),
    ("fmt/953", rb"TTA2"),
    ("fmt/356", rb"#!AMR\n"),
    ("fmt/954", rb"#!AMR-WB\n"),
    ("fmt/735", rb"\x0bw"),
    ("fmt/973", rb"\x7f\xfe\x80\x01"),
    ("fmt/972", rb".{4}\xf8ro[\xba\xbb]"),
    ("fmt/962", rb"RIFF.{4}QLCM"),
    ("fmt/404", rb"\.ra\xfd\0\x04\0\0\.ra4"),
    ("x-fmt/278", rb"\.ra\xfd\0\x03"),
    ("x-fmt/190", rb"\.RMF\0{3}[\x10\x12]"),
    ("fmt/1736", rb"Creative Voice File"),
    ("fmt/573", rb"\x1aE\xdf\xa3.{0,32}B\x82\x84webmB\x87"),
    ("fmt/569", rb".{0,1024}\x1aE\xdf\xa3.{0,32}B\x82\x88matroskaB\x87"),
)

_PCM, _MPEG, _EXTENSIBLE = b"\x01\0", b"P\0", b"\xfe\xff"
# By version of the `bext` chunk, and then by the format tag of the `fmt ` chunk; any other tag is generic.
_BROADCAST: Final = {
    b"\0\0": ("fmt/1", {_PCM: "fmt/703", _MPEG: "fmt/706", _EXTENSIBLE: "fmt/709"}),
    b"\x01\0": ("fmt/2", {_PCM: "fmt/704", _MPEG: "fmt/707", _EXTENSIBLE: "fmt/710"}),
    b"\x02\0": ("fmt/527", {_PCM: "fmt/705", _MPEG: "fmt/708", _EXTENSIBLE: "fmt/711"}),
}
_BEXT_TO_VERSION: Final = 354  # EBU Tech 3285: from the chunk's name to its `Version`
_FMT_TO_TAG: Final = 8

_THREE_GPP: Final = re.compile(rb"(?s).{4}ftyp3g[eghprst][4-9]\0\0[\0-\x03]\0")
_MPEG4: Final = re.compile(rb"(?s).{4}ftyp.{0,64}(?:mp42|mp41|isom|iso2)")
_MOVIE: Final = re.compile(rb"(?s)moov.{0,4096}(?:mvhd|cmov|rmra)")
_IN_MOVIE: Final = re.compile(rb"mvhd|cmov|rmra")
_BEFORE_MOVIE: Final = (b"mdat", b"cmov", b"pnot", b"skip", b"free", b"wide")

_ASF: Final = re.compile(rb"(?s)0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel.{12}\x01\x02")
_ASF_STREAM: Final = rb"(?s)\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\0\xc0\x0c Se.{8}"
_ASF_VIDEO: Final = re.compile(_ASF_STREAM + rb"\xc0\xef\x19\xbcM\[\xcf\x11\xa8\xfd\0\x80_\\D\+.{65}WMV[123]")
_ASF_AUDIO: Final = re.compile(_ASF_STREAM + rb"@\x9ei\xf8M\[\xcf\x11\xa8\xfd\0\x80_\\D\+.{38}[abc]\x01")

# MPEG audio: a frame header is 0xFF, a byte of version and layer, and one that is no forbidden bit rate. They
# may overlap, so only the first byte is consumed. Gaps are the bytes between two headers, fewest and most.
_HEADER: Final = re.compile(rb"\xff(?=([\xe3\xf2-\xf7\xfa-\xff])[\x10-\xeb])")
_HEADER_LENGTH: Final = 3
_START_LENGTH: Final = 1795 + 10 * (_HEADER_LENGTH + 1439)
_LAYER_3: Final = (b"\xfb", b"\xf3", b"\xfa", b"\xf2")
_LAYER_3_AT_START: Final = (*_LAYER_3, b"\xe3")
_LAYER_3_GAP: Final = (46, 1439)
_LAYER_2: Final = (b"\xfc", b"\xfd", b"\xf4", b"\xf5")
_LAYER_2_GAP: Final = (45, 1726)
_LAYER_2_END: Final = re.compile(rb"(?s).{7,500}\0{3}.{36,1426}\Z")
_LAYER_1: Final = (b"\xf6", b"\xf7", b"\xfe", b"\xff")
_LAYER_1_GAP: Final = (29, 769)
_BY_CODEC: Final = {"mp3": "fmt/134", "mp2": "fmt/198", "mp1": "fmt/347", "flac": "fmt/279"}


def identify(head: bytes, tail: bytes = b"", codec: str | None = None) -> str | None:
    """The PUID of an audio file, such as `fmt/279`.

    Args:
        head: its first bytes, `HEAD_LENGTH` of them or more; fewer are taken for the whole file.
        tail: its last bytes, `TAIL_LENGTH` or all there are; they may overlap `head`.
        codec: what its audio decodes as, in FFmpeg's word, such as `alac`; `None` when it is not known to
            decode. It stands in for what lies between `head` and `tail`, such as the `moov` box every MP4 that
            decodes must have, and tells MPEG audio and FLAC whose signature is hidden behind a tag.

    Returns:
        `None` when PRONOM has no signature for it.
    """
    parts = (head, tail if len(head) >= HEAD_LENGTH else b"")
    if head.startswith((b"RIFF", b"RF64")) and head[8:12] == b"WAVE":
        return _wave(parts, decodes=codec is not None)
    if _ASF.match(head):
        return _windows_media(head)
    return _by_start(head) or _movie(parts, codec) or _mpeg_audio(head, tail) or _behind_a_tag(head, codec)


def _by_start(head: bytes) -> str | None:
    return next((puid for puid, start in _STARTS if start.match(head)), None)


def _values(parts: Sequence[bytes], name: bytes, distance: int) -> set[bytes]:
    """The two bytes that lie `distance` after each place where `name` stands."""
    found = set()
    for part in parts:
        at = part.find(name)
        while at >= 0:
            found.add(part[at + distance : at + distance + 2])
            at = part.find(name, at + 1)
    return found


def _wave(parts: tuple[bytes, bytes], *, decodes: bool) -> str | None:
    """RIFF or RF64 with a form type of `WAVE`."""
    head = parts[0]
    if head.startswith(b"RF64"):
        if head[12:16] != b"ds64":
            return None
        return "fmt/713" if any(b"bext" in part for part in parts) else "fmt/712"
    versions = _values(parts, b"bext", _BEXT_TO_VERSION)
    for version, (generic, by_tag) in _BROADCAST.items():
        if version in versions:
            tags = _values(parts, b"fmt ", _FMT_TO_TAG)
            return next((puid for tag, puid in by_tag.items() if tag in tags), generic)
    return _plain_wave(parts, decodes=decodes)


def _plain_wave(parts: tuple[bytes, bytes], *, decodes: bool) -> str:
    """RIFF WAVE without `bext`: told apart by a `fmt ` chunk that comes first, with `data` somewhere after."""
    head, tail = parts
    if head[12:16] != b"fmt ":
        return "fmt/6"

    def has_data(after: int) -> bool:
        return head.find(b"data", after) >= 0 or b"data" in tail or decodes

    if head[16:22] == b"\x10\0\0\0" + _PCM and has_data(36):
        return "fmt/141"
    if head[20:22] == _EXTENSIBLE and has_data(60):
        return "fmt/143"
    if head[16:17] != b"\x10" and has_data(37):
        return "fmt/142"
    return "fmt/6"


def _windows_media(head: bytes) -> str:
    if _ASF_VIDEO.search(head):
        return "fmt/133"
    return "fmt/132" if _ASF_AUDIO.search(head) else "fmt/131"


def _movie(parts: tuple[bytes, bytes], codec: str | None) -> str | None:
    """MPEG-4, 3GPP and QuickTime: boxes, the first of which tells most."""
    head = parts[0]
    first = head[4:8]
    if first != b"ftyp":
        return _quicktime(parts, first, decodes=codec is not None)
    if _THREE_GPP.match(head):
        return "fmt/357"
    if head[8:12] == b"M4A " and (codec == "alac" or any(map(_names_apple_lossless, parts))):
        return "fmt/596"
    brand = _MPEG4.match(head)
    if brand and (codec or head.find(b"moov", brand.end()) >= 0 or b"moov" in parts[1]):
        return "fmt/199"
    return "x-fmt/384" if head[8:12] == b"qt  " else None


def _names_apple_lossless(part: bytes) -> bool:
    """Whether `alac` stands twice within 76 bytes: the sample entry and the box in it."""
    at = part.find(b"alac")
    while at >= 0:
        if part.find(b"alac", at + 4, at + 80) >= 0:
            return True
        at = part.find(b"alac", at + 1)
    return False


def _quicktime(parts: tuple[bytes, bytes], first: bytes, *, decodes: bool) -> str | None:
    """QuickTime from before `ftyp`: a `moov` that comes first, or after one of the boxes that may."""
    if first == b"moov":
        return "x-fmt/384" if _MOVIE.match(parts[0], 4) else None
    if first not in _BEFORE_MOVIE:
        return None
    return "x-fmt/384" if decodes or any(map(_has_movie, parts)) else None


def _has_movie(part: bytes) -> bool:
    """Whether `_MOVIE` is found; with `moov` here and there the plain search would take its square in time."""
    near = (
        part.rfind(b"moov", max(0, found.start() - 4100), found.start()) for found in _IN_MOVIE.finditer(part)
    )
    return any(at >= 0 for at in near)


def _mpeg_audio(head: bytes, tail: bytes) -> str | None:
    """MPEG audio by frame headers in a row at the start or, behind an ID3v2 tag, at the end."""
    first = _headers(head[:_START_LENGTH])
    layer_3, layer_2, layer_1 = (
        _Row(length=10, gap=_LAYER_3_GAP, until=1795, last=len(head)),
        _Row(length=4, gap=_LAYER_2_GAP, until=0, last=len(head) - _HEADER_LENGTH - _LAYER_2_GAP[0]),
        _Row(length=4, gap=_LAYER_1_GAP, until=0, last=len(head) - _HEADER_LENGTH - _LAYER_1_GAP[0]),
    )
    if any(_begins_with(first[mark], layer_3) for mark in _LAYER_3_AT_START):
        return "fmt/134"
    if any(_begins_with(first[mark], layer_2) for mark in _LAYER_2):
        return "fmt/198"
    if any(_begins_with(first[mark], layer_1) for mark in _LAYER_1):
        return "fmt/347"
    return _mpeg_audio_at_end(tail[-TAIL_LENGTH:]) if head.startswith(b"ID3") else None


def _mpeg_audio_at_end(end: bytes) -> str | None:
    last = _headers(end)
    if any(_ends_in_layer_3(end, last[mark]) for mark in _LAYER_3):
        return "fmt/134"
    return "fmt/198" if any(_ends_in_layer_2(end, last[mark]) for mark in _LAYER_2) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Frame headers in a row: how many, how far apart, and the last places where it may begin and end."""

    length: int
    gap: tuple[int, int]
    until: int
    last: int


def _begins_with(headers: Sequence[int], row: _Row) -> bool:
    """Whether headers stand in such a row; behind the last one there is room for what its signature wants."""
    rows = _rows(headers, gap=row.gap, until=row.until)
    return any(length >= row.length and at <= row.last for at, length in rows)


def _ends_in_layer_3(end: bytes, headers: Sequence[int]) -> bool:
    """Seven headers in a row, the last of them 47 to 1795 bytes before the end."""
    rows = _rows(headers, gap=_LAYER_3_GAP, until=len(end))
    return any(length >= 7 and 47 <= len(end) - (at + _HEADER_LENGTH) <= 1795 for at, length in rows)


def _ends_in_layer_2(end: bytes, headers: Sequence[int]) -> bool:
    """Five headers in a row, the last of them soon before three zeros near the end."""
    rows = _rows(headers, gap=_LAYER_2_GAP, until=len(end))
    return any(length >= 5 and _LAYER_2_END.match(end, at + _HEADER_LENGTH) for at, length in rows)


def _rows(headers: Sequence[int], *, gap: tuple[int, int], until: int) -> Iterator[tuple[int, int]]:
    """Each frame header, in order, with how many headers the longest row has that ends with it.

    The regular expression that PRONOM's signature amounts to takes time that grows with the power of the
    length of the row; this is the same, linear.

    Args:
        headers: where headers of one kind stand, in order.
        gap: fewest and most bytes between two headers of a row.
        until: last place where a row may begin.
    """
    lengths: list[int] = []
    near: deque[int] = deque()  # headers that may come just before, the end of the longest row first
    entering = 0
    for at in headers:
        while headers[entering] + _HEADER_LENGTH + gap[0] <= at:
            while near and lengths[near[-1]] <= lengths[entering]:
                near.pop()
            near.append(entering)
            entering += 1
        while near and headers[near[0]] + _HEADER_LENGTH + gap[1] < at:
            near.popleft()
        before = lengths[near[0]] if near else 0
        lengths.append(before + 1 if before or at <= until else 0)
        yield at, lengths[-1]


def _headers(data: bytes) -> defaultdict[bytes, list[int]]:
    """Where frame headers may begin, in order, by their second byte."""
    found: defaultdict[bytes, list[int]] = defaultdict(list)
    for header in _HEADER.finditer(data):
        found[header[1]].append(header.start())
    return found


def _behind_a_tag(head: bytes, codec: str | None) -> str | None:
    """What no signature tells but decoding proves: short or long-tagged MPEG audio, tagged FLAC."""
    if codec is None or not head.startswith((b"ID3", b"\xff")):
        return None
    return _BY_CODEC.get(codec.removesuffix("float"))
