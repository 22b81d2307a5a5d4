"""The rights gate: decisions a second in Python, and one act decided for millions of synthetic rows in SQL.

The rows are made by DuckDB from a hash of their number: licences as met in the wild, one object in eleven
with two statements, some with dates, places, restrictions and facts of a term. The peer is one scan of
the same columns. Each query runs in a process of its own, so that its memory can be told.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

import duckdb

from benchmarks.harness import Row, table
from longplay.model.digests import ContentId
from longplay.model.rights import (
    WORLD,
    Act,
    KeepingBasis,
    MiningPreference,
    Purpose,
    RightsBasis,
    RightsObject,
    RightsStatement,
    StatementKind,
    StatementSource,
    Strength,
    Territory,
)
from longplay.model.terms import RecordingFacts, WorkFacts
from longplay.rights.gate import decide
from longplay.rights.sql import COLUMNS, NO_STATEMENT, Question, decision_sql, licence_rows

MEMORY: Final = "7GB"
LICENCES: Final = (
    "CC-BY-4.0", "CC-BY-3.0", "CC-BY-SA-4.0", "CC-BY-SA-3.0", "CC0-1.0", "CC-PDM-1.0", "CC-BY-NC-4.0",
    "CC-BY-NC-SA-3.0", "CC-BY-NC-ND-3.0", "CC-BY-ND-4.0", "GPL-3.0-or-later", "LicenseRef-OGA-BY-3.0",
    "GPL-2.0-or-later OR CC-BY-SA-2.0", "Beerware",
)  # fmt: skip
QUESTION: Final = Question(
    act=Act.REDISTRIBUTE,
    territory=Territory("SE"),
    day=date(2026, 11, 23),
    purpose=Purpose.NONCOMMERCIAL,
    keeping=KeepingBasis.OWN_COLLECTION,
)


def place(member: StrEnum) -> int:
    """The place of a member in its enum, from 0."""
    return list(type(member)).index(member)


def make_rows(path: Path, rows: int) -> None:
    """A database with the relation `statement`: of 12 rows, 10 are the only one of their object."""
    names = ", ".join(f"'{licence}'" for licence in LICENCES)
    values = {
        "object_id": "CASE WHEN n % 12 = 11 THEN n - 1 ELSE n END",
        "is_only": "n % 12 < 10",
        "kind": f"CASE WHEN h % 100 < 82 THEN {place(StatementKind.LICENCE)} "
        f"WHEN h % 100 < 90 THEN {place(StatementKind.PUBLIC_DOMAIN)} "
        f"WHEN h % 100 < 93 THEN {place(StatementKind.DEPOSIT_AGREEMENT)} "
        f"WHEN h % 100 < 95 THEN {place(StatementKind.STREAM_ONLY)} "
        f"WHEN h % 100 < 96 THEN {place(StatementKind.WITHDRAWAL)} ELSE {NO_STATEMENT} END",
        "strength": f"CASE WHEN h % 7 = 0 THEN {place(Strength.BLANKET)} "
        f"WHEN h % 31 = 0 THEN {place(Strength.PROBABLE)} ELSE {place(Strength.PLAIN)} END",
        "licence": f"CASE WHEN h % 100 < 78 THEN [{names}][1 + (h >> 8) % {len(LICENCES)}] END",
        "is_missing": "h % 100 BETWEEN 78 AND 81",
        "family": "CASE WHEN h % 100 = 78 THEN 'CC-BY' END",
        "covers_recording": "true",
        "covers_work": "h % 13 != 0",
        "territories": "CASE WHEN h % 40 = 0 THEN ',SE,' WHEN h % 41 = 0 THEN ',EU,' END",
        "valid_from": "CASE WHEN h % 50 = 0 THEN DATE '2020-01-01' + ((h >> 20) % 4000)::INTEGER "
        "ELSE DATE '0001-01-01' END",
        "valid_until": "CASE WHEN h % 53 = 0 THEN DATE '2024-01-01' + ((h >> 24) % 4000)::INTEGER "
        "ELSE DATE '9999-12-31' END",
        "permits": "CASE WHEN h % 100 BETWEEN 90 AND 92 THEN 3 ELSE 0 END",
        "forbids": "CASE WHEN h % 100 = 95 THEN 30 WHEN h % 100 BETWEEN 93 AND 94 THEN 4 ELSE 0 END",
        "conditions": "CASE WHEN h % 100 = 92 THEN 4 ELSE 0 END",
        "mining": f"CASE WHEN h % 61 = 0 THEN {place(MiningPreference.RESERVED)} END",
        "has_recording_facts": "h % 100 BETWEEN 82 AND 89",
        "r_fixed_year": "CASE WHEN h % 100 BETWEEN 82 AND 85 THEN 1900 + (h >> 16) % 120 END",
        "r_is_published": "CASE WHEN h % 100 BETWEEN 82 AND 88 THEN true END",
        "r_published_year": "CASE WHEN h % 100 BETWEEN 82 AND 88 THEN 1900 + (h >> 16) % 120 END",
        "has_work_facts": "h % 100 BETWEEN 82 AND 87",
        "w_published_year": "CASE WHEN h % 100 BETWEEN 82 AND 87 THEN 1890 + (h >> 12) % 120 END",
        "w_last_death_year": "CASE WHEN h % 100 BETWEEN 82 AND 84 THEN 1900 + (h >> 10) % 120 END",
    }
    columns = ", ".join(f"({values.get(name, 'NULL')})::{kind} AS {name}" for name, kind in COLUMNS.items())
    with duckdb.connect(str(path)) as database:
        _limit(database)
        database.execute(
            f"CREATE TABLE statement AS SELECT {columns} "
            f"FROM (SELECT range AS n, (hash(range) >> 8)::BIGINT AS h FROM range({rows}))"
        )


def _limit(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(f"SET threads = 2; SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")


def decide_all(path: Path) -> dict[str, float]:
    """Decide one act for all objects, the answers kept in a table: seconds and counts."""
    with duckdb.connect(str(path)) as database:
        _limit(database)
        began = time.perf_counter()
        licences = [row[0] for row in database.execute("SELECT DISTINCT licence FROM statement").fetchall()]
        database.execute("CREATE TEMP TABLE licence_option (licence VARCHAR, key BIGINT)")
        options = licence_rows(QUESTION, [one for one in licences if one])
        database.executemany("INSERT INTO licence_option VALUES (?, ?)", options)
        database.execute(f"CREATE OR REPLACE TABLE decided AS {decision_sql(QUESTION)}")
        seconds = time.perf_counter() - began
        counts = dict(database.execute("SELECT rank, count(*) FROM decided GROUP BY 1").fetchall())
        database.execute("DROP TABLE decided")
    return {
        "seconds": seconds,
        "objects": sum(counts.values()),
        "permitted": counts.get(0, 0) + counts.get(1, 0),
    }


def scan_all(path: Path) -> dict[str, float]:
    """One scan of the same columns: the peer."""
    with duckdb.connect(str(path), read_only=True) as database:
        _limit(database)
        sums = ", ".join(f"sum(hash({name}) & 1)" for name in COLUMNS)
        began = time.perf_counter()
        database.execute(f"SELECT {sums} FROM statement").fetchall()
        return {"seconds": time.perf_counter() - began}


def _apart(work: str, path: Path) -> dict[str, float]:
    """A function of this module in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.rights_gate", "--work", work, str(path)]
    out: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return out


