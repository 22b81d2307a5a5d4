-- Purpose: the table `artist` of a snapshot. Grain: one row per artist. Order: rank.
-- Reads: merged_artist, artist_rank. Cost at 15 M: one join, one sort.
SELECT rank, id, name, sort_name, aliases, country, recordings, listens, weighted, source, sources
FROM artist_rank
JOIN merged_artist ON merged_artist.id = artist_rank.artist
ORDER BY rank
