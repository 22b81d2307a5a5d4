-- Purpose: the table `listener` of a snapshot: who listened to what how often. It stays in the archive: no export has it.
-- Grain: one row per (listener, recording); listeners are numbered anew in each snapshot. Order: these.
-- `recording` 0: listens of the listener that no recording was found for.
-- Reads: mapped_listen, recording_rank. Cost: by the number of listens.
SELECT
    CAST(dense_rank() OVER (ORDER BY listener) AS UINTEGER) AS listener,
    coalesce(rank, 0) AS recording,
    count(*) AS listens
FROM mapped_listen
LEFT JOIN recording_rank USING (recording)
GROUP BY mapped_listen.listener, coalesce(rank, 0)
ORDER BY 1, 2
