"""One snapshot of the catalogue, for programs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Arrow is slow to import
    from longplay.catalogue.snapshots import Snapshot


def snapshot_fields(snapshot: "Snapshot") -> dict[str, object]:
    """What a JSON line says of it."""
    return {
        "number": snapshot.number,
        "as_of": snapshot.as_of.isoformat(),
        "half_life_months": snapshot.half_life_months,
        "imports": list(snapshot.imports),
        "sources": [one.name for one in snapshot.sources],
        "rows": {table.value: seen.rows for table, seen in snapshot.tables.items()},
        "sha256": {table.value: seen.sha256 for table, seen in snapshot.tables.items()},
        "listens_counted": snapshot.listens.counted,
        "listens_mapped": snapshot.listens.mapped,
        "listens_stated": snapshot.listens.stated,
        "verdicts": snapshot.verdicts,
    }
