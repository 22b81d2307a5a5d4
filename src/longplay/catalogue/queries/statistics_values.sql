-- Purpose: the values that `{column}` of the recordings has most often, the rest together. A template: {column}.
-- Grain: one row per value, at most `top`; one for all others together, of `different` values; one for null.
-- `what`: 1 a value, 2 the others, 3 null. Order: what, recordings descending, value.
-- Parameters: table (Parquet of recordings), top. Cost at 256 M: one scan of two columns, a group a value.
WITH counted AS (
    SELECT {column} AS value, count(*) AS recordings, CAST(sum(listens) AS BIGINT) AS listens
    FROM read_parquet($table)
    GROUP BY value
),
placed AS (
    SELECT
        *,
        CASE
            WHEN value IS NULL THEN 3
            WHEN row_number() OVER (ORDER BY value IS NULL, recordings DESC, value) > $top THEN 2
            ELSE 1
        END AS what
    FROM counted
)
SELECT
    what,
    CASE WHEN what = 1 THEN value END AS value,
    count(*) AS different,
    CAST(sum(recordings) AS BIGINT) AS recordings,
    CAST(sum(listens) AS BIGINT) AS listens
FROM placed
GROUP BY ALL
ORDER BY what, recordings DESC, value
