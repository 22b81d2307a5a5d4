"""One import of the catalogue, for programs and for people."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Arrow is slow to import
    from longplay.catalogue.sources.imports import Import


def import_fields(done: "Import") -> dict[str, object]:
    """What a JSON line says of it."""
    return {
        "id": done.id,
        "kind": done.kind,
        "source": done.source,
        "name": done.name,
        "size": done.size,
        "sha256": done.sha256,
        "as_of": done.as_of.isoformat(),
        "records": done.records,
        "rows": {table.value: number for table, number in sorted(done.rows.items())},
        "rejected": done.rejected,
        "broken": done.broken,
        "licences": done.licences,
    }


def import_text(done: "Import", is_new: bool) -> str:
    """What a person reads of it, on one line."""
    rows = ", ".join(f"{number:,} {table.value}" for table, number in sorted(done.rows.items()))
    known = "" if is_new else "  (imported before)"
    broken = "  BROKEN" if done.broken is not None else ""
    return f"{done.id}  {done.as_of}  {done.name}: {rows or 'no rows'}{broken}{known}"
