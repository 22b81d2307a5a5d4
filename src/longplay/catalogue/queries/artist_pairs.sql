-- Purpose: artists of two sources that may be one.
-- Grain: one row per pair of nodes and rule. Makes: artist_pair.
-- Rules: 0 one states the other's id; 1 equal names, and both credited on one merged recording.
-- Doubtful: 11 equal names and nothing else.
-- Reads: key_artist, node_artist, node_recording, recording_cluster. Cost at 15 M: as recording_pairs.
CREATE TEMP TABLE artist_pair AS
WITH several AS (
    SELECT min(place) < max(place) AS are FROM key_artist
),
node AS (
    SELECT node, place, source, id, identifiers, artist_key(name) AS name_key
    FROM node_artist
    WHERE (SELECT are FROM several)
),
stated AS (
    SELECT a.node AS a, b.node AS b, 0 AS rule
    FROM (SELECT node, unnest(identifiers) AS identifier FROM node) AS a
    JOIN node AS b ON a.identifier = concat(b.source, ':', b.id) AND a.node != b.node
),
credited AS (
    SELECT DISTINCT node.node, node.place, node.name_key, recording_cluster.cluster
    FROM (SELECT node, source, unnest(artist_ids) AS id FROM node_recording) AS credit
    JOIN recording_cluster ON recording_cluster.node = credit.node
    JOIN node ON node.source = credit.source AND node.id = credit.id
),
by_credit AS (
    SELECT DISTINCT a.node AS a, b.node AS b, 1 AS rule
    FROM credited AS a
    JOIN credited AS b ON a.cluster = b.cluster AND a.name_key = b.name_key AND a.place < b.place
),
named AS (
    SELECT node, place, name_key FROM node QUALIFY count(*) OVER (PARTITION BY place, name_key) = 1
),
by_name AS (
    SELECT a.node AS a, b.node AS b, 11 AS rule
    FROM named AS a
    JOIN named AS b ON a.name_key = b.name_key AND a.place < b.place
)
SELECT least(a, b) AS a, greatest(a, b) AS b, rule, 0 AS off_ms
FROM (FROM stated UNION ALL FROM by_credit UNION ALL FROM by_name)
GROUP BY ALL;
