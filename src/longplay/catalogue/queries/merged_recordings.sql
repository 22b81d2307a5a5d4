-- Purpose: one row a recording: of each field what the most trusted source that states it says.
-- Grain: one row per recording; `node` and `id` are the node's own, of merged ones those of the most trusted.
-- Reads: node_recording, entity_recording, recording_cluster. Makes: grouped_recording, the view merged_recording.
-- Cost at 256 M: one pass; only merged nodes are kept, the others are read where the imports have them.
CREATE TABLE grouped_recording AS
SELECT
    recording_cluster.cluster AS node,
    entity_recording.id,
    min(place) AS source,
    min_by(title, place) AS title,
    min_by(artist_credit, place) AS artist_credit,
    min_by(duration_ms, place) AS duration_ms,
    min(place) FILTER (duration_ms IS NOT NULL) AS duration_source,
    min_by(year, place) AS year,
    min(place) FILTER (year IS NOT NULL) AS year_source,
    min_by(licence, place) AS licence,
    min(place) FILTER (licence IS NOT NULL) AS licence_source,
    CAST(bit_or(CAST(1 AS UBIGINT) << place) AS UBIGINT) AS sources
FROM node_recording
JOIN recording_cluster USING (node)
JOIN entity_recording ON entity_recording.entity = recording_cluster.cluster
GROUP BY recording_cluster.cluster, entity_recording.id;

CREATE TEMP VIEW merged_recording AS
FROM grouped_recording
UNION ALL
SELECT
    node, entity_id(node_recording.source, 'recording', node_recording.id), place, title, artist_credit,
    duration_ms, CASE WHEN duration_ms IS NOT NULL THEN place END,
    year, CASE WHEN year IS NOT NULL THEN place END,
    licence, CASE WHEN licence IS NOT NULL THEN place END,
    CAST(1 AS UBIGINT) << place
FROM node_recording
ANTI JOIN recording_cluster USING (node);
