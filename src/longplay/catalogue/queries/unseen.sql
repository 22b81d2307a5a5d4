-- Purpose: what Good-Turing needs: how many recordings have one listener, how many pairs of both there are.
-- Grain: one row. Parameters: table (Parquet of listeners). Cost: one scan, one grouping by recording.
WITH heard AS (
    SELECT recording, count(*) AS listeners
    FROM read_parquet($table)
    WHERE recording > 0
    GROUP BY recording
)
SELECT
    coalesce(CAST(sum(listeners) FILTER (listeners = 1) AS BIGINT), 0) AS once,
    coalesce(CAST(sum(listeners) AS BIGINT), 0) AS pairs
FROM heard
