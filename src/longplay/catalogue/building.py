"""Building a snapshot: imports become one catalogue, resolved, ranked, written.

The same imports give the same bytes. Every step is one query; the order of imports, threads and rows makes no
difference to what comes out. What is added up is added in integers. Only the table `listener` depends on the
archive's own key.

Source: docs/format/catalogue.md, "Snapshots".
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from longplay.catalogue.curating import CuratorsFile
from longplay.catalogue.engine import Limits, connected, query, quoted
from longplay.catalogue.imports import Import, Imports
from longplay.catalogue.popularity import month_weights
from longplay.catalogue.resolution import Clusters, Curated, Pairing, PairingVerdict, resolve
from longplay.catalogue.snapshot_tables import TABLES, SnapshotTable
from longplay.catalogue.snapshots import ListensSeen, Snapshot, Snapshots, SourceSeen, TableSeen
from longplay.catalogue.source_tables import SCHEMAS, SourceTable, stamped
from longplay.errors import NotFound, UsageError
from longplay.progress import Progress
from longplay.store.failures import storing
from longplay.store.locks import locked

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

METHOD: Final = "1"
"""Raised when the same imports would give other tables."""

BELIEVED: Final = ("musicbrainz", "discogs", "ddex", "fma", "jamendo", "internetarchive")
"""Sources by how far their names are trusted; others follow by name."""

DAILY_LIMIT: Final = 1_000
"""Listens of one listener on one day that count: nobody hears more, and no machine decides what is popular."""

SOURCES_LIMIT: Final = 64
"""Sources of one snapshot: a set of them is 64 bits."""

ROW_GROUP: Final = 122_880
"""Rows of a row group: what a question about the head of the table has to read at least."""

_NAMED: Final = {"recording": "title", "release": "title", "artist": "name"}
"""Kinds of entities in the order they are resolved, each with the column that names it."""

_MEMBERS: Final = {"release": "placement", "artist": "credit"}
"""Which table says what recordings are of an entity."""

_UUID_PAIR: Final = "SELECT CAST(a AS VARCHAR), CAST(b AS VARCHAR), rule, off_ms FROM {kind}_pair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What came of a build.

    Attributes:
        snapshot: the snapshot.
        is_new: whether it was made now; else the latest one was made of the same.
    """

    snapshot: Snapshot
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """The use case: build a snapshot.

    Attributes:
        imports, snapshots: the archive's.
        half_life_months: after so many months a listen counts half.
        limits: of memory and threads.
    """

    imports: Imports
    snapshots: Snapshots
    half_life_months: float
    limits: Limits

    def build(self, curators: CuratorsFile, *, progress: Progress) -> Built:
        """Build a snapshot of all imports, unless the latest is of the same. May be killed and run again.

        Raises:
            NotFound: nothing was imported.
            ArchiveBusy: another process builds.
            StorageError: something could not be read or written.
        """
        used = self.imports.all()
        if not used:
            raise NotFound("nothing was imported yet: see `longplay catalogue import --help`")
        made_of = self._made_of(used, curators)
        with locked(self.snapshots.folder / ".lock", what="building a snapshot"):
            known = self.snapshots.numbers()
            latest = self.snapshots.get() if known else None
            if latest is not None and latest.made_of == made_of:
                return Built(snapshot=latest, is_new=False)
            folder = self.snapshots.fresh_folder()
            scratch = folder / "scratch"
            with storing(scratch):
                scratch.mkdir()
            with connected(scratch, self.limits, database="build.duckdb") as connection:
                run = _Run(connection, self, used, curators, progress)
                snapshot = run.make(folder, number=(known or [0])[-1] + 1, made_of=made_of)
            with storing(scratch):
                shutil.rmtree(scratch)
            self.snapshots.add(folder, snapshot)
        return Built(snapshot=snapshot, is_new=True)

    def _made_of(self, used: Sequence[Import], curators: CuratorsFile) -> str:
        told = [METHOD, str(self.half_life_months), curators.digest]
        told += [
            f"{one.id} {one.source} {one.as_of} {one.sha256} {sorted(one.licences.items())}" for one in used
        ]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


