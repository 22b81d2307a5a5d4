-- Purpose: when each release came out, as one number: year × 256 + place of the source that dates it so.
-- Grain: one row per dated release (node, value). Reads: node_release, release_cluster. Cost at 59 M: one grouping.
SELECT coalesce(cluster, node) AS node, min(CAST(year_of(date) AS UINTEGER) * 256 + place) AS value
FROM node_release
LEFT JOIN release_cluster USING (node)
WHERE year_of(date) IS NOT NULL
GROUP BY ALL
