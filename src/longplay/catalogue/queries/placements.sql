-- Purpose: which recording is which track of which release.
-- Grain: one row per (release, medium, position, recording). Makes: placement.
-- Reads: source_track, redirect, key_recording, key_release and the clusters.
-- Cost at 256 M: two joins of 256 M, one grouping of 8 bytes a row; only what is told more than once is compared.
CREATE TABLE passing.placement AS
WITH told AS (
    SELECT
        source_track.source,
        entity_id(
            source_track.source, 'release', coalesce(to_release.to_id, source_track.release_id)
        ) AS release_id,
        entity_id(
            source_track.source, 'recording', coalesce(to_recording.to_id, source_track.recording_id)
        ) AS recording_id,
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
    coalesce(release_cluster.cluster, key_release.node) AS release,
    coalesce(recording_cluster.cluster, key_recording.node) AS recording,
    told.medium, told.position, told.number, told.title, told.source, told.as_of
FROM told
JOIN key_recording ON key_recording.id = told.recording_id
JOIN key_release ON key_release.id = told.release_id
LEFT JOIN recording_cluster ON recording_cluster.node = key_recording.node
LEFT JOIN release_cluster ON release_cluster.node = key_release.node;

CREATE TEMP TABLE told_again AS
SELECT hash(release, recording, medium, position) AS mark FROM placement GROUP BY mark HAVING count(*) > 1;

CREATE TEMP TABLE placement_compared AS
SELECT
    release, recording, medium, position,
    max_by(number, (as_of, source, number)) AS number,
    max_by(title, (as_of, source, title)) AS title,
    max(source) AS source,
    max(as_of) AS as_of
FROM placement
WHERE hash(release, recording, medium, position) IN (FROM told_again)
GROUP BY release, recording, medium, position;

DELETE FROM placement WHERE hash(release, recording, medium, position) IN (FROM told_again);

INSERT INTO placement BY NAME FROM placement_compared;

DROP TABLE placement_compared;
