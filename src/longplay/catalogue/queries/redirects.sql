-- Purpose: ids that were merged away, with the id that holds in the end; chains are followed, circles left out.
-- Grain: one row per (source, kind, from_id).
-- Reads: source_redirect. Makes: redirect.
-- Cost at 256 M: by the number of redirects, some millions.
CREATE TEMP TABLE redirect AS
WITH RECURSIVE latest AS (
    SELECT source, kind, from_id, max_by(to_id, (as_of, to_id)) AS to_id
    FROM source_redirect
    WHERE from_id != to_id
    GROUP BY source, kind, from_id
),
followed AS (
    SELECT source, kind, from_id, to_id, 1 AS steps
    FROM latest
    UNION ALL
    SELECT followed.source, followed.kind, followed.from_id, latest.to_id, followed.steps + 1
    FROM followed
    JOIN latest ON latest.source = followed.source AND latest.kind = followed.kind AND latest.from_id = followed.to_id
    WHERE followed.steps < 32 AND latest.to_id != followed.from_id
)
SELECT source, kind, from_id, max_by(to_id, steps) AS to_id
FROM followed
GROUP BY source, kind, from_id;