class _Run:
    """One build on its way."""

    def __init__(
        self,
        connection: "DuckDBPyConnection",
        ports: Building,
        used: Sequence[Import],
        curators: CuratorsFile,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._ports = ports
        self._used = used
        self._curators = curators
        self._progress = progress
        self._as_of = max(one.as_of for one in used)
        self._verdicts: Counter[str] = Counter()

    def make(self, folder: Path, *, number: int, made_of: str) -> Snapshot:
        """All tables, and the snapshot that describes them."""
        self._progress.begin("Building", files=len(_STEPS) + len(TABLES))
        try:
            self._open_sources()
            for step in _STEPS:
                step(self)
                self._progress.advance(files=1)
            tables = {table: self._write(table, folder) for table in TABLES}
        finally:
            self._progress.end()
        return Snapshot(
            number=number,
            made_of=made_of,
            as_of=self._as_of,
            half_life_months=self._ports.half_life_months,
            imports=tuple(one.id for one in self._used),
            sources=self._sources(),
            tables=tables,
            listens=self._listens(),
            verdicts=dict(sorted(self._verdicts.items())),
        )

    def _open_sources(self) -> None:
        """Each source table of all imports as one view, empty where no import has such rows."""
        self._connection.execute(query("macros"))
        self._connection.execute(
            "CREATE TABLE evidence "
            "(kind VARCHAR, a UUID, b UUID, rule UTINYINT, off_ms INTEGER, verdict VARCHAR)"
        )
        for table in SourceTable:
            paths = [str(path) for one in self._used for path in self._ports.imports.files(one.id, table)]
            name = f"source_{table.value}"
            if paths:
                self._connection.read_parquet(paths).create_view(name)
            else:
                self._connection.register(name, stamped(SCHEMAS[table]).empty_table())

    def _run(self, name: str, **values: object) -> None:
        self._connection.execute(query(name), values or None)

    def believe(self) -> None:
        """Which ids hold, which source goes first."""
        self._run("redirects")
        self._run("source_rank", believed=list(BELIEVED))
        (number,) = self._row("SELECT count(*) FROM source_rank")
        if number > SOURCES_LIMIT:
            raise UsageError(f"{number} sources: a snapshot holds {SOURCES_LIMIT}; forget imports of some")

    def gather(self) -> None:
        """Each entity as each source has it, once."""
        for kind, name in _NAMED.items():
            self._connection.execute(query("nodes").format(kind=kind, name=name, strongest=_strongest(kind)))

    def resolve(self) -> None:
        """Which entities of several sources are one; recordings first, since artists are told by them."""
        for kind in _NAMED:
            self._run(f"{kind}_pairs")
            self._cluster(kind)
        for kind in _NAMED:
            self._run(f"merged_{kind}s")

    def _cluster(self, kind: str) -> None:
        curated = self._curators.of(kind, self._node)
        rows = self._connection.execute(_UUID_PAIR.format(kind=kind)).fetchall()
        pairings = [Pairing(a=a, b=b, rule=rule, off_ms=off_ms) for a, b, rule, off_ms in rows]
        clusters, verdicts = resolve(pairings, self._places(kind, pairings, curated), curated)
        self._verdicts.update(f"{kind}: {verdict.value}" for _, verdict in verdicts)
        self._keep(kind, clusters, verdicts)

    def _node(self, kind: str, source: str, name: str) -> str | None:
        found = self._connection.execute(
            f"SELECT CAST(node AS VARCHAR) FROM node_{kind} WHERE source = ? AND id = ?", [source, name]
        ).fetchone()
        return str(found[0]) if found else None

    def _places(self, kind: str, pairings: Sequence[Pairing], curated: Curated) -> dict[str, int]:
        nodes = {node for pairing in pairings for node in pairing.pair}
        nodes |= {node for pair in curated.forced | curated.vetoed for node in pair}
        if not nodes:
            return {}
        self._connection.register("wanted_node", pa.table({"node": sorted(nodes)}))
        rows = self._connection.execute(
            f"SELECT CAST(node AS VARCHAR), place FROM node_{kind} "
            "SEMI JOIN wanted_node ON CAST(wanted_node.node AS UUID) = node_{kind}.node".format(kind=kind)
        ).fetchall()
        self._connection.unregister("wanted_node")
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
        self._connection.execute(
            f"CREATE TABLE {kind}_cluster AS "
            "SELECT CAST(node AS UUID) AS node, CAST(cluster AS UUID) AS cluster FROM members"
        )
        self._connection.execute(
            "INSERT INTO evidence "
            "SELECT ?, CAST(a AS UUID), CAST(b AS UUID), rule, off_ms, verdict FROM verdicts",
            [kind],
        )
        self._connection.unregister("members")
        self._connection.unregister("verdicts")

    def join(self) -> None:
        """Who is credited on what, and what stands on which release."""
        self._run("credits")
        self._run("placements")

    def count(self) -> None:
        """Listens: mapped, counted by month, weighted."""
        until = (self._as_of + timedelta(days=2) - date(1970, 1, 1)).total_seconds()
        self._run("mapped_listens", until=int(until), daily_limit=DAILY_LIMIT)
        self._run("monthly_listens")
        months = [
            row[0] for row in self._connection.execute("SELECT DISTINCT month FROM monthly_listen").fetchall()
        ]
        weights = month_weights(months, as_of=self._as_of, half_life_months=self._ports.half_life_months)
        self._connection.execute("CREATE TABLE month_weight (month INTEGER, weight BIGINT)")
        if weights:
            self._connection.executemany("INSERT INTO month_weight VALUES (?, ?)", sorted(weights.items()))
        self._run("popularity")

    def rank(self) -> None:
        """The place of everything."""
        self._run("ranked_recordings")
        for kind, members in _MEMBERS.items():
            self._connection.execute(query("ranked_others").format(kind=kind, members=members))

    def _write(self, table: SnapshotTable, folder: Path) -> TableSeen:
        """One table as Parquet, in its order."""
        path = folder / f"{table.value}.parquet"
        columns = ", ".join(
            f"CAST({column.name} AS {column.type}) AS {column.name}" for column in TABLES[table]
        )
        self._connection.execute(
            f"COPY (SELECT {columns} FROM ({query(f'table_{table.value}')})) TO {quoted(path)} "
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        self._progress.advance(files=1)
        return seen(path)

    def _sources(self) -> tuple[SourceSeen, ...]:
        names = self._connection.execute("SELECT source FROM source_rank ORDER BY place").fetchall()
        return tuple(self._source(name) for (name,) in names)

    def _source(self, name: str) -> SourceSeen:
        of_it = [one for one in self._used if one.source == name]
        return SourceSeen(name=name, as_of=max(one.as_of for one in of_it), licences=licences_of(of_it))

    def _listens(self) -> ListensSeen:
        counted, mapped = self._row("SELECT count(*), count(recording) FROM mapped_listen")
        (total,) = self._row("SELECT CAST(coalesce(sum(listens), 0) AS BIGINT) FROM monthly_listen")
        return ListensSeen(counted=counted, mapped=mapped, stated=total - mapped)

    def _row(self, text: str) -> tuple[int, ...]:
        """The one row of counts that a query gives."""
        (row,) = self._connection.execute(text).fetchall()
        return tuple(row)


def _strongest(kind: str) -> str:
    """Each field of a source table as the strongest row that states it has it; an empty list states nothing."""
    fields = []
    for field in SCHEMAS[SourceTable(kind)]:
        if pa.types.is_list(field.type):
            fields.append(f"coalesce(min_by(nullif({field.name}, []), strength), []) AS {field.name}")
        elif field.name != "id":
            fields.append(f"min_by({field.name}, strength) AS {field.name}")
    return ", ".join(fields)


_STEPS: Final = (_Run.believe, _Run.gather, _Run.resolve, _Run.join, _Run.count, _Run.rank)


def licences_of(imports: Sequence[Import]) -> dict[str, tuple[str, ...]]:
    """The licences of a source's data, as `SourceSeen` has them.

    A table of somebody else under a source's name does not come under that source's licence: what one import
    does not know, the source does not know.
    """
    columns = {name for one in imports for name in one.licences if "." in name}
    found: dict[str, set[str]] = {}
    for one in imports:
        for table in one.rows:
            of_table = one.licences.get(table.value, "")
            found.setdefault(table.value, set()).add(of_table)
            for column in columns:
                if column.startswith(f"{table.value}."):
                    found.setdefault(column, set()).add(one.licences.get(column, of_table))
    return {name: tuple(sorted(licences)) for name, licences in sorted(found.items())}


def seen(path: Path) -> TableSeen:
    """A table's file as the manifest describes it.

    Raises:
        StorageError: it could not be read.
    """
    with storing(path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return TableSeen(rows=pq.read_metadata(path).num_rows, size=path.stat().st_size, sha256=digest)
