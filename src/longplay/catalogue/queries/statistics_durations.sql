-- Purpose: how long recordings play, to the second, so that what is rounded shows as a spike.
-- Grain: one row per whole second begun; `longest` stands for all that are as long or longer. `second` is null where the
-- playing time is unknown. Order: second, null last.
-- Parameters: table (Parquet of recordings), longest (s). Cost at 256 M: one scan of one column, `longest` groups.
SELECT
    CASE WHEN duration_ms IS NOT NULL THEN least(duration_ms // 1000, $longest) END AS second, -- least() skips null
    count(*) AS recordings
FROM read_parquet($table)
GROUP BY second
ORDER BY second NULLS LAST
