-- Purpose: releases as they go into the snapshot, in no order.
-- Grain: one row per release. Reads: merged_release, the lookup of ranks. Cost at 59 M: one pass over the imports.
SELECT
    release_rank_of(node) AS rank, id, title, artist_credit, date, country, label, barcode, licence, source, sources
FROM merged_release
