-- Purpose: the table `recording` of a snapshot. Grain: one row per recording. Order: rank.
-- Reads: merged_recording, recording_rank, placement, merged_release. Cost at 256 M: two joins, one sort.
WITH dated AS (
    SELECT placement.recording, min((year_of(merged_release.date), merged_release.source)) AS first
    FROM placement
    JOIN merged_release ON merged_release.id = placement.release
    WHERE year_of(merged_release.date) IS NOT NULL
    GROUP BY placement.recording
)
SELECT
    rank, id, title, artist_credit, duration_ms,
    CAST(coalesce(year, dated.first[1]) AS SMALLINT) AS year,
    licence, listens, listeners, weighted,
    CAST(least(100, round(100 * log2(1 + weighted / 1048576.0) / 30)) AS UTINYINT) AS score,
    source, duration_source,
    CAST(coalesce(year_source, dated.first[2]) AS UTINYINT) AS year_source,
    licence_source, sources
FROM recording_rank
JOIN merged_recording ON merged_recording.id = recording_rank.recording
LEFT JOIN dated ON dated.recording = recording_rank.recording
ORDER BY rank
