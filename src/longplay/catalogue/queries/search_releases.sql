-- Purpose: the title of the most listened release of recordings of some ranks. Grain: one row per recording that
-- stands on a release. Parameters: track, release: the tables' files; after, upto: ranks of recordings.
-- Cost at 256 M: of a million recordings, their tracks and one scan of the titles of 59 M releases.
WITH first AS (
    SELECT recording, min(release) AS release
    FROM read_parquet($track)
    WHERE recording > $after AND recording <= $upto
    GROUP BY recording
)
SELECT first.recording, release.title
FROM first
JOIN read_parquet($release) AS release ON release.rank = first.release
