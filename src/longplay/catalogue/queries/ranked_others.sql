-- Purpose: the place of every {kind}, by the weighted listens of its recordings. A template: {kind}.
-- Grain: one row per {kind}, rank from 1. Makes: sorted_{kind}, the view {kind}_rank. Reads: entity_{kind}, {kind}_sum.
-- A rank is the place in the sorted table, as of recordings.
-- Cost at 256 M recordings: one join and one sort of 15 M or 59 M.
CREATE TABLE sorted_{kind} AS
SELECT
    entity_{kind}.entity AS {kind},
    CAST(coalesce(recordings, 0) AS UINTEGER) AS recordings,
    coalesce(listens, 0) AS listens,
    coalesce(weighted, 0) AS weighted
FROM entity_{kind}
LEFT JOIN {kind}_sum ON {kind}_sum.{kind} = entity_{kind}.entity
ORDER BY coalesce(weighted, 0) DESC, coalesce(listens, 0) DESC, entity_{kind}.id;

CREATE VIEW {kind}_rank AS
SELECT CAST(rowid + 1 AS UINTEGER) AS rank, {kind}, recordings, listens, weighted FROM sorted_{kind};
