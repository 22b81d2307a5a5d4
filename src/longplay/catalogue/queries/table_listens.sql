-- Purpose: the table `listens` of a snapshot. Grain: one row per (recording, source, month). Order: these.
-- Reads: monthly_listen, recording_rank. Cost at 256 M: one join, one sort.
SELECT rank AS recording, source, month, monthly_listen.listens, monthly_listen.listeners
FROM monthly_listen
JOIN recording_rank USING (recording)
ORDER BY 1, 2, 3
