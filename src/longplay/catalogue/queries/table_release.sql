-- Purpose: the table `release` of a snapshot. Grain: one row per release. Order: rank.
-- Reads: merged_release, release_rank. Cost at 59 M: one join, one sort.
SELECT
    rank, id, title, artist_credit, date, year_of(date) AS year, country, label, barcode, licence,
    recordings, listens, weighted, source, sources
FROM release_rank
JOIN merged_release ON merged_release.id = release_rank.release
ORDER BY rank
