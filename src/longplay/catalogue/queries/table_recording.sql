-- Purpose: the table `recording` of a snapshot. Grain: one row per recording. Order: rank.
-- The year of a recording that no source dates is that of its first release, under the source that dates that.
-- Reads: merged_recording, recording_rank, placement, node_release, release_cluster. Cost at 256 M: three joins, one sort.
WITH release_year AS (
    SELECT coalesce(cluster, node) AS release, min((year_of(date), place)) AS first
    FROM node_release
    LEFT JOIN release_cluster USING (node)
    WHERE year_of(date) IS NOT NULL
    GROUP BY ALL
),
dated AS (
    SELECT placement.recording, min(release_year.first) AS first
    FROM placement
    JOIN release_year USING (release)
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