def objects(count: int) -> list[RightsObject]:
    """Objects to ask the Python gate about, each its own: no answer is kept from one to the next."""
    chance = random.Random(4)
    made = []
    for number in range(count):
        statements = [_statement(chance) for _ in range(2 if number % 12 == 0 else 1)]
        made.append(
            RightsObject(
                content_id=ContentId(f"{number:064x}"),
                statements=tuple(statements),
                keeping=KeepingBasis.OWN_COLLECTION,
            )
        )
    return made


def _statement(chance: random.Random) -> RightsStatement:
    number = chance.random()
    facts = number > 0.92
    year = chance.randrange(1900, 2020)
    return RightsStatement(
        basis=RightsBasis.COPYRIGHT if facts else RightsBasis.LICENSE,
        licence=None if facts or number < 0.04 else chance.choice(LICENCES),
        stated=f"words {number}",
        evidence=f"a place {number}",
        source=StatementSource.TABLE,
        missing="which version" if number < 0.04 else None,
        kind=StatementKind.PUBLIC_DOMAIN if facts else StatementKind.LICENCE,
        recording=RecordingFacts(is_published=True, published_year=year) if facts else None,
        work=WorkFacts(published_year=year) if facts else None,
    )


def python_rate() -> float:
    """Decisions a second of one core, the median of five runs over 50,000 objects."""
    asked = objects(50_000)
    rates = []
    for _ in range(5):
        began = time.process_time()
        for obj in asked:
            decide(Act.REDISTRIBUTE, obj, WORLD, QUESTION.day, Purpose.NONCOMMERCIAL)
        rates.append(len(asked) / (time.process_time() - began))
    return sorted(rates)[2]


def main(rows: int = 16_000_000) -> str:
    """The section of the page."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix="longplay-bench-") as scratch:
        path = Path(scratch) / "statements.duckdb"
        make_rows(path, rows)
        decided = _apart("decide_all", path)
        scanned = _apart("scan_all", path)
    ratio = f"{decided['seconds'] / scanned['seconds']:.1f}x"
    millions = f"{rows / 1e6:.0f} M rows"
    found = [
        Row(
            what=f"SQL: one act for {millions} ({decided['objects'] / 1e6:.0f} M objects), answers kept",
            figure=f"{decided['seconds']:.1f} s; {decided['permitted'] / decided['objects']:.0%} permitted",
            peer=f"one scan of the same columns {scanned['seconds']:.1f} s",
            ratio=ratio,
            target="<= 60 s for 256 M on 2 cores",
        ),
        Row(
            what=f"SQL: peak memory of that process ({millions})",
            figure=f"{decided['memory'] / 1e9:.1f} GB",
            peer=f"the scan {scanned['memory'] / 1e9:.1f} GB",
            target="<= 8 GB",
        ),
        Row(what="Python: decisions a second and core", figure=f"{python_rate():,.0f}", target=">= 50,000"),
    ]
    command = f"python -m benchmarks.rights_gate --rows {rows}"
    return table("The rights gate", "synthetic statements", command, found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=16_000_000)
    parser.add_argument("--work", nargs=2)
    options = parser.parse_args()
    if options.work:
        name, where = options.work
        measured = {"decide_all": decide_all, "scan_all": scan_all}[name](Path(where))
        measured["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps(measured))
    else:
        print(main(options.rows))
