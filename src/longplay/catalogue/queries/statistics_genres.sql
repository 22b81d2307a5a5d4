-- Purpose: the genres most recordings are called by; a recording counts once a genre, however many sources call it so.
-- Grain: one row per genre, at most `top`; `own`: recordings that are called so themselves, not only a release of them;
-- `different`: genres in all. Order: recordings descending, genre.
-- Parameters: table (Parquet of genres), top. Cost at 256 M: one scan of three columns, one grouping by recording and
-- genre, which goes to disk where memory ends.
WITH called AS (
    SELECT recording, genre, bool_and(of_release) AS of_release
    FROM read_parquet($table)
    GROUP BY recording, genre
),
counted AS (
    SELECT genre, count(*) AS recordings, count(*) FILTER (NOT of_release) AS own
    FROM called
    GROUP BY genre
)
SELECT genre, recordings, own, count(*) OVER () AS different
FROM counted
ORDER BY recordings DESC, genre
LIMIT $top
