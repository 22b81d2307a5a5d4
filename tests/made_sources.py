"""Small sources for tests: rows written down as JSON lines, imported like any source."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from longplay.catalogue.building import Building, Built
from longplay.catalogue.curating import CuratorsFile, read_curators_file
from longplay.catalogue.engine import Limits
from longplay.catalogue.snapshots import Snapshots
from longplay.catalogue.sources.importer import Importer
from longplay.catalogue.sources.importing import Importing
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.sources.lines import lines
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member
from longplay.catalogue.sources.tables import SourceTable
from longplay.progress import Silent

Row = tuple[str, dict[str, Any]]
DAY = date(2026, 8, 1)
KEY = bytes(range(32))
"""Of every archive here: listeners are numbered alike in all of them."""


def _cut(member: Member) -> Iterator[bytes]:
    return lines(member.stream, kind="rows")


def _read(record: bytes, rows: Rows) -> None:
    table, row = json.loads(record)
    if "user" in row:
        row["listener"] = rows.listener(row.pop("user"))
    rows.add(SourceTable(table), row)


def take(
    root: Path,
    source: str,
    rows: Iterable[Row],
    *,
    as_of: date = DAY,
    part_rows: int = 1_000,
    licences: Mapping[str, str] | None = None,
) -> None:
    """Import rows as a source of this name."""
    key = root / "catalogue" / "listener.key"
    key.parent.mkdir(exist_ok=True)
    key.write_bytes(KEY)
    given = [json.dumps(row) for row in rows]
    path = root / f"{source}-{len(given)}-{hash(tuple(given)) & 0xFFFFFF}.jsonl"
    path.write_text("\n".join(given))
    importer = Importer(kind="rows", source=source, licences=dict(licences or {}), cut=_cut, read=_read)
    use = Importing(imports=Imports(root), importer=importer, part_rows=part_rows)
    use.take(path, as_of=as_of, progress=Silent())


def build(root: Path, *, curators: Path | None = None, threads: int = 2) -> Built:
    """A snapshot of what was imported."""
    use = Building(
        imports=Imports(root),
        snapshots=Snapshots(root),
        half_life_months=12.0,
        limits=Limits(memory_gb=1.0, threads=threads),
    )
    words = read_curators_file(curators) if curators else CuratorsFile()
    return use.build(words, progress=Silent())
