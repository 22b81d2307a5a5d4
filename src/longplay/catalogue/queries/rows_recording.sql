-- Purpose: recordings as they go into the snapshot, in no order.
-- Grain: one row per recording. `dated`: year × 256 + source of its first release, 0 where none is dated.
-- Reads: merged_recording, the lookups of ranks and of first releases. Cost at 256 M: one pass over the imports.
SELECT
    recording_rank_of(node) AS rank, id, title, artist_credit, duration_ms, year, licence,
    nullif(dated_of(node), 0) AS dated,
    source, duration_source, year_source, licence_source, sources
FROM merged_recording
