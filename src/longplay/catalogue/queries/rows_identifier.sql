-- Purpose: identifiers as they go into the snapshot, in no order: every source's own id, ISRC, ISWC, barcode and id elsewhere.
-- Grain: one row each time one is told. Reads: the nodes, the lookups of ranks.
-- Cost at 256 M: one pass over the imports, some 500 M rows.
WITH node AS (
    SELECT 'recording' AS kind, recording_rank_of(node) AS entity, place, as_of,
        list_concat(
            [concat(source, ':', id)],
            list_transform(isrcs, lambda code: concat('isrc:', code)),
            list_transform(iswcs, lambda code: concat('iswc:', code)),
            identifiers
        ) AS named
    FROM node_recording
    UNION ALL
    SELECT 'release', release_rank_of(node), place, as_of,
        list_concat(
            [concat(source, ':', id)],
            CASE WHEN barcode IS NOT NULL THEN [concat('barcode:', barcode)] ELSE [] END,
            CASE WHEN group_id IS NOT NULL THEN [concat(source, '-group:', group_id)] ELSE [] END,
            identifiers
        )
    FROM node_release
    UNION ALL
    SELECT 'artist', artist_rank_of(node), place, as_of,
        list_concat([concat(source, ':', id)], identifiers)
    FROM node_artist
),
said AS (
    SELECT kind, entity, place, as_of, unnest(named) AS name FROM node
)
SELECT
    kind, entity,
    split_part(name, ':', 1) AS scheme,
    substr(name, strpos(name, ':') + 1) AS value,
    place AS source,
    as_of
FROM said
