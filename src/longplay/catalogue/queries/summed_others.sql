-- Purpose: how often the recordings of every {kind} were listened to, all together. A template: {kind}, {members}.
-- Grain: one row per {kind} with recordings. Reads: {members} ({kind}, recording; each pair once), popularity.
-- Makes: {kind}_sum. Cost at 256 M recordings: one join of some 300 M rows, grouped into 15 M or 59 M.
CREATE TABLE passing.{kind}_sum AS
SELECT
    {kind},
    count(*) AS recordings,
    CAST(sum(coalesce(listens, 0)) AS BIGINT) AS listens,
    CAST(sum(coalesce(weighted, 0)) AS BIGINT) AS weighted
FROM {members}
LEFT JOIN popularity USING (recording)
GROUP BY {kind}
