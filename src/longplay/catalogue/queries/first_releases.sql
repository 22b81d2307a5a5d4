-- Purpose: when the first release of each recording came out, as release_years has it.
-- Grain: one row per recording on a dated release (node, value). Reads: placement, the lookup of release_years.
-- Cost at 256 M: one grouping, 8 bytes a row.
SELECT recording AS node, min(release_year_of(release)) AS value
FROM placement
WHERE release_year_of(release) > 0
GROUP BY recording
