-- Purpose: how far down the ranking a share of all listens reaches.
-- Grain: one row: the last rank above the line; all of them where nothing was listened to.
-- Parameters: table (Parquet of recordings, sorted by rank), share (0 to 1).
-- Ranks go by weighted listens, so listens are added up rank by rank. Cost at 256 M: one scan of two columns, added up
-- in blocks of 65,536 ranks first; then one block.
WITH block AS (
    SELECT rank // 65536 AS block, CAST(sum(listens) AS BIGINT) AS listens
    FROM read_parquet($table)
    GROUP BY ALL
),
total AS (
    SELECT coalesce(CAST(sum(listens) AS BIGINT), 0) AS listens, CAST(ceil(sum(listens) * $share) AS BIGINT) AS wanted FROM block
),
before AS (
    SELECT block, coalesce(CAST(sum(listens) OVER (ORDER BY block ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS BIGINT), 0) AS listens
    FROM block
),
reached AS (
    SELECT max(before.block) AS block, max_by(before.listens, before.block) AS listens
    FROM before, total
    WHERE before.listens < total.wanted
),
inside AS (
    SELECT rank, reached.listens + CAST(sum(recording.listens) OVER (ORDER BY rank) AS BIGINT) AS listens
    FROM read_parquet($table) AS recording, reached
    WHERE rank >= reached.block * 65536 AND rank < (reached.block + 1) * 65536
)
SELECT CASE
    WHEN (SELECT listens FROM total) = 0 THEN (SELECT coalesce(max(rank), 0) FROM read_parquet($table))
    ELSE (SELECT min(rank) FROM inside WHERE listens >= (SELECT wanted FROM total))
END
