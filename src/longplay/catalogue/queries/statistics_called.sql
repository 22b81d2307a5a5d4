-- Purpose: how many recordings have a genre at all.
-- Grain: one row. Parameters: table (Parquet of genres, sorted by recording).
-- Cost at 256 M: one scan of one column in the order of the file, in constant memory.
WITH told AS (
    SELECT lag(recording) OVER () IS DISTINCT FROM recording AS is_first FROM read_parquet($table)
)
SELECT count(*) FILTER (is_first) AS recordings FROM told
