-- Purpose: artists as they go into the snapshot, in no order.
-- Grain: one row per artist. Reads: merged_artist, the lookup of ranks. Cost at 15 M: one pass over the imports.
SELECT artist_rank_of(node) AS rank, id, name, sort_name, aliases, country, source, sources
FROM merged_artist
