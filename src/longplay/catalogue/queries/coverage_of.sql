-- Purpose: recordings and listens of a set of recordings.
-- Grain: one row. Parameters: table (Parquet of recordings). Reads: wanted_rank (rank).
-- Cost at 256 M: one scan of two columns; the set is hashed.
SELECT count(*) AS recordings, coalesce(CAST(sum(listens) AS BIGINT), 0) AS listens
FROM read_parquet($table)
SEMI JOIN wanted_rank USING (rank)
