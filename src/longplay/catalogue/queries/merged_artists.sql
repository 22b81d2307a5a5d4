-- Purpose: one row an artist: of each field what the most trusted source that states it says.
-- Grain: one row per artist. Reads: node_artist, entity_artist, artist_cluster. Makes: grouped_artist, the view merged_artist.
-- Cost at 15 M: one pass; only merged nodes are kept, the others are read where the imports have them.
CREATE TABLE grouped_artist AS
SELECT
    artist_cluster.cluster AS node,
    entity_artist.id,
    min(place) AS source,
    min_by(name, place) AS name,
    min_by(sort_name, place) AS sort_name,
    list_sort(list_distinct(flatten(list(aliases)))) AS aliases,
    min_by(country, place) AS country,
    CAST(bit_or(CAST(1 AS UBIGINT) << place) AS UBIGINT) AS sources
FROM node_artist
JOIN artist_cluster USING (node)
JOIN entity_artist ON entity_artist.entity = artist_cluster.cluster
GROUP BY artist_cluster.cluster, entity_artist.id;

CREATE TEMP VIEW merged_artist AS
FROM grouped_artist
UNION ALL
SELECT
    node, entity_id(node_artist.source, 'artist', node_artist.id), place, name, sort_name, list_sort(list_distinct(aliases)), country,
    CAST(1 AS UBIGINT) << place
FROM node_artist
ANTI JOIN artist_cluster USING (node);
