-- The life of a credential is JSON of the handshake's; nothing here looks inside.
ALTER TABLE issued ADD COLUMN life TEXT;
-- What the older key opens, while it is still answered.
ALTER TABLE issued ADD COLUMN sealed_previous BLOB;

ALTER TABLE held ADD COLUMN life TEXT;
-- A fresh key that the peer has not answered yet: asking again must ask the same.
ALTER TABLE held ADD COLUMN sealed_pending BLOB;
ALTER TABLE held ADD COLUMN allows TEXT;
ALTER TABLE held ADD COLUMN peer TEXT;
ALTER TABLE held ADD COLUMN last_used INTEGER;
ALTER TABLE held ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;

ALTER TABLE offers ADD COLUMN delivery TEXT NOT NULL DEFAULT 'passphrase';
-- A one-time code and the bundle behind it, until it is claimed, burnt or too old.
ALTER TABLE offers ADD COLUMN nameplate TEXT;
ALTER TABLE offers ADD COLUMN sealed_code BLOB;
ALTER TABLE offers ADD COLUMN code_ends INTEGER;
CREATE UNIQUE INDEX offers_by_nameplate ON offers (nameplate) WHERE nameplate IS NOT NULL;

-- The last head of each peer's audit trail that it has shown to us, and of ours that we have shown to it.
CREATE TABLE heads (
    peer TEXT NOT NULL,
    side TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (peer, side)
) STRICT, WITHOUT ROWID;
