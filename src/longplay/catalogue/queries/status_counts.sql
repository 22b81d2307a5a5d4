-- Purpose: recordings and their listens by status.
-- Grain: one row per status that any recording has. Parameters: table (Parquet of recordings), line (the last rank that is wanted).
-- Reads: known_status (rank, status): recordings that are neither wanted nor below the line.
-- Cost at 256 M: one scan of two columns; what is known is hashed.
SELECT
    coalesce(known_status.status, CASE WHEN recording.rank <= $line THEN 'wanted' ELSE 'below-the-line' END) AS status,
    count(*) AS recordings,
    coalesce(CAST(sum(recording.listens) AS BIGINT), 0) AS listens
FROM read_parquet($table) AS recording
LEFT JOIN known_status USING (rank)
GROUP BY ALL
