-- Purpose: the table `track` of a snapshot. Grain: one row per (recording, release, medium, position).
-- Order: recording, release, medium, position. Reads: placement, the ranks, merged_recording.
-- Cost at 256 M: three joins, one sort.
SELECT
    recording_rank.rank AS recording, release_rank.rank AS release, medium, position, number,
    CASE WHEN placement.title != merged_recording.title THEN placement.title END AS title
FROM placement
JOIN recording_rank USING (recording)
JOIN release_rank USING (release)
JOIN merged_recording ON merged_recording.id = placement.recording
ORDER BY 1, 2, 3, 4
