"""Building a snapshot: imports become one catalogue, resolved, ranked, written.

The same imports give the same bytes. Every step is one query; the order of imports, threads and rows makes no
difference to what comes out. What is added up is added in integers. Only the table `listener` depends on the
archive's own key.

Source: docs/format/catalogue.md, "Snapshots".
"""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from longplay.catalogue.clustering import Clustering
from longplay.catalogue.curating import CuratorsFile
from longplay.catalogue.engine import Limits, connected, query, quoted
from longplay.catalogue.lookups import Lookups, Width
from longplay.catalogue.popularity import month_weights
from longplay.catalogue.snapshot_tables import TABLES, SnapshotTable
from longplay.catalogue.snapshots import ListensSeen, Snapshot, Snapshots, SourceSeen, TableSeen, seen
from longplay.catalogue.sorting import STRETCHES, read, write_sorted
from longplay.catalogue.sources.imports import Import, Imports, licences_of
from longplay.catalogue.sources.tables import SCHEMAS, SourceTable, stamped
from longplay.errors import NotFound, UsageError
from longplay.progress import Progress
from longplay.store.failures import storing
from longplay.store.locks import locked

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

METHOD: Final = "2"
"""Raised when the same imports would give other tables."""

BELIEVED: Final = ("musicbrainz", "discogs", "ddex", "fma", "jamendo", "internetarchive")
"""Sources by how far their names are trusted; others follow by name."""

DAILY_LIMIT: Final = 1_000
"""Listens of one listener on one day that count: nobody hears more, and no machine decides what is popular."""

SOURCES_LIMIT: Final = 64
"""Sources of one snapshot: a set of them is 64 bits."""

_NAMED: Final = {"recording": "title", "release": "title", "artist": "name"}
"""Kinds of entities in the order they are resolved, each with the column that names it."""

_MEMBERS: Final = {"release": "(SELECT DISTINCT release, recording FROM placement)", "artist": "credit"}
"""What says which recordings are of an entity."""

_WRITTEN: Final = (
    *(SnapshotTable.GENRE, SnapshotTable.TRACK, SnapshotTable.CREDIT, SnapshotTable.LISTENS),
    *(SnapshotTable.LISTENER, SnapshotTable.EVIDENCE, SnapshotTable.RECORDING, SnapshotTable.IDENTIFIER),
    *(SnapshotTable.RELEASE, SnapshotTable.ARTIST),
)
"""Tables in the order of writing: first those made of `passing` tables, which then go; last what is largest."""

