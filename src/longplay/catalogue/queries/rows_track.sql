-- Purpose: tracks as they go into the snapshot, in no order; a title that is the recording's is left out.
-- Grain: one row per (recording, release, medium, position). Reads: placement, merged_recording, the lookups of ranks.
-- Cost at 256 M: one pass; only tracks with a title of their own are joined.
SELECT
    recording_rank_of(recording) AS recording, release_rank_of(release) AS release, medium, position, number, title
FROM placement
WHERE title IS NULL
UNION ALL
SELECT
    recording_rank_of(recording), release_rank_of(release), medium, position, number,
    CASE WHEN placement.title != merged_recording.title THEN placement.title END
FROM placement
JOIN merged_recording ON merged_recording.node = placement.recording
WHERE placement.title IS NOT NULL
