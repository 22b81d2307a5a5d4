-- Purpose: recordings of two sources that may be one, with what speaks for it.
-- Grain: one row per pair of nodes and rule. Makes: recording_pair.
-- Rules, strongest first: 0 one states the other's id; 1 equal ISRC and title; 2 equal names and durations within 3 s.
-- Doubtful, never merged by themselves: 10 equal ISRC under other titles; 11 equal names, duration unknown or off by
-- up to 10 s. An ISRC or a name that more than 50 recordings of a source share says nothing.
-- Reads: key_recording, node_recording. Cost at 256 M: with one source nothing pairs; the keys of two sources are joined once.
CREATE TEMP TABLE recording_pair AS
WITH several AS (
    SELECT min(place) < max(place) AS are FROM key_recording
),
node AS (
    SELECT node, place, source, id, isrcs, identifiers, duration_ms, name_key(title) AS title_key,
        artist_key(artist_credit) AS artist_key
    FROM node_recording
    WHERE (SELECT are FROM several)
),
stated AS (
    SELECT a.node AS a, b.node AS b, 0 AS rule, CAST(0 AS INTEGER) AS off_ms
    FROM (SELECT node, place, unnest(identifiers) AS identifier FROM node) AS a
    JOIN node AS b ON a.identifier = concat(b.source, ':', b.id) AND a.node != b.node
),
coded AS (
    SELECT node, place, title_key, artist_key, duration_ms, unnest(list_distinct(isrcs)) AS isrc FROM node
),
telling_code AS (
    SELECT isrc FROM (SELECT isrc, place, count(*) AS number FROM coded GROUP BY isrc, place)
    GROUP BY isrc HAVING max(number) <= 50
),
by_code AS (
    SELECT a.node AS a, b.node AS b, CASE WHEN a.title_key = b.title_key THEN 1 ELSE 10 END AS rule,
        coalesce(abs(a.duration_ms - b.duration_ms), 0) AS off_ms
    FROM coded AS a
    JOIN coded AS b ON a.isrc = b.isrc AND a.place < b.place
    SEMI JOIN telling_code ON telling_code.isrc = a.isrc
),
named AS (
    SELECT node, place, title_key, artist_key, duration_ms
    FROM node
    WHERE artist_key IS NOT NULL
    QUALIFY count(*) OVER (PARTITION BY place, title_key, artist_key) <= 50
),
by_name AS (
    SELECT a.node AS a, b.node AS b,
        CASE WHEN abs(a.duration_ms - b.duration_ms) <= 3000 THEN 2 ELSE 11 END AS rule,
        coalesce(abs(a.duration_ms - b.duration_ms), 0) AS off_ms
    FROM named AS a
    JOIN named AS b ON a.title_key = b.title_key AND a.artist_key = b.artist_key AND a.place < b.place
    WHERE coalesce(abs(a.duration_ms - b.duration_ms), 0) <= 10000
)
SELECT least(a, b) AS a, greatest(a, b) AS b, rule, min(off_ms) AS off_ms
FROM (FROM stated UNION ALL FROM by_code UNION ALL FROM by_name)
GROUP BY ALL;
