-- Purpose: the licences that sources state of recordings, as they stand there. Grain: one row per licence; order: itself.
-- Parameters: table (Parquet of recordings). Cost at 256 M: one scan of one column, which is mostly null.
SELECT DISTINCT licence FROM read_parquet($table) WHERE licence IS NOT NULL ORDER BY licence