_LAST_OF_PASSING: Final = SnapshotTable.LISTENER


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
                run = _Run(connection, self, used, curators, scratch)
                snapshot = run.make(folder, progress, number=(known or [0])[-1] + 1, made_of=made_of)
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
        scratch: Path,
    ) -> None:
        self._connection = connection
        self._ports = ports
        self._used = used
        self._scratch = scratch
        self._passing = scratch / "passing.duckdb"  # what goes before the large tables come
        self._as_of = max(one.as_of for one in used)
        self._rows: dict[SourceTable, int] = {}
        self._clustering = Clustering(connection, curators)
        self._lookups = Lookups(connection)

    def make(self, folder: Path, progress: Progress, *, number: int, made_of: str) -> Snapshot:
        """All tables, and the snapshot that describes them."""
        progress.begin("Building", files=len(PHASES))
        try:
            for step in _STEPS:
                step(self)
                self._connection.execute("CHECKPOINT passing")  # what was dropped is written over from here on
                progress.advance(files=1)
            sources, listens = self._sources(), self._listens()
            tables = {}
            for table in _WRITTEN:
                tables[table] = self._write(table, folder)
                progress.advance(files=1)
        finally:
            progress.end()
        return Snapshot(
            number=number,
            made_of=made_of,
            as_of=self._as_of,
            half_life_months=self._ports.half_life_months,
            imports=tuple(one.id for one in self._used),
            sources=sources,
            tables={table: tables[table] for table in TABLES},
            listens=listens,
            verdicts=dict(sorted(self._clustering.verdicts.items())),
        )

    def open(self) -> None:
        """Each source table of all imports as one view of numbered rows, empty where no import has any."""
        self._connection.execute(f"ATTACH {quoted(self._passing)} AS passing")
        self._connection.execute("SET search_path = 'build,passing'")
        self._connection.execute(query("macros"))
        for table in SourceTable:
            paths = [path for one in self._used for path in self._ports.imports.files(one.id, table)]
            self._rows[table] = self._open(f"source_{table.value}", table, paths)

    def _open(self, name: str, table: SourceTable, paths: Sequence[Path]) -> int:
        if not paths:
            columns = stamped(SCHEMAS[table]).append(pa.field("row_at", pa.int64()))
            self._connection.register(name, columns.empty_table())
            return 0
        begins = [0]
        for path in paths:
            with storing(path):
                begins.append(begins[-1] + pq.read_metadata(path).num_rows)
        self._connection.execute(
            f"CREATE TEMP VIEW {name} AS "
            f"SELECT *, {begins}[CAST(file_index AS BIGINT) + 1] + file_row_number AS row_at FROM {read(paths)}"
        )
        return begins[-1]

    def _run(self, name: str, **values: object) -> None:
        self._connection.execute(query(name), values or None)

    def _drop(self, *tables: str) -> None:
        for table in tables:
            self._connection.execute(f"DROP TABLE {table}")

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
            fields = ", ".join(SCHEMAS[SourceTable(kind)].names)
            filled = query("nodes").format(kind=kind, name=name, fields=fields, strongest=_strongest(kind))
            self._connection.execute(filled)

    def resolve(self) -> None:
        """Which entities of several sources are one; recordings first, since artists are told by them."""
        for kind in _NAMED:
            self._clustering.cluster(kind)
        for kind in _NAMED:
            self._run(f"merged_{kind}s")

    def credit(self) -> None:
        """Who is credited on what."""
        self._run("credits")

    def place(self) -> None:
        """What stands on which release."""
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
        self._connection.execute("CREATE TABLE passing.month_weight (month INTEGER, weight BIGINT)")
        if weights:
            self._connection.executemany("INSERT INTO month_weight VALUES (?, ?)", sorted(weights.items()))
        self._run("popularity")

    def sum(self) -> None:
        """The listens of releases and artists."""
        for kind, members in _MEMBERS.items():
            self._connection.execute(query("summed_others").format(kind=kind, members=members))

    def rank(self) -> None:
        """The place of everything; it is looked up from here on."""
        self._look_up(
            "is_played", "SELECT recording AS node, 1 AS value FROM popularity", "recording", np.uint8
        )
        self._run("ranked_recordings")
        self._lookups.drop("is_played")
        self._drop("popularity")
        for kind in _MEMBERS:
            self._connection.execute(query("ranked_others").format(kind=kind))
            self._drop(f"{kind}_sum")
        for kind in _NAMED:
            self._look_up(f"{kind}_rank_of", query("rank_of").format(kind=kind), kind)

    def date(self) -> None:
        """When each recording first came out, as far as its releases tell."""
        self._look_up("release_year_of", query("release_years"), "release")
        self._look_up("dated_of", query("first_releases"), "recording")
        self._lookups.drop("release_year_of")

    def _look_up(self, name: str, told: str, kind: str, width: type[Width] = np.uint32) -> None:
        self._lookups.add(name, told, nodes=self._rows[SourceTable(kind)], width=width)

    def _write(self, table: SnapshotTable, folder: Path) -> TableSeen:
        """One table as Parquet, in its order; what only it needed is dropped."""
        path = folder / f"{table.value}.parquet"
        columns = ", ".join(
            f"CAST({column.name} AS {column.type}) AS {column.name}" for column in TABLES[table]
        )
        ordered = f"SELECT {columns} FROM ({query(f'table_{table.value}')})"
        if table in STRETCHES:
            self._connection.execute(f"CREATE TEMP VIEW row_{table.value} AS {query(f'rows_{table.value}')}")
        ranks = max(self._rows[SourceTable(kind)] for kind in _NAMED)
        write_sorted(self._connection, table, ordered, path, scratch=self._scratch, ranks=ranks)
        if table is _LAST_OF_PASSING:
            self._connection.execute("SET search_path = 'build'; DETACH passing")
            with storing(self._passing):
                self._passing.unlink()
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


_STEPS: Final = (
    *(_Run.open, _Run.believe, _Run.gather, _Run.resolve, _Run.credit, _Run.place, _Run.count, _Run.sum),
    *(_Run.rank, _Run.date),
)

PHASES: Final = (*(step.__name__ for step in _STEPS), *(table.value for table in _WRITTEN))
"""What a build does, one after another: each is one step of its progress."""
