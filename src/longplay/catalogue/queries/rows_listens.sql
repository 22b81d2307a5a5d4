-- Purpose: listens as they go into the snapshot, in no order.
-- Grain: one row per (recording, source, month). Reads: monthly_listen, the lookup of ranks. Cost at 256 M: one pass.
SELECT recording_rank_of(recording) AS recording, source, month, listens, listeners
FROM monthly_listen
