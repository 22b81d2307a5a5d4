-- Purpose: recordings of a snapshot that holdings could be of, with what speaks for each.
-- Grain: one row per (holding, recording), one without a recording where there is none; order: group, recording, holding.
-- Parameters: recordings, identifiers (Parquet of the snapshot); near_ms, exact_ms (durations no further off are alike,
-- are the same); most (candidates of one holding that only its names find: the most listened); few (recordings of one
-- artist that are equally long, above which that says nothing).
-- Reads: held ("group", holding, duration_ms, is_named), clue_identifier (holding, scheme, value), clue_name (holding, artist, title).
-- Found by: an identifier; equal titles with an equal artist; equal titles and durations; equal titles but for what
-- stands in brackets, with an equal artist and durations; an equal artist and the same duration. Nothing is found by
-- duration alone.
-- Cost at 256 M: four scans of the recordings, one of the identifiers; the smaller side of each join is what is held.
-- A title that very many recordings and holdings have costs the product of both in comparing, but not in rows kept.
WITH clue AS (
    SELECT
        clue_name.holding, artist_key(clue_name.artist) AS artist_key, name_key(clue_name.title) AS title_key,
        plain_title(clue_name.title) AS plain_key, held.duration_ms
    FROM clue_name
    JOIN held USING (holding)
),
recording AS (
    SELECT
        rank, id, title, duration_ms, name_key(title) AS title_key,
        plain_title(title) AS plain_key, coalesce(artist_key(artist_credit), '') AS artist_key
    FROM read_parquet($recordings)
),
by_name AS (
    SELECT
        clue.holding, recording.rank,
        recording.title_key = clue.title_key AS is_title,
        recording.artist_key = clue.artist_key AND clue.artist_key != '' AS is_artist,
        are_near(recording.artist_key, clue.artist_key) AS is_near_artist,
        coalesce(abs(recording.duration_ms - clue.duration_ms) <= $near_ms, false) AS is_near
    FROM clue
    JOIN recording
        ON recording.plain_key = clue.plain_key
        AND (
            are_near(recording.artist_key, clue.artist_key)
            OR abs(recording.duration_ms - clue.duration_ms) <= $near_ms
        )
),
title_count AS (
    SELECT title_key, count(*) AS recordings
    FROM recording
    WHERE title_key IN (SELECT title_key FROM clue)
    GROUP BY title_key
),
titled AS (
    SELECT clue.holding, max(title_count.recordings) AS alike
    FROM clue
    JOIN title_count USING (title_key)
    GROUP BY clue.holding
),
by_artist AS (
    SELECT clue.holding, recording.rank
    FROM clue
    JOIN recording
        ON recording.artist_key = clue.artist_key
        AND recording.duration_ms BETWEEN clue.duration_ms - $exact_ms AND clue.duration_ms + $exact_ms
    WHERE clue.artist_key != ''
    GROUP BY clue.holding, recording.rank
    QUALIFY count(*) OVER (PARTITION BY clue.holding) <= $few
),
named AS (
    SELECT holding, rank
    FROM by_name
    WHERE (is_title AND (is_near_artist OR is_near)) OR (is_near_artist AND is_near)
    GROUP BY holding, rank
    QUALIFY row_number() OVER (PARTITION BY holding ORDER BY max(is_artist AND is_title) DESC, rank) <= $most
),
identified AS (
    SELECT clue_identifier.holding, identifier.entity AS rank, list_sort(list(DISTINCT clue_identifier.scheme)) AS schemes
    FROM read_parquet($identifiers) AS identifier
    JOIN clue_identifier USING (scheme, value)
    WHERE identifier.kind = 'recording'
    GROUP BY clue_identifier.holding, identifier.entity
),
candidate AS (
    SELECT holding, rank FROM named
    UNION SELECT holding, rank FROM by_artist
    UNION SELECT holding, rank FROM identified
),
called AS (
    SELECT holding, list_sort(list(DISTINCT title)) AS titles FROM clue_name GROUP BY holding
),
spelled AS (
    SELECT
        candidate.holding, candidate.rank,
        bool_or(recording.title_key = clue.title_key) AS is_title,
        bool_or(recording.plain_key = clue.plain_key) AS is_plain_title,
        bool_or(recording.artist_key = clue.artist_key AND clue.artist_key != '') AS is_artist,
        bool_or(are_near(recording.artist_key, clue.artist_key)) AS is_near_artist,
        bool_or(clue.artist_key != '' AND recording.artist_key != '') AS has_artists
    FROM candidate
    JOIN recording USING (rank)
    JOIN clue USING (holding)
    GROUP BY ALL
)
SELECT
    held."group", held.holding, candidate.rank, CAST(recording.id AS VARCHAR) AS id, recording.title,
    CASE WHEN held.is_named THEN coalesce(called.titles, []) ELSE [] END AS titles,
    coalesce(identified.schemes, []) AS schemes,
    coalesce(spelled.is_title, false) AS is_title,
    coalesce(spelled.is_plain_title, false) AS is_plain_title,
    coalesce(spelled.is_artist, false) AS is_artist,
    coalesce(spelled.is_near_artist, false) AS is_near_artist,
    coalesce(spelled.has_artists, false) AS has_artists,
    coalesce(titled.alike, 0) AS alike,
    held.duration_ms - recording.duration_ms AS off_ms
FROM held
LEFT JOIN candidate USING (holding)
LEFT JOIN recording USING (rank)
LEFT JOIN titled ON titled.holding = held.holding
LEFT JOIN called ON called.holding = held.holding
LEFT JOIN identified ON identified.holding = candidate.holding AND identified.rank = candidate.rank
LEFT JOIN spelled ON spelled.holding = candidate.holding AND spelled.rank = candidate.rank
ORDER BY held."group", candidate.rank NULLS FIRST, held.holding
