-- Purpose: which recording is which track of which release.
-- Grain: one row per (release, medium, position, recording). Makes: placement.
-- Reads: source_track, redirect, node_recording, node_release and the clusters. Cost at 256 M: two joins of 256 M.
CREATE TABLE placement AS
WITH told AS (
    SELECT
        source_track.source,
        coalesce(to_release.to_id, source_track.release_id) AS release_id,
        coalesce(to_recording.to_id, source_track.recording_id) AS recording_id,
        medium, position, number, title, as_of
    FROM source_track
    LEFT JOIN redirect AS to_release
        ON to_release.source = source_track.source AND to_release.kind = 'release'
        AND to_release.from_id = source_track.release_id
    LEFT JOIN redirect AS to_recording
        ON to_recording.source = source_track.source AND to_recording.kind = 'recording'
        AND to_recording.from_id = source_track.recording_id
)
SELECT
    coalesce(release_cluster.cluster, node_release.node) AS release,
    coalesce(recording_cluster.cluster, node_recording.node) AS recording,
    told.medium,
    told.position,
    max_by(told.number, (told.as_of, told.source, told.number)) AS number,
    max_by(told.title, (told.as_of, told.source, told.title)) AS title
FROM told
JOIN node_recording ON node_recording.source = told.source AND node_recording.id = told.recording_id
JOIN node_release ON node_release.source = told.source AND node_release.id = told.release_id
LEFT JOIN recording_cluster ON recording_cluster.node = node_recording.node
LEFT JOIN release_cluster ON release_cluster.node = node_release.node
GROUP BY ALL;
