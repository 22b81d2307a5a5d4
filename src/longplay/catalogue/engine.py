"""DuckDB as the catalogue uses it: memory, threads and scratch space are set here and nowhere else.

Source: design, section 6.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from longplay.errors import StorageError, StoreFull

if TYPE_CHECKING:  # slow to import
    import duckdb


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a query may use.

    Attributes:
        memory_gb: before it goes to disk, GB.
        threads: at once.
    """

    memory_gb: float = 4.0
    threads: int = 2


@contextmanager
def connected(scratch: Path, limits: Limits, *, database: str = "") -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection whose scratch space lies in a folder, which has to be there.

    Args:
        scratch: for what does not fit into memory.
        limits: of memory and threads.
        database: a file's name in `scratch` for tables that outgrow memory; `""`: in memory.

    Raises:
        StoreFull: the disk is full.
        StorageError: a file could not be read or written.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{limits.memory_gb}GB",
        "threads": limits.threads,
        "temp_directory": str(scratch),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    try:
        with duckdb.connect(str(scratch / database) if database else ":memory:", config=config) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET preserve_insertion_order = true")  # ranks are numbered in it
            connection.execute("SET parquet_metadata_cache = true")
            yield connection
    except duckdb.IOException as exc:
        if "No space left" in str(exc):
            raise StoreFull(f"no space left in {scratch}: free some and run the command again") from exc
        raise StorageError(f"{scratch}: {exc}") from exc
    except duckdb.OutOfMemoryException as exc:
        raise StorageError(
            f"{limits.memory_gb} GB of memory are not enough: raise catalogue.memory_gb"
        ) from exc


def query(name: str) -> str:
    """The text of one of the queries in `queries/`."""
    return (files("longplay.catalogue") / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def quoted(text: str | Path) -> str:
    """A text as a literal of SQL, for the few places that take no bound values."""
    return "'" + str(text).replace("'", "''") + "'"
