-- Purpose: each release as each source has it, once, under the id that holds now.
-- Grain: one row per (source, release). Where a source states one several times, each field is what the strongest row that
-- states it says: one with a name before one that only repeats the id, then the latest, then the longest.
-- Reads: source_release, redirect, source_rank. Makes: node_release.
-- Cost at 256 M: one pass to find ids that stand there more than once, one to write; only those are compared.
CREATE OR REPLACE TABLE node_release AS
WITH renamed AS (
    SELECT
        source_release.* REPLACE (coalesce(redirect.to_id, source_release.id) AS id),
        redirect.from_id IS NOT NULL AS moved
    FROM source_release
    LEFT JOIN redirect
        ON redirect.source = source_release.source AND redirect.kind = 'release'
        AND redirect.from_id = source_release.id
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
        min_by(date, strength) AS date,
        min_by(country, strength) AS country,
        min_by(label, strength) AS label,
        min_by(barcode, strength) AS barcode,
        min_by(group_id, strength) AS group_id,
        coalesce(min_by(nullif(genres, []), strength), []) AS genres,
        coalesce(min_by(nullif(identifiers, []), strength), []) AS identifiers,
        min_by(licence, strength) AS licence,
        max(as_of) AS as_of
    FROM compared
    GROUP BY source, id
),
chosen AS (
    SELECT
        source, id, title, artist_credit, artist_ids, date, country, label, barcode, group_id, genres,
        identifiers, licence, as_of
    FROM renamed
    ANTI JOIN repeated USING (source, id)
    UNION ALL BY NAME
    FROM joined
)
SELECT entity_id(source, 'release', id) AS node, place, chosen.*
FROM chosen
JOIN source_rank USING (source);
