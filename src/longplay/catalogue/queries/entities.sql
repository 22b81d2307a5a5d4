-- Purpose: every {kind} of the snapshot, with its id. A template: {kind}.
-- Grain: one row per {kind}; of merged nodes the most trusted stands for all. Reads: key_{kind}, {kind}_cluster.
-- Makes: the view entity_{kind}. Cost: none by itself.
CREATE TEMP VIEW entity_{kind} AS
SELECT key_{kind}.node AS entity, key_{kind}.id
FROM key_{kind}
ANTI JOIN (SELECT node FROM {kind}_cluster WHERE node != cluster) AS other ON other.node = key_{kind}.node
