-- Purpose: the table `identifier` of a snapshot: every source's own id, ISRC, ISWC, barcode and id elsewhere.
-- Grain: one row per (kind, entity, scheme, value, source). Order: all of these.
-- Reads: the nodes, clusters and ranks. Cost at 256 M: some 500 M rows, joined and sorted once.
WITH node AS (
    SELECT 'recording' AS kind, coalesce(cluster, node) AS id, source, place, as_of,
        list_concat(
            [concat(source, ':', id)],
            list_transform(isrcs, lambda code: concat('isrc:', code)),
            list_transform(iswcs, lambda code: concat('iswc:', code)),
            identifiers
        ) AS named
    FROM node_recording
    LEFT JOIN recording_cluster USING (node)
    UNION ALL
    SELECT 'release', coalesce(cluster, node), source, place, as_of,
        list_concat(
            [concat(source, ':', id)],
            CASE WHEN barcode IS NOT NULL THEN [concat('barcode:', barcode)] ELSE [] END,
            CASE WHEN group_id IS NOT NULL THEN [concat(source, '-group:', group_id)] ELSE [] END,
            identifiers
        )
    FROM node_release
    LEFT JOIN release_cluster USING (node)
    UNION ALL
    SELECT 'artist', coalesce(cluster, node), source, place, as_of,
        list_concat([concat(source, ':', id)], identifiers)
    FROM node_artist
    LEFT JOIN artist_cluster USING (node)
),
ranked AS (
    SELECT 'recording' AS kind, recording AS id, rank FROM recording_rank
    UNION ALL SELECT 'release', release, rank FROM release_rank
    UNION ALL SELECT 'artist', artist, rank FROM artist_rank
),
said AS (
    SELECT kind, id, place, as_of, unnest(named) AS name FROM node
)
SELECT
    said.kind, ranked.rank AS entity,
    split_part(name, ':', 1) AS scheme,
    substr(name, strpos(name, ':') + 1) AS value,
    place AS source,
    max(as_of) AS as_of
FROM said
JOIN ranked ON ranked.kind = said.kind AND ranked.id = said.id
GROUP BY ALL
ORDER BY 1, 2, 3, 4, 5
