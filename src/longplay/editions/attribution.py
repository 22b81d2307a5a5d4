"""`ATTRIBUTION.md`: the credit each licence asks for, recording by recording, for people.

Nothing is taken from the evidence's words, which may hold personal data: only what the catalogue says, and the
credit in the right holder's own words where a statement gives it.

Source: CC BY 4.0 section 3(a)(1) and 3.0 section 4(b): creator, title, source, licence with its address,
copyright and disclaimer notices, changes; CC BY-SA 4.0 section 3(b); CC0 1.0 and Public Domain Mark 1.0:
nothing is asked. The others stand in `editions.duties`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from longplay.editions.duties import disclaimer_of, licence_name, offers_of
from longplay.formats.licences import licence_url
from longplay.formats.records import Record
from longplay.model.rights import Condition

_MARKS = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|"})
_URL = re.compile(r"https?://[^\s<>]+")
_NOTICES: Final = frozenset({"COPYRIGHT", "TCOP", "CPRT", "©CPY"})
_ADDRESSES: Final = frozenset({"CONTACT", "WEBSITE", "URL", "WOAF", "WOAR", "WOAS", "WXXX"})
"""Tags in which a right holder names an address, as FFmpeg and the containers call them."""

_TEXT_LIMIT: Final = 500
"""Characters of a notice or an address; the records have it whole."""

_ASKS: Final = {
    Condition.ATTRIBUTION: "keep this credit with every copy",
    Condition.SHARE_ALIKE: "share what you adapt from it under the same licence",
    Condition.NON_COMMERCIAL: "not for commercial advantage or monetary compensation",
    Condition.NO_DERIVATIVES: "do not share adaptations; another file format is none",
    Condition.LICENCE_TEXT: "pass on the text of the licence",
    Condition.CORRESPONDING_SOURCE: "pass on, or offer, the corresponding source, as told below",
}


def write_attribution(bundle: str, records: Iterable[Record]) -> bytes:
    """The attribution file of a bundle, in the order of the records; UTF-8 Markdown."""
    lines = [
        f"# Attribution for {bundle}",
        "",
        "Every recording in this bundle, with the credit its licence asks for.",
        "Where several licences were offered, the one named is relied on.",
        "The recordings are offered as they are, without warranties of any kind.",
        "",
    ]
    for record in records:
        lines += _entry(record)
    return "\n".join(lines).encode()


def _entry(record: Record) -> list[str]:
    lines = [
        f"- {_credit(record)}",
        *([f"  - album: {_plain(record.album)}"] if record.album else []),
        f"  - file: {_plain(record.path)}",
        f"  - licence: {_licence(record)}",
        f"  - evidence: {_plain(record.licence_evidence or record.rule)}",
        f"  - source: {_source(record)}",
        "  - changes: none, the file is as it was found",
        f"  - asks for: {_asked(record)}",
        *_told(record),
    ]
    if record.attribution:
        lines.insert(1, f"  - credit in the right holder's words: {_plain(record.attribution)}")
    if record.territories:
        lines.append(f"  - only in: {', '.join(record.territories)}")
    return lines


def _credit(record: Record) -> str:
    title = _plain(record.title or record.path.rpartition("/")[2])
    return f"**{title}** by {_plain(record.artist or 'unknown artist')}"


def _licence(record: Record) -> str:
    if not record.licence:
        return f"none relied on: permitted by {_plain(record.rule)} ({_plain(record.citation)})"
    links = " and ".join(f"{licence_name(one)} ([{one}]({licence_url(one)}))" for one in _licences(record))
    return f"{links}, stated as: {_plain(record.licence_stated or '')}"


def _licences(record: Record) -> list[str]:
    """The licences relied on, each once."""
    return [one for one in dict.fromkeys((record.licence or "").split(" AND ")) if one]


def _source(record: Record) -> str:
    """Where it comes from: an address where the accession's source is one, else its words."""
    address = _URL.search(record.source)
    source = f"<{address[0]}>" if address else _plain(record.source)
    return f"{source}, {_plain(record.source_path)}"


def _asked(record: Record) -> str:
    asked = [_ASKS[Condition(name)] for name in record.conditions if name in _ASKS]
    return "; ".join(asked) or "nothing"


def _told(record: Record) -> Iterator[str]:
    """Address, notices and offers that a licence asks to pass on, as far as there are any."""
    addresses = [found[0] for value in _tagged(record, _ADDRESSES) for found in _URL.finditer(value)]
    if addresses:
        yield f"  - address: {', '.join(f'<{one}>' for one in dict.fromkeys(addresses))}"
    notices = [_plain(value) for value in _tagged(record, _NOTICES) if value.strip()]
    if notices:
        yield f"  - notices: {'; '.join(dict.fromkeys(notices))}"
    disclaimers = [f"{place} of {one}" for one in _licences(record) if (place := disclaimer_of(one))]
    if disclaimers:
        yield f"  - disclaimer: no warranties are given, as {' and '.join(disclaimers)} says"
    for name, sentence in dict.fromkeys(offer for one in _licences(record) for offer in offers_of(one)):
        yield f"  - {name}: {sentence}"


def _tagged(record: Record, names: frozenset[str]) -> Iterator[str]:
    """The values of tags of these names, each cut to `_TEXT_LIMIT`."""
    for name, values in record.tags:
        if name.partition(":")[0].upper() in names:
            yield from (value[:_TEXT_LIMIT] for value in values)


def _plain(text: str) -> str:
    """Text on one line that Markdown takes literally."""
    return " ".join(text.split()).translate(_MARKS)
