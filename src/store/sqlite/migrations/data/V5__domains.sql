-- What makes an issued credential an access key of a domain; JSON of the instance's, nothing here looks inside.
ALTER TABLE issued ADD COLUMN access_key TEXT;

-- Two domains, of which the source may do something in the target. The key that accepts a request is kept as its
-- SHA-256, and only until it was used.
CREATE TABLE federations (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES domains (id),
    target INTEGER NOT NULL REFERENCES domains (id),
    status TEXT NOT NULL,
    permissions TEXT NOT NULL,
    request BLOB,
    created_at INTEGER NOT NULL,
    accepted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX federations_by_request ON federations (request) WHERE request IS NOT NULL;
CREATE INDEX federations_by_source ON federations (source);
CREATE INDEX federations_by_target ON federations (target);
