"""The curator's file: what a person says of entities that sources know, whatever the evidence.

A CSV with the columns `action` (`merge`, `veto` or `unavailable`), `kind` (`recording`, `release` or `artist`),
`a` and `b` (`source:id` each; what is unavailable is `a` alone) and `reason`. It lies beside the imports and is
a person's own: nothing here writes it.

Source: docs/format/catalogue.md, "Curator's file".
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longplay.catalogue.resolution import Curated
from longplay.errors import MalformedInput
from longplay.formats.csv_rows import Row, read_rows
from longplay.store.failures import storing

KIND: Final = "curator's file"
COLUMNS: Final = ("action", "kind", "a", "b", "reason")

HOLDING: Final = "holding"
"""In the place of a source: a content id of the archive, or its first digits."""

UNAVAILABLE: Final = "unavailable"
"""The action that says a recording cannot be had anywhere."""

KINDS: Final = {
    "merge": ("recording", "release", "artist"),
    "veto": ("recording", "release", "artist"),
    UNAVAILABLE: ("recording",),
}
"""What can be said of which kinds."""

Node = Callable[[str, str, str], str | None]
"""The node of (kind, source, id); `None` where no import has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A row: what a person says of two entities, or of one that cannot be had: then `a` is `b`."""

    action: str
    kind: str
    a: tuple[str, str]
    b: tuple[str, str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CuratorsFile:
    """All rows of the file.

    Attributes:
        digest: of what it says of entities of sources, 64 hex digits; `""` where it says nothing of them.
        words: its rows, in order.
    """

    digest: str = ""
    words: tuple[Word, ...] = ()

    def of(self, kind: str, node: Node) -> Curated:
        """What is said of one kind of entity; rows about entities that no import has say nothing."""
        pairs: dict[str, set[tuple[str, str]]] = {"merge": set(), "veto": set()}
        for word in self.words:
            a, b = (node(kind, *name) if word.kind == kind else None for name in (word.a, word.b))
            if word.action in pairs and a is not None and b is not None and a != b:
                pairs[word.action].add((min(a, b), max(a, b)))
        return Curated(forced=frozenset(pairs["merge"] - pairs["veto"]), vetoed=frozenset(pairs["veto"]))


def read_curators_file(path: Path) -> CuratorsFile:
    """The file; nobody's word where there is none.

    Raises:
        MalformedInput: no such CSV; the row is named.
        StorageError: it could not be read.
    """
    with storing(path):
        if not path.exists():
            return CuratorsFile()
        data = path.read_bytes()
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    header, rows = read_rows(text, kind=KIND)
    if missing := [name for name in COLUMNS[:4] if name not in header]:
        raise MalformedInput(KIND, f"{path} has no column {missing[0]}; wanted are {', '.join(COLUMNS)}")
    words = tuple(map(_word, rows))
    return CuratorsFile(digest=_digest(words), words=words)


def _digest(words: Sequence[Word]) -> str:
    """What a snapshot is a function of: rows about holdings, and about what is unavailable, change none."""
    told = {
        f"{word.action} {word.kind} {':'.join(one)} {':'.join(other)}"
        for word in words
        for one, other in [sorted((word.a, word.b))]
        if word.action != UNAVAILABLE and HOLDING not in {word.a[0], word.b[0]}
    }
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest() if told else ""


def _word(row: Row) -> Word:
    action, kind = row.cells.get("action", ""), row.cells.get("kind", "")
    if kind not in KINDS.get(action, ()):
        raise MalformedInput(KIND, f"line {row.line}: {action!r} of a {kind!r} is nothing that can be said")
    a = _name(row, "a")
    b = a if action == UNAVAILABLE else _name(row, "b")
    return Word(action=action, kind=kind, a=a, b=b, reason=row.cells.get("reason", ""))


def _name(row: Row, column: str) -> tuple[str, str]:
    source, colon, name = row.cells.get(column, "").partition(":")
    if not (source and colon and name):
        raise MalformedInput(KIND, f"line {row.line}: {column} is no `source:id`")
    return source.strip(), name.strip()
