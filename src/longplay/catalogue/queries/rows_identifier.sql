-- Purpose: identifiers as they go into the snapshot, in no order: every source's own id, ISRC, ISWC, barcode and id elsewhere.
-- Ids that were merged away name what they were merged into. MBIDs and digests are in small letters.
-- Grain: one row each time one is told. Reads: the nodes, redirect, source_redirect, the lookups of ranks.
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
moved AS (
    SELECT 'recording' AS kind, recording_rank_of(key_recording.node) AS entity, place, redirect.source, from_id
    FROM redirect
    JOIN key_recording ON key_recording.id = entity_id(redirect.source, 'recording', to_id)
    WHERE redirect.kind = 'recording'
    UNION ALL
    SELECT 'release', release_rank_of(key_release.node), place, redirect.source, from_id
    FROM redirect
    JOIN key_release ON key_release.id = entity_id(redirect.source, 'release', to_id)
    WHERE redirect.kind = 'release'
    UNION ALL
    SELECT 'artist', artist_rank_of(key_artist.node), place, redirect.source, from_id
    FROM redirect
    JOIN key_artist ON key_artist.id = entity_id(redirect.source, 'artist', to_id)
    WHERE redirect.kind = 'artist'
),
said AS (
    SELECT kind, entity, place, as_of, unnest(named) AS name FROM node
    UNION ALL
    SELECT kind, entity, place, told.as_of, concat(moved.source, ':', from_id)
    FROM moved
    JOIN (SELECT source, max(as_of) AS as_of FROM source_redirect GROUP BY source) AS told USING (source)
),
split AS (
    SELECT
        kind, entity, place, as_of,
        split_part(name, ':', 1) AS scheme,
        substr(name, strpos(name, ':') + 1) AS value
    FROM said
)
SELECT
    kind, entity, scheme,
    CASE WHEN scheme IN ('musicbrainz', 'musicbrainz-group', 'sha256') THEN lower(value) ELSE value END AS value,
    place AS source,
    as_of
FROM split
