-- Purpose: the table `identifier` of a snapshot. Grain: one row per (kind, entity, scheme, value, source). Order: these.
-- Of rows told several times the latest stays: sorted, they follow each other. A grouping takes twice the time.
-- Reads: row_identifier. Cost at 256 M: one sort of each stretch of ranks, some 500 M rows in all.
WITH in_order AS (
    FROM row_identifier ORDER BY kind, entity, scheme, value, source, as_of DESC
),
beside AS (
    SELECT
        *,
        lag(kind) OVER () AS kind_before,
        lag(entity) OVER () AS entity_before,
        lag(scheme) OVER () AS scheme_before,
        lag(value) OVER () AS value_before,
        lag(source) OVER () AS source_before
    FROM in_order
)
SELECT kind, entity, scheme, value, source, as_of
FROM beside
WHERE value_before IS NULL OR value_before != value OR entity_before != entity OR scheme_before != scheme
    OR source_before != source OR kind_before != kind
