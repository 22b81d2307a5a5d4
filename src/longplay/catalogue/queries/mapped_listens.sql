-- Purpose: each listen, once, with the recording it was of.
-- Grain: one row per listen that counts; `recording` is null where none was found. Makes: mapped_listen.
-- Parameters: until (seconds since 1970; later listens cannot have happened), daily_limit (listens of one listener on
-- one UTC day that count; the earliest do).
-- Found by: the source's own mapping to MBIDs; names in the canonical mapping; names that mean one recording only.
-- Reads: source_listen, source_mapping, node_recording, merged_recording, redirect. Cost: by the number of listens.
CREATE TABLE passing.mapped_listen AS
WITH once AS (
    SELECT source, listener, "at", artist, title, max(recording_id) AS recording_id
    FROM source_listen
    WHERE "at" < $until
    GROUP BY source, listener, "at", artist, title, CASE WHEN title = '' THEN recording_id END
),
counting AS (
    SELECT source, listener, "at", artist, title, recording_id
    FROM once
    QUALIFY row_number() OVER (
        PARTITION BY listener, "at" // 86400 ORDER BY "at", artist, title, recording_id, source
    ) <= $daily_limit
),
heard AS (
    SELECT DISTINCT artist, title, recording_id FROM counting
),
recording_by_mbid AS (
    SELECT node_recording.id, coalesce(recording_cluster.cluster, node_recording.node) AS recording
    FROM node_recording
    LEFT JOIN recording_cluster USING (node)
    WHERE node_recording.source = 'musicbrainz'
),
mapping AS (
    SELECT
        artist_key(artist) AS artist_key,
        name_key(title) AS title_key,
        min_by(recording_id, (score, recording_id)) AS recording_id
    FROM source_mapping
    GROUP BY ALL
),
recording_by_names AS (
    SELECT artist_key(artist_credit) AS artist_key, name_key(title) AS title_key, min(node) AS recording
    FROM merged_recording
    WHERE artist_credit IS NOT NULL AND (SELECT count(*) > 0 FROM heard)
    GROUP BY ALL
    HAVING count(*) = 1
),
found AS (
    SELECT
        heard.artist, heard.title, heard.recording_id,
        coalesce(by_mbid.recording, by_mapping.recording, by_names.recording) AS recording
    FROM heard
    LEFT JOIN redirect AS stated_redirect
        ON stated_redirect.source = 'musicbrainz' AND stated_redirect.kind = 'recording'
        AND stated_redirect.from_id = heard.recording_id
    LEFT JOIN recording_by_mbid AS by_mbid
        ON by_mbid.id = coalesce(stated_redirect.to_id, heard.recording_id)
    LEFT JOIN mapping
        ON mapping.artist_key = artist_key(heard.artist) AND mapping.title_key = name_key(heard.title)
    LEFT JOIN redirect AS mapped_redirect
        ON mapped_redirect.source = 'musicbrainz' AND mapped_redirect.kind = 'recording'
        AND mapped_redirect.from_id = mapping.recording_id
    LEFT JOIN recording_by_mbid AS by_mapping
        ON by_mapping.id = coalesce(mapped_redirect.to_id, mapping.recording_id)
    LEFT JOIN recording_by_names AS by_names
        ON by_names.artist_key = artist_key(heard.artist) AND by_names.title_key = name_key(heard.title)
)
SELECT counting.source, counting.listener, counting."at", found.recording
FROM counting
JOIN found
    ON found.artist = counting.artist AND found.title = counting.title
    AND found.recording_id IS NOT DISTINCT FROM counting.recording_id;
