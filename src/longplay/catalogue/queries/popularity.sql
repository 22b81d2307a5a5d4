-- Purpose: what is known of each recording's popularity, in integers, so that any order of adding gives the same.
-- Grain: one row per recording that was ever listened to. Makes: popularity.
-- `weighted`: listens × 2^20, halved for every half-life that has passed (table month_weight).
-- `listeners`: people who listened, as counted; where a source counts for itself, its largest month.
-- Reads: monthly_listen, mapped_listen, month_weight. Cost at 256 M: one join and grouping.
CREATE TABLE passing.popularity AS
WITH counted AS (
    SELECT recording, count(DISTINCT listener) AS listeners
    FROM mapped_listen
    WHERE recording IS NOT NULL
    GROUP BY recording
),
summed AS (
    SELECT
        recording,
        CAST(sum(listens) AS BIGINT) AS listens,
        CAST(sum(listens * weight) AS BIGINT) AS weighted,
        max(listeners) AS listeners
    FROM monthly_listen
    JOIN month_weight USING (month)
    GROUP BY recording
)
SELECT summed.recording, summed.listens, summed.weighted,
    greatest(coalesce(summed.listeners, 0), coalesce(counted.listeners, 0)) AS listeners
FROM summed
LEFT JOIN counted USING (recording);
