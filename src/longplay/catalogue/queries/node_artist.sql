-- Purpose: each artist as each source has it, once, under the id that holds now.
-- Grain: one row per (source, artist). Where a source states one several times, each field is what the strongest row that
-- states it says: one with a name before one that only repeats the id, then the latest, then the longest.
-- Reads: source_artist, redirect, source_rank. Makes: node_artist.
-- Cost at 256 M: one pass to find ids that stand there more than once, one to write; only those are compared.
CREATE OR REPLACE TABLE node_artist AS
WITH renamed AS (
    SELECT
        source_artist.* REPLACE (coalesce(redirect.to_id, source_artist.id) AS id),
        redirect.from_id IS NOT NULL AS moved
    FROM source_artist
    LEFT JOIN redirect
        ON redirect.source = source_artist.source AND redirect.kind = 'artist'
        AND redirect.from_id = source_artist.id
),
repeated AS (
    SELECT source, id FROM renamed GROUP BY source, id HAVING count(*) > 1
),
compared AS (
    SELECT
        *,
        (
            name = id, moved, DATE '9999-12-31' - as_of, -length(CAST(renamed AS VARCHAR)),
            md5(CAST(renamed AS VARCHAR))
        ) AS strength
    FROM renamed
    SEMI JOIN repeated USING (source, id)
),
joined AS (
    SELECT
        source,
        id,
        min_by(name, strength) AS name,
        min_by(sort_name, strength) AS sort_name,
        coalesce(min_by(nullif(aliases, []), strength), []) AS aliases,
        min_by(country, strength) AS country,
        coalesce(min_by(nullif(identifiers, []), strength), []) AS identifiers,
        max(as_of) AS as_of
    FROM compared
    GROUP BY source, id
),
chosen AS (
    SELECT
        source, id, name, sort_name, aliases, country, identifiers, as_of
    FROM renamed
    ANTI JOIN repeated USING (source, id)
    UNION ALL BY NAME
    FROM joined
)
SELECT entity_id(source, 'artist', id) AS node, place, chosen.*
FROM chosen
JOIN source_rank USING (source);
