-- Purpose: what some listeners listened to: what error bars are made of.
-- Grain: one row per (listener, recording); recording 0: listens that no recording was found for. No order.
-- Parameters: table (Parquet of listeners, sorted by listener), after, upto (numbers of listeners).
-- Cost: the row groups that hold these listeners, and no others.
SELECT listener, recording, listens
FROM read_parquet($table)
WHERE listener > $after AND listener <= $upto
