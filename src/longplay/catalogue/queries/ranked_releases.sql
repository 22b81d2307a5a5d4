-- Purpose: the place of every release, by the weighted listens of its recordings.
-- Grain: one row per release, rank from 1. Makes: release_rank. Reads: merged_release, placement, popularity.
-- Cost at 59 M: one join of 256 M, one sort of 59 M.
CREATE OR REPLACE TABLE release_rank AS
WITH summed AS (
    SELECT
        release,
        count(DISTINCT recording) AS recordings,
        CAST(sum(coalesce(listens, 0)) AS BIGINT) AS listens,
        CAST(sum(coalesce(weighted, 0)) AS BIGINT) AS weighted
    FROM placement
    LEFT JOIN popularity USING (recording)
    GROUP BY release
)
SELECT
    CAST(row_number() OVER (
        ORDER BY coalesce(weighted, 0) DESC, coalesce(listens, 0) DESC, merged_release.id
    ) AS UINTEGER) AS rank,
    merged_release.id AS release,
    CAST(coalesce(recordings, 0) AS UINTEGER) AS recordings,
    coalesce(listens, 0) AS listens,
    coalesce(weighted, 0) AS weighted
FROM merged_release
LEFT JOIN summed ON summed.release = merged_release.id;
