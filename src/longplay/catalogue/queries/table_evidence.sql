-- Purpose: the table `evidence` of a snapshot: why entities of several sources are one, or may be.
-- Grain: one row per (kind, a, b, rule). Order: these. Reads: evidence (made by the resolution).
SELECT kind, a, b, rule, off_ms, verdict
FROM evidence
ORDER BY kind, a, b, rule, verdict
