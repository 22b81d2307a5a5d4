"""Drives one importer over one file, with everything the engine does but writing."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longplay.catalogue.sources.importer import Importer
from longplay.catalogue.sources.rows import Pseudonyms, Rows
from longplay.catalogue.sources.streams import CountedFile, members
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput


@dataclass(kw_only=True)
class Imported:
    """What came of a file: rows by table, why records were rejected, and how the file broke, if it did."""

    tables: dict[SourceTable, list[dict[str, Any]]]
    rejects: list[str] = field(default_factory=list)
    broken: str | None = None


def import_file(importer: Importer, path: Path) -> Imported:
    """Every record of every member, bad ones rolled back."""
    rows = Rows(Pseudonyms(b"k" * 32), importer.source)
    done = Imported(tables={})
    with CountedFile(path) as raw:
        try:
            for member in members(path, raw, kind=importer.kind):
                for record in importer.cut(member):
                    rows.mark()
                    try:
                        importer.read(record, rows)
                    except MalformedInput as exc:
                        rows.roll_back()
                        done.rejects.append(exc.reason)
        except MalformedInput as exc:
            done.broken = exc.reason
    done.tables = {table: rows_.to_pylist() for table, rows_ in rows.take().items()}
    return done
