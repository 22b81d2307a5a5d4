-- Purpose: recordings and listens between two ranks.
-- Grain: one row. Parameters: table (Parquet of recordings, sorted by rank), after, upto (ranks).
-- Cost at 256 M: the row groups that hold these ranks, and no others; all steps together are one scan.
SELECT count(*) AS recordings, coalesce(CAST(sum(listens) AS BIGINT), 0) AS listens
FROM read_parquet($table)
WHERE rank > $after AND rank <= $upto
