-- Purpose: releases of two sources that may be one, with what speaks for it.
-- Grain: one row per pair of nodes and rule. Makes: release_pair.
-- Rules: 0 one states the other's id; 1 equal barcode and title; 2 equal title, artists, year and number of tracks.
-- Doubtful: 10 equal barcode under other titles.
-- Reads: key_release, node_release, source_track. Cost at 59 M: as recording_pairs.
CREATE TEMP TABLE release_pair AS
WITH several AS (
    SELECT min(place) < max(place) AS are FROM key_release
),
track_count AS (
    SELECT source, release_id AS id, count(DISTINCT (medium, position)) AS tracks
    FROM source_track
    WHERE (SELECT are FROM several)
    GROUP BY source, release_id
),
node AS (
    SELECT node, place, source, id, identifiers, ltrim(barcode, '0') AS barcode, name_key(title) AS title_key,
        artist_key(artist_credit) AS artist_key, year_of(date) AS year, tracks
    FROM node_release
    LEFT JOIN track_count USING (source, id)
    WHERE (SELECT are FROM several)
),
stated AS (
    SELECT a.node AS a, b.node AS b, 0 AS rule
    FROM (SELECT node, unnest(identifiers) AS identifier FROM node) AS a
    JOIN node AS b ON a.identifier = concat(b.source, ':', b.id) AND a.node != b.node
),
coded AS (
    SELECT node, place, title_key, barcode
    FROM node
    WHERE length(barcode) >= 8
    QUALIFY count(*) OVER (PARTITION BY place, barcode) <= 20
),
by_code AS (
    SELECT a.node AS a, b.node AS b, CASE WHEN a.title_key = b.title_key THEN 1 ELSE 10 END AS rule
    FROM coded AS a
    JOIN coded AS b ON a.barcode = b.barcode AND a.place < b.place
),
named AS (
    SELECT node, place, title_key, artist_key, year, tracks
    FROM node
    WHERE artist_key IS NOT NULL AND year IS NOT NULL AND tracks IS NOT NULL
    QUALIFY count(*) OVER (PARTITION BY place, title_key, artist_key, year, tracks) <= 20
),
by_name AS (
    SELECT a.node AS a, b.node AS b, 2 AS rule
    FROM named AS a
    JOIN named AS b
        ON a.title_key = b.title_key AND a.artist_key = b.artist_key AND a.year = b.year AND a.tracks = b.tracks
        AND a.place < b.place
)
SELECT least(a, b) AS a, greatest(a, b) AS b, rule, 0 AS off_ms
FROM (FROM stated UNION ALL FROM by_code UNION ALL FROM by_name)
GROUP BY ALL;
