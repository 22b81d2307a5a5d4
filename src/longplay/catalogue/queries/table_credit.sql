-- Purpose: the table `credit` of a snapshot. Grain: one row per (recording, artist). Order: recording, position, artist.
-- Reads: row_credit. Cost at 256 M: a sort of each stretch of ranks.
SELECT recording, artist, position
FROM row_credit
ORDER BY 1, 3, 2
