-- Purpose: the place of every artist, by the weighted listens of the recordings they are credited on.
-- Grain: one row per artist, rank from 1. Makes: artist_rank. Reads: merged_artist, credit, popularity.
-- Rows are numbered as they come out of the sort: a window with an order of its own costs two thirds more.
-- Cost at 15 M: one join of 350 M, one sort of 15 M.
CREATE OR REPLACE TABLE artist_rank AS
WITH summed AS (
    SELECT
        artist,
        count(*) AS recordings,
        CAST(sum(coalesce(listens, 0)) AS BIGINT) AS listens,
        CAST(sum(coalesce(weighted, 0)) AS BIGINT) AS weighted
    FROM credit
    LEFT JOIN popularity USING (recording)
    GROUP BY artist
),
in_order AS (
    SELECT
        merged_artist.id AS artist,
        CAST(coalesce(recordings, 0) AS UINTEGER) AS recordings,
        coalesce(listens, 0) AS listens,
        coalesce(weighted, 0) AS weighted
    FROM merged_artist
    LEFT JOIN summed ON summed.artist = merged_artist.id
    ORDER BY coalesce(weighted, 0) DESC, coalesce(listens, 0) DESC, merged_artist.id
)
SELECT CAST(row_number() OVER () AS UINTEGER) AS rank, artist, recordings, listens, weighted
FROM in_order;
