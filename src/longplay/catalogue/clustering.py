"""Which nodes of several sources are one: pairs found by queries are judged, and the verdicts kept as tables.

Judging knows entities by their ids, so that it does not depend on where rows lie; tables know them by number.

Source: docs/format/catalogue.md, "One of several sources".
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from longplay.catalogue.curating import CuratorsFile
from longplay.catalogue.engine import query
from longplay.catalogue.resolution import Clusters, Curated, Pairing, PairingVerdict, resolve

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

_PAIRS: Final = """
SELECT CAST(least(one.id, other.id) AS VARCHAR), CAST(greatest(one.id, other.id) AS VARCHAR), rule, off_ms
FROM {kind}_pair
JOIN key_{kind} AS one ON one.node = {kind}_pair.a
JOIN key_{kind} AS other ON other.node = {kind}_pair.b
"""

_NODE: Final = """
SELECT CAST(id AS VARCHAR)
FROM key_{kind}
JOIN source_rank USING (place)
WHERE source = ? AND id = entity_id(?, '{kind}', ?)
"""

_PLACES: Final = """
SELECT CAST(id AS VARCHAR), place FROM key_{kind} SEMI JOIN wanted ON CAST(wanted.id AS UUID) = key_{kind}.id
"""

_CLUSTERS: Final = """
CREATE TABLE {kind}_cluster AS
SELECT node.node, cluster.node AS cluster
FROM members
JOIN key_{kind} AS node ON node.id = CAST(members.node AS UUID)
JOIN key_{kind} AS cluster ON cluster.id = CAST(members.cluster AS UUID)
"""

_EVIDENCE: Final = """
INSERT INTO evidence
SELECT ?, CAST(a AS UUID), CAST(b AS UUID), rule, off_ms, verdict FROM verdicts
"""


class Clustering:
    """Judges one kind of entities after another."""

    def __init__(self, connection: "DuckDBPyConnection", curators: CuratorsFile) -> None:
        self._connection = connection
        self._curators = curators
        self.verdicts: Counter[str] = Counter()
        connection.execute(
            "CREATE TABLE evidence "
            "(kind VARCHAR, a UUID, b UUID, rule UTINYINT, off_ms INTEGER, verdict VARCHAR)"
        )

    def cluster(self, kind: str) -> None:
        """Make the table of clusters and the view of entities of a kind."""
        self._connection.execute(query(f"{kind}_pairs"))
        curated = self._curators.of(kind, self._node)
        rows = self._connection.execute(_PAIRS.format(kind=kind)).fetchall()
        self._connection.execute(f"DROP TABLE {kind}_pair")
        pairings = [Pairing(a=a, b=b, rule=rule, off_ms=off_ms) for a, b, rule, off_ms in rows]
        clusters, verdicts = resolve(pairings, self._places(kind, pairings, curated), curated)
        self.verdicts.update(f"{kind}: {verdict.value}" for _, verdict in verdicts)
        self._keep(kind, clusters, verdicts)
        self._connection.execute(query("entities").format(kind=kind))

    def _node(self, kind: str, source: str, name: str) -> str | None:
        found = self._connection.execute(_NODE.format(kind=kind), [source, source, name]).fetchone()
        return str(found[0]) if found else None

    def _places(self, kind: str, pairings: Sequence[Pairing], curated: Curated) -> dict[str, int]:
        nodes = {node for pairing in pairings for node in pairing.pair}
        nodes |= {node for pair in curated.forced | curated.vetoed for node in pair}
        if not nodes:
            return {}
        self._connection.register("wanted", pa.table({"id": sorted(nodes)}))
        rows = self._connection.execute(_PLACES.format(kind=kind)).fetchall()
        self._connection.unregister("wanted")
        return {str(node): int(place) for node, place in rows}

    def _keep(self, kind: str, clusters: Clusters, verdicts: Sequence[tuple[Pairing, PairingVerdict]]) -> None:
        members = list(clusters.members())
        text = pa.string()
        self._connection.register(
            "members",
            pa.table(
                {
                    "node": pa.array([node for node, _ in members], text),
                    "cluster": pa.array([cluster for _, cluster in members], text),
                }
            ),
        )
        self._connection.register(
            "verdicts",
            pa.table(
                {
                    "a": pa.array([pairing.a for pairing, _ in verdicts], text),
                    "b": pa.array([pairing.b for pairing, _ in verdicts], text),
                    "rule": pa.array([pairing.rule for pairing, _ in verdicts], pa.uint8()),
                    "off_ms": pa.array([pairing.off_ms for pairing, _ in verdicts], pa.int32()),
                    "verdict": pa.array([verdict.value for _, verdict in verdicts], text),
                }
            ),
        )
        self._connection.execute(_CLUSTERS.format(kind=kind))
        self._connection.execute(_EVIDENCE, [kind])
        self._connection.unregister("members")
        self._connection.unregister("verdicts")
