"""BagIt 1.0 bags, written from stored digests and read back.

Only SHA-256 manifests. Percent-encoding in manifests covers CR, LF and `%` and nothing else.

Source: RFC 8493, sections 2.1 (structure), 2.2 (manifests, bag-info), 2.2.1 and 6.1.3 (encoding of paths).
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from longplay.errors import MalformedInput
from longplay.model.digests import ContentId

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
BAG_INFO = "bag-info.txt"
BAGIT_TXT = "bagit.txt"

_LINE = re.compile(r"([0-9A-Fa-f]{64})[ \t]+\*?(.+)")
_TO_TEXT = {"%": "%25", "\n": "%0A", "\r": "%0D"}
_FROM_TEXT = re.compile("%(25|0[aA]|0[dD])")


def write_manifest(entries: Iterable[tuple[str, ContentId]]) -> bytes:
    """A manifest over (path in the bag, digest), sorted by path. Source: RFC 8493, 2.1.3."""
    lines = [f"{digest}  {_encode_path(path)}\n" for path, digest in sorted(entries)]
    return "".join(lines).encode()


def _encode_path(path: str) -> str:
    return "".join(_TO_TEXT.get(char, char) for char in path)


def read_manifest(data: bytes) -> dict[str, ContentId]:
    """Path to digest, in the order of the lines.

    Raises:
        MalformedInput: a line that is none, a path that leads out of the bag or stands twice.
    """
    entries: dict[str, ContentId] = {}
    for number, line in enumerate(_lines(data, "manifest"), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise MalformedInput("manifest", f"line {number} is not `digest path`")
        path = _FROM_TEXT.sub(lambda code: chr(int(code[1], 16)), match[2])
        if not is_inside(path):
            raise MalformedInput("manifest", f"line {number} leads out of the bag: {path!r}")
        if path in entries:
            raise MalformedInput("manifest", f"line {number} repeats {path!r}")
        entries[path] = ContentId(match[1].lower())
    return entries


def is_inside(path: str) -> bool:
    """Whether a bag path stays inside the bag. Source: RFC 8493, 5.2 (special directory characters)."""
    if not path or path.startswith(("/", "~")) or "\\" in path or "\0" in path:
        return False
    return all(part not in {"", ".", ".."} for part in path.split("/"))


def _lines(data: bytes, kind: str) -> list[str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise MalformedInput(kind, f"not UTF-8 at byte {exc.start}") from exc
    lines = re.split("\r\n|\r|\n", text)
    return lines[:-1] if lines[-1] == "" else lines


def write_bag_info(fields: Sequence[tuple[str, str]]) -> bytes:
    """`bag-info.txt`: one field a line, values folded to one line. Source: RFC 8493, 2.2.2."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in fields).encode()


def read_bag_info(data: bytes) -> list[tuple[str, str]]:
    """The fields of `bag-info.txt` in order; folded lines are joined by a space.

    Raises:
        MalformedInput: a line that is neither a field nor a continuation.
    """
    fields: list[tuple[str, str]] = []
    for number, line in enumerate(_lines(data, BAG_INFO), start=1):
        if line[:1] in {" ", "\t"} and fields:
            label, value = fields[-1]
            fields[-1] = (label, f"{value} {line.strip()}")
            continue
        label, colon, value = line.partition(":")
        if not colon or not label.strip():
            raise MalformedInput(BAG_INFO, f"line {number} is not `label: value`")
        fields.append((label.strip(), value.strip()))
    return fields


def check_declaration(data: bytes) -> None:
    """Pass if `bagit.txt` declares a version and an encoding we read.

    Raises:
        MalformedInput: another version than 0.97 or 1.0, or another encoding than UTF-8.
    """
    fields = dict(read_bag_info(data))
    if fields.get("BagIt-Version") not in {"1.0", "0.97"}:
        raise MalformedInput(BAGIT_TXT, "BagIt-Version is not 1.0")
    if fields.get("Tag-File-Character-Encoding", "").upper() != "UTF-8":
        raise MalformedInput(BAGIT_TXT, "Tag-File-Character-Encoding is not UTF-8")


def payload_oxum(sizes: Mapping[str, int]) -> str:
    """`Payload-Oxum` of path to size: octets, a dot, number of files. Source: RFC 8493, 2.2.2."""
    return f"{sum(sizes.values())}.{len(sizes)}"
