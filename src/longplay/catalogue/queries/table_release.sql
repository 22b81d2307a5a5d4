-- Purpose: the table `release` of a snapshot. Grain: one row per release. Order: rank.
-- Reads: row_release, release_rank. Cost at 59 M: one join and sort of each stretch of ranks.
SELECT
    rank, id, title, artist_credit, date, year_of(date) AS year, country, label, barcode, licence,
    recordings, listens, weighted, source, sources
FROM row_release
JOIN release_rank USING (rank)
ORDER BY rank
