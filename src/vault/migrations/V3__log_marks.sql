-- What a person put to a line of the invoke log: a mark, a note (sealed). A line with either outlives the limits of the log.
CREATE TABLE log_marks (
    id INTEGER PRIMARY KEY,
    marked INTEGER NOT NULL,
    note BLOB
);

-- Raised when marks or notes change and when lines go, so that whoever keeps places in the log knows that they moved;
-- and the last place up to which lines without mark and note have gone.
ALTER TABLE counters ADD COLUMN log_epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE counters ADD COLUMN log_floor INTEGER NOT NULL DEFAULT 0;

PRAGMA user_version = 3;
