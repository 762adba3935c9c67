-- Each hash covers the hash before it and the record itself.
CREATE TABLE records (
    sequence INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    app_id TEXT,
    kid TEXT,
    jti TEXT,
    action TEXT NOT NULL,
    subject TEXT,
    outcome TEXT NOT NULL,
    reason TEXT,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX records_with_tokens ON records (at) WHERE jti IS NOT NULL;

-- Where the chain kept here begins (what came before it was cleared), and where it ends: a tail that
-- was cut off is missed because of the second.
CREATE TABLE ends (
    what TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ends (what, sequence, hash) VALUES ('base', 0, zeroblob(32)), ('head', 0, zeroblob(32));
