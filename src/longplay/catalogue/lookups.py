"""Numbers by the number of a node, in memory: a join of 256 M rows is a look into an array of 1 GB.

Nodes are numbered by where their rows lie in the imports, without many gaps, so an array of four bytes each
holds what a hash join would build a table of.
"""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

Width = np.uint8 | np.uint32

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection


class Lookups:
    """Functions of SQL from a node (UINTEGER) to a number (UINTEGER); 0 where nothing is known."""

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self._connection = connection

    def add(self, name: str, told: str, *, nodes: int, width: type[Width] = np.uint32) -> None:
        """A function made of a query.

        Args:
            name: of the function.
            told: a query of rows (`node`, `value`), each node once.
            nodes: how many there are: all are smaller than this.
            width: of a number, as it is held.
        """
        from duckdb.func import PythonUDFType

        values = np.zeros(nodes, width)
        for batch in self._connection.sql(told).to_arrow_reader(1_000_000):
            values[batch["node"].to_numpy()] = batch["value"].to_numpy()

        def look_up(column: pa.ChunkedArray) -> pa.Array:
            return pa.array(values[column.to_numpy()], pa.uint32())

        self._connection.create_function(name, look_up, ["UINTEGER"], "UINTEGER", type=PythonUDFType.ARROW)

    def drop(self, *names: str) -> None:
        """Forget functions and what they hold."""
        for name in names:
            self._connection.remove_function(name)
