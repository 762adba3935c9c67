-- Calls that are to be done once: what was asked under a key, and, when it is done, the sealed reply.
CREATE TABLE once (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    query BLOB NOT NULL,
    reply BLOB,
    began_at INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX once_by_age ON once (began_at);
