-- Purpose: the table `track` of a snapshot. Grain: one row per (recording, release, medium, position).
-- Order: recording, release, medium, position. Reads: row_track. Cost at 256 M: a sort of each stretch of ranks.
SELECT recording, release, medium, position, number, title
FROM row_track
ORDER BY 1, 2, 3, 4
