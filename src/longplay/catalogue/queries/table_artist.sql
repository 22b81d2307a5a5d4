-- Purpose: the table `artist` of a snapshot. Grain: one row per artist. Order: rank.
-- Reads: row_artist, artist_rank. Cost at 15 M: one join and sort of each stretch of ranks.
SELECT rank, id, name, sort_name, aliases, country, recordings, listens, weighted, source, sources
FROM row_artist
JOIN artist_rank USING (rank)
ORDER BY rank
