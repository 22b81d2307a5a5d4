-- Purpose: the place of every {kind}, by the weighted listens of its recordings. A template: {kind}, {members}.
-- Grain: one row per {kind}, rank from 1. Makes: {kind}_rank. Reads: entity_{kind}, {members}, popularity.
-- Rows are numbered as they come out of the sort: a window with an order of its own costs two thirds more.
-- Cost at 256 M recordings: one join of some 300 M rows, one sort of 15 M or 59 M.
CREATE TABLE {kind}_rank AS
WITH summed AS (
    SELECT
        {kind},
        count(*) AS recordings,
        CAST(sum(coalesce(listens, 0)) AS BIGINT) AS listens,
        CAST(sum(coalesce(weighted, 0)) AS BIGINT) AS weighted
    FROM (SELECT DISTINCT {kind}, recording FROM {members})
    LEFT JOIN popularity USING (recording)
    GROUP BY {kind}
),
in_order AS (
    SELECT
        entity_{kind}.entity AS {kind},
        CAST(coalesce(recordings, 0) AS UINTEGER) AS recordings,
        coalesce(listens, 0) AS listens,
        coalesce(weighted, 0) AS weighted
    FROM entity_{kind}
    LEFT JOIN summed ON summed.{kind} = entity_{kind}.entity
    ORDER BY coalesce(weighted, 0) DESC, coalesce(listens, 0) DESC, entity_{kind}.id
)
SELECT CAST(row_number() OVER () AS UINTEGER) AS rank, {kind}, recordings, listens, weighted
FROM in_order;
