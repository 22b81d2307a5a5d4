-- Purpose: the table `recording` of a snapshot. Grain: one row per recording. Order: rank.
-- The year of a recording that no source dates is that of its first release, under the source that dates that.
-- Reads: row_recording, recording_rank. Cost at 256 M: one join and sort of each stretch of ranks.
SELECT
    rank, id, title, artist_credit, duration_ms,
    CAST(coalesce(year, dated // 256) AS SMALLINT) AS year,
    licence, listens, listeners, weighted,
    CAST(least(100, round(100 * log2(1 + weighted / 1048576.0) / 30)) AS UTINYINT) AS score,
    source, duration_source,
    CAST(coalesce(year_source, dated % 256) AS UTINYINT) AS year_source,
    licence_source, sources
FROM row_recording
JOIN recording_rank USING (rank)
ORDER BY rank
