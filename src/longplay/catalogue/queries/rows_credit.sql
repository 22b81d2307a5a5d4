-- Purpose: credits as they go into the snapshot, in no order.
-- Grain: one row per (recording, artist). Reads: credit, the lookups of ranks. Cost at 256 M: one pass over 350 M rows.
SELECT recording_rank_of(recording) AS recording, artist_rank_of(artist) AS artist, position
FROM credit
