-- Purpose: the order in which sources are believed where several say something of one entity.
-- Grain: one row per source. Parameters: believed (names, the most trusted first; others follow by name).
-- Reads: all source tables. Makes: source_rank (source, place from 0; place is also its bit in `sources`).
CREATE TEMP TABLE source_rank AS
WITH named AS (
    SELECT source FROM source_artist
    UNION SELECT source FROM source_release
    UNION SELECT source FROM source_recording
    UNION SELECT source FROM source_plays
    UNION SELECT source FROM source_listen
)
SELECT
    source,
    CAST(row_number() OVER (
        ORDER BY coalesce(list_position(CAST($believed AS VARCHAR[]), source), 1000), source
    ) - 1 AS UTINYINT) AS place
FROM named;
