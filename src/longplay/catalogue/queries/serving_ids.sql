-- Purpose: the key of every id with its place. Grain: one row per artist, release and recording.
-- The key is the first 12 bytes of the id; the place is kind × 2^30 + rank. In no order.
-- Parameters: artist, release, recording: the tables' files. Cost at 256 M: 330 M rows of 16 bytes.
WITH entity AS (
    SELECT 0::UBIGINT AS kind, id, rank FROM read_parquet($artist)
    UNION ALL SELECT 1, id, rank FROM read_parquet($release)
    UNION ALL SELECT 2, id, rank FROM read_parquet($recording)
),
keyed AS (
    SELECT CAST(id AS UHUGEINT) AS key, CAST(kind * 1073741824 + rank AS UINTEGER) AS place FROM entity
)
SELECT
    CAST(key >> 64 AS UBIGINT) AS high,
    CAST((key >> 32) & 4294967295 AS UINTEGER) AS low,
    place
FROM keyed
