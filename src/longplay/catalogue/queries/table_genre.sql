-- Purpose: the table `genre` of a snapshot: what sources call the music of a recording or of a release it is on.
-- Grain: one row per (recording, genre, source). Order: these; `of_release`: only a release of it was called so.
-- Reads: the nodes, clusters, placement, the lookup of ranks. Cost at 256 M: by the number of genres given.
WITH own AS (
    SELECT coalesce(cluster, node) AS recording, unnest(genres) AS genre, place AS source, false AS of_release
    FROM node_recording
    LEFT JOIN recording_cluster USING (node)
    WHERE len(genres) > 0
),
of_release AS (
    SELECT coalesce(cluster, node) AS release, unnest(genres) AS genre, place AS source
    FROM node_release
    LEFT JOIN release_cluster USING (node)
    WHERE len(genres) > 0
),
every AS (
    FROM own
    UNION ALL
    SELECT placement.recording, genre, of_release.source, true
    FROM of_release
    JOIN placement USING (release)
)
SELECT recording_rank_of(recording) AS recording, genre, source, bool_and(of_release) AS of_release
FROM every
GROUP BY ALL
ORDER BY 1, 2, 3
