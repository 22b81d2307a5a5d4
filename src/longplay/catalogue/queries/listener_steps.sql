-- Purpose: what each listener listened to, by steps of rank: what error bars are made of.
-- Grain: one row per (listener, step); the step after the last holds what is beyond, and listens without a recording.
-- Order: listener, step. Parameters: table (Parquet of listeners), ends (last rank of each step, ascending).
-- Cost: by the number of (listener, recording) pairs; one scan, one grouping.
SELECT
    listener,
    CASE
        WHEN recording = 0 THEN len(CAST($ends AS UINTEGER[]))
        ELSE list_count(list_filter(CAST($ends AS UINTEGER[]), lambda last: last < recording))
    END AS step,
    CAST(sum(listens) AS BIGINT) AS listens
FROM read_parquet($table)
GROUP BY listener, step
ORDER BY listener, step
