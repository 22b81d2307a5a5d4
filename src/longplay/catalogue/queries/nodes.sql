-- Purpose: each {kind} as each source has it, once, under the id that holds now.
-- A template: {kind}, {name}, {fields}, {strongest}.
-- Grain: one row per (source, {kind}); `node` is the place of its row among all rows of source_{kind}, so that texts stay
-- where the imports have them. Where a source states one several times, each field is what the strongest row that states
-- it says: one with a name before one that only repeats the id, then the latest, then the longest.
-- Reads: source_{kind}, redirect, source_rank. Makes: key_{kind} (node, place, id), compared_{kind} and chosen_{kind} (rows
-- that are not as a source has them, and what became of them), the view node_{kind}.
-- Cost at 256 M: one pass that reads ids alone, one grouping of 8 bytes a row; only rows that stand there more than once
-- are compared. On disk 21 bytes a row.
CREATE TABLE key_{kind} AS
SELECT
    CAST(row_at AS UINTEGER) AS node,
    place,
    entity_id(source_{kind}.source, '{kind}', coalesce(to_id, source_{kind}.id)) AS id,
    to_id IS NOT NULL AS moved
FROM source_{kind}
JOIN source_rank USING (source)
LEFT JOIN redirect
    ON redirect.source = source_{kind}.source AND redirect.kind = '{kind}' AND redirect.from_id = source_{kind}.id;

CREATE TABLE compared_{kind} AS
SELECT node, id, moved
FROM key_{kind}
WHERE moved OR hash(id) IN (SELECT hash(id) FROM key_{kind} GROUP BY hash(id) HAVING count(*) > 1);

CREATE TABLE chosen_{kind} AS
WITH renamed AS (
    SELECT
        compared_{kind}.node,
        compared_{kind}.id AS entity,
        compared_{kind}.moved,
        source_{kind}.* REPLACE (coalesce(redirect.to_id, source_{kind}.id) AS id)
    FROM source_{kind}
    JOIN compared_{kind} ON compared_{kind}.node = source_{kind}.row_at
    LEFT JOIN redirect
        ON redirect.source = source_{kind}.source AND redirect.kind = '{kind}'
        AND redirect.from_id = source_{kind}.id
),
written AS (
    SELECT *, CAST(({fields}, as_of) AS VARCHAR) AS text FROM renamed
),
compared AS (
    SELECT *, ({name} = id, moved, DATE '9999-12-31' - as_of, -length(text), md5(text)) AS strength FROM written
),
chosen AS (
    SELECT min(node) AS node, source, min(id) AS id, max(as_of) AS as_of, {strongest}
    FROM compared
    GROUP BY source, entity
)
SELECT place, chosen.*
FROM chosen
JOIN source_rank USING (source);

DELETE FROM key_{kind}
WHERE node IN (SELECT node FROM compared_{kind}) AND node NOT IN (SELECT node FROM chosen_{kind});

CREATE TEMP VIEW node_{kind} AS
SELECT CAST(row_at AS UINTEGER) AS node, place, source_{kind}.* EXCLUDE (row_at)
FROM source_{kind}
JOIN source_rank USING (source)
ANTI JOIN compared_{kind} ON compared_{kind}.node = source_{kind}.row_at
UNION ALL BY NAME
FROM chosen_{kind};
