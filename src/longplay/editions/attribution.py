"""`ATTRIBUTION.md`: the credit each licence asks for, recording by recording, for people.

Source: CC BY 4.0 section 3(a)(1): creator, licence, source, changes.
"""

from collections.abc import Iterable

from longplay.formats.licences import licence_url
from longplay.formats.records import Record

_MARKS = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|"})


def write_attribution(bundle: str, records: Iterable[Record]) -> bytes:
    """The attribution file of a bundle, in the order of the records; UTF-8 Markdown."""
    lines = [
        f"# Attribution for {bundle}",
        "",
        "Every recording in this bundle, with the credit its licence asks for.",
        "The files are as they were found: nothing was changed.",
        "",
    ]
    for record in records:
        lines += _entry(record)
    return "\n".join(lines).encode()


def _entry(record: Record) -> list[str]:
    title = _plain(record.title or record.path.rpartition("/")[2])
    artist = _plain(record.artist or "unknown artist")
    licences = (record.licence or "").split(" AND ")
    links = ", ".join(f"[{licence}]({licence_url(licence)})" for licence in licences)
    return [
        f"- **{title}** by {artist}",
        f"  - file: {_plain(record.path)}",
        f"  - licence: {links}, stated as: {_plain(record.licence_stated or '')}",
        f"  - evidence: {_plain(record.licence_evidence or '')}",
        f"  - source: {_plain(record.source)}, {_plain(record.source_path)}",
        f"  - asks for: {', '.join(record.conditions) or 'nothing'}",
    ]


def _plain(text: str) -> str:
    """Text on one line that Markdown takes literally."""
    return " ".join(text.split()).translate(_MARKS)
