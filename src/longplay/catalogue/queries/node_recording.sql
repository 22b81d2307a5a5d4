-- Purpose: each recording as each source has it, once, under the id that holds now.
-- Grain: one row per (source, recording). Where a source states one several times, each field is what the strongest row that
-- states it says: one with a name before one that only repeats the id, then the latest, then the longest.
-- Reads: source_recording, redirect, source_rank. Makes: node_recording.
-- Cost at 256 M: one pass to find ids that stand there more than once, one to write; only those are compared.
CREATE OR REPLACE TABLE node_recording AS
WITH renamed AS (
    SELECT
        source_recording.* REPLACE (coalesce(redirect.to_id, source_recording.id) AS id),
        redirect.from_id IS NOT NULL AS moved
    FROM source_recording
    LEFT JOIN redirect
        ON redirect.source = source_recording.source AND redirect.kind = 'recording'
        AND redirect.from_id = source_recording.id
),
repeated AS (
    SELECT source, id FROM renamed GROUP BY source, id HAVING count(*) > 1
),
compared AS (
    SELECT
        *,
        (
            title = id, moved, DATE '9999-12-31' - as_of, -length(CAST(renamed AS VARCHAR)),
            md5(CAST(renamed AS VARCHAR))
        ) AS strength
    FROM renamed
    SEMI JOIN repeated USING (source, id)
),
joined AS (
    SELECT
        source,
        id,
        min_by(title, strength) AS title,
        min_by(artist_credit, strength) AS artist_credit,
        coalesce(min_by(nullif(artist_ids, []), strength), []) AS artist_ids,
        min_by(duration_ms, strength) AS duration_ms,
        coalesce(min_by(nullif(isrcs, []), strength), []) AS isrcs,
        coalesce(min_by(nullif(iswcs, []), strength), []) AS iswcs,
        min_by(year, strength) AS year,
        coalesce(min_by(nullif(genres, []), strength), []) AS genres,
        min_by(licence, strength) AS licence,
        coalesce(min_by(nullif(identifiers, []), strength), []) AS identifiers,
        max(as_of) AS as_of
    FROM compared
    GROUP BY source, id
),
chosen AS (
    SELECT
        source, id, title, artist_credit, artist_ids, duration_ms, isrcs, iswcs, year, genres, licence,
        identifiers, as_of
    FROM renamed
    ANTI JOIN repeated USING (source, id)
    UNION ALL BY NAME
    FROM joined
)
SELECT entity_id(source, 'recording', id) AS node, place, chosen.*
FROM chosen
JOIN source_rank USING (source);
