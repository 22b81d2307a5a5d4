-- Purpose: who is credited on which recording, as the most trusted source of the recording has it.
-- Grain: one row per (recording, artist); position from 1. Makes: credit.
-- Reads: node_recording, node_artist, merged_recording and the clusters. Cost at 256 M: 350 M rows joined once.
CREATE TABLE credit AS
WITH named AS (
    SELECT
        coalesce(recording_cluster.cluster, node_recording.node) AS recording,
        node_recording.source,
        unnest(node_recording.artist_ids) AS artist_id,
        generate_subscripts(node_recording.artist_ids, 1) AS position
    FROM node_recording
    LEFT JOIN recording_cluster USING (node)
    JOIN merged_recording
        ON merged_recording.id = coalesce(recording_cluster.cluster, node_recording.node)
        AND merged_recording.source = node_recording.place
)
SELECT
    named.recording,
    coalesce(artist_cluster.cluster, node_artist.node) AS artist,
    CAST(min(named.position) AS USMALLINT) AS position
FROM named
LEFT JOIN redirect
    ON redirect.source = named.source AND redirect.kind = 'artist' AND redirect.from_id = named.artist_id
JOIN node_artist
    ON node_artist.source = named.source AND node_artist.id = coalesce(redirect.to_id, named.artist_id)
LEFT JOIN artist_cluster ON artist_cluster.node = node_artist.node
GROUP BY ALL;
