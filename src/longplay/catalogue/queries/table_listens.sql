-- Purpose: the table `listens` of a snapshot. Grain: one row per (recording, source, month). Order: these.
-- Reads: row_listens. Cost at 256 M: a sort of each stretch of ranks.
SELECT recording, source, month, listens, listeners
FROM row_listens
ORDER BY 1, 2, 3
