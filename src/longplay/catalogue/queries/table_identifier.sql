-- Purpose: the table `identifier` of a snapshot. Grain: one row per (kind, entity, scheme, value, source). Order: these.
-- Reads: row_identifier. Cost at 256 M: one grouping and sort of each stretch of ranks, some 500 M rows in all.
SELECT kind, entity, scheme, value, source, max(as_of) AS as_of
FROM row_identifier
GROUP BY ALL
ORDER BY 1, 2, 3, 4, 5
