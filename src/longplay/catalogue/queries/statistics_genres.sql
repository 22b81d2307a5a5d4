-- Purpose: the genres most recordings are called by; a recording counts once a genre, however many sources call it so.
-- Grain: one row per genre, at most `top`; `own`: recordings that are called so themselves, not only a release of them;
-- `different`: genres in all. Order: recordings descending, genre.
-- Parameters: table (Parquet of genres, sorted by recording, genre, source), top.
-- Rows of one recording and genre follow each other, so the first of them is told by the row before: nothing is grouped
-- but genres. Cost at 256 M: two scans in the order of the file, in constant memory.
WITH told AS (
    SELECT
        genre,
        lag(recording) OVER () IS DISTINCT FROM recording OR lag(genre) OVER () IS DISTINCT FROM genre AS is_first
    FROM read_parquet($table)
),
told_themselves AS (
    SELECT
        genre,
        lag(recording) OVER () IS DISTINCT FROM recording OR lag(genre) OVER () IS DISTINCT FROM genre AS is_first
    FROM read_parquet($table)
    WHERE NOT of_release
),
counted AS (
    SELECT genre, count(*) AS recordings FROM told WHERE is_first GROUP BY genre
),
own AS (
    SELECT genre, count(*) AS recordings FROM told_themselves WHERE is_first GROUP BY genre
)
SELECT genre, counted.recordings, coalesce(own.recordings, 0) AS own, count(*) OVER () AS different
FROM counted
LEFT JOIN own USING (genre)
ORDER BY counted.recordings DESC, genre
LIMIT $top
