-- Purpose: recordings of which a source states one of some licences. Grain: one row per recording: rank, ascending.
-- Parameters: table (Parquet of recordings), licences. Cost at 256 M: one scan of two columns.
SELECT rank FROM read_parquet($table) WHERE list_contains($licences, licence) ORDER BY rank
