-- Purpose: the rank of every node of a {kind}, merged ones included. A template: {kind}.
-- Grain: one row per node (node, value). Reads: {kind}_rank, {kind}_cluster. Cost at 256 M: one scan.
SELECT {kind} AS node, rank AS value
FROM {kind}_rank
UNION ALL
SELECT {kind}_cluster.node, rank
FROM {kind}_cluster
JOIN {kind}_rank ON {kind}_rank.{kind} = {kind}_cluster.cluster
WHERE {kind}_cluster.node != {kind}_cluster.cluster
