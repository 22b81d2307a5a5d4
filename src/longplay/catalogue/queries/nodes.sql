-- Purpose: each {kind} as each source has it, once, under the id that holds now. A template: {kind}, {name}, {strongest}.
-- Grain: one row per (source, {kind}). Where a source states one several times, each field is what the strongest row that
-- states it says: one with a name before one that only repeats the id, then the latest, then the longest.
-- Reads: source_{kind}, redirect, source_rank. Makes: node_{kind}.
-- Cost at 256 M: one pass to find ids that stand there more than once, one to write; only those are compared.
CREATE TABLE node_{kind} AS
WITH renamed AS (
    SELECT
        source_{kind}.* REPLACE (coalesce(redirect.to_id, source_{kind}.id) AS id),
        redirect.from_id IS NOT NULL AS moved
    FROM source_{kind}
    LEFT JOIN redirect
        ON redirect.source = source_{kind}.source AND redirect.kind = '{kind}'
        AND redirect.from_id = source_{kind}.id
),
repeated AS (
    SELECT source, id FROM renamed GROUP BY source, id HAVING count(*) > 1
),
compared AS (
    SELECT
        *,
        (
            {name} = id, moved, DATE '9999-12-31' - as_of, -length(CAST(renamed AS VARCHAR)),
            md5(CAST(renamed AS VARCHAR))
        ) AS strength
    FROM renamed
    SEMI JOIN repeated USING (source, id)
),
chosen AS (
    SELECT * EXCLUDE (moved)
    FROM renamed
    ANTI JOIN repeated USING (source, id)
    UNION ALL BY NAME
    SELECT source, id, max(as_of) AS as_of, {strongest}
    FROM compared
    GROUP BY source, id
)
SELECT entity_id(source, '{kind}', id) AS node, place, chosen.*
FROM chosen
JOIN source_rank USING (source);
