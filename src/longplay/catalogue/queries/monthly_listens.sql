-- Purpose: how often each recording was listened to, by source and month.
-- Grain: one row per (recording, source, month); month is year × 100 + month, 0 where the source does not say.
-- Reads: mapped_listen, source_plays, key_recording, recording_cluster, redirect, source_rank. Makes: monthly_listen.
-- Counts of a later import of the same source replace those of an earlier one.
-- Cost at 256 M: one join of the plays, two groupings; only what is told more than once is compared.
CREATE TABLE passing.monthly_listen AS
WITH told_again AS (
    SELECT hash(source, recording_id, month) AS mark
    FROM source_plays
    WHERE listens > 0
    GROUP BY mark
    HAVING count(*) > 1
),
latest AS (
    SELECT source, recording_id, month, listens, listeners
    FROM source_plays
    WHERE listens > 0 AND hash(source, recording_id, month) NOT IN (FROM told_again)
    UNION ALL
    SELECT source, recording_id, month, max_by(listens, (as_of, listens)), max_by(listeners, (as_of, listeners))
    FROM source_plays
    WHERE listens > 0 AND hash(source, recording_id, month) IN (FROM told_again)
    GROUP BY source, recording_id, month
),
stated AS (
    SELECT
        coalesce(recording_cluster.cluster, key_recording.node) AS recording,
        key_recording.place AS source, latest.month, latest.listens, latest.listeners
    FROM latest
    LEFT JOIN redirect
        ON redirect.source = latest.source AND redirect.kind = 'recording' AND redirect.from_id = latest.recording_id
    JOIN key_recording
        ON key_recording.id = entity_id(latest.source, 'recording', coalesce(redirect.to_id, latest.recording_id))
    LEFT JOIN recording_cluster ON recording_cluster.node = key_recording.node
),
counted AS (
    SELECT
        mapped_listen.recording, source_rank.place AS source,
        CAST(strftime(make_timestamp("at" * 1000000), '%Y%m') AS INTEGER) AS month,
        count(*) AS listens, count(DISTINCT listener) AS listeners
    FROM mapped_listen
    JOIN source_rank USING (source)
    WHERE mapped_listen.recording IS NOT NULL
    GROUP BY ALL
)
SELECT recording, source, month, CAST(sum(listens) AS BIGINT) AS listens, CAST(sum(listeners) AS BIGINT) AS listeners
FROM (FROM stated UNION ALL FROM counted)
GROUP BY ALL;
