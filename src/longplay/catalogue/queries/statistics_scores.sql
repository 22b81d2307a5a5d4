-- Purpose: how many recordings are how popular.
-- Grain: one row per band of the score: 0 is a score of 0, 1 of 1 to 9, 2 of 10 to 19 … 10 of 90 to 100. Order: band.
-- Parameters: table (Parquet of recordings). Cost at 256 M: one scan of two columns, eleven groups.
SELECT
    CASE WHEN score = 0 THEN 0 ELSE least(score // 10, 9) + 1 END AS band,
    count(*) AS recordings,
    CAST(sum(listens) AS BIGINT) AS listens
FROM read_parquet($table)
GROUP BY band
ORDER BY band
