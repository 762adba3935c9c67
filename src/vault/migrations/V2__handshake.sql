-- Whatever else is kept sealed row by row, by kind and name: handshakes under way, where the wizard was left, heads of
-- audit trails. The manifest says which revision of each is in force, as it does for held credentials.
CREATE TABLE sealed_rows (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

-- For a lock in the keyring of the operating system: the vault's name there.
ALTER TABLE lock ADD COLUMN account TEXT;

PRAGMA user_version = 2;
