-- How the data key is sealed. One row; a change of lock replaces it and nothing else.
CREATE TABLE lock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    kind TEXT NOT NULL,
    salt BLOB NOT NULL,
    memory_kib INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    lanes INTEGER NOT NULL,
    key_file TEXT,
    sealed_key BLOB NOT NULL
);

-- What every write raises, so that one console sees what another one changed.
CREATE TABLE counters (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    changes INTEGER NOT NULL,
    log_lines INTEGER NOT NULL
);
INSERT INTO counters VALUES (1, 0, 0);

CREATE TABLE instances (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    profile TEXT NOT NULL,
    instance_id TEXT,
    app_id TEXT NOT NULL,
    credential TEXT NOT NULL,
    colour TEXT,
    read_only INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    seen TEXT
) WITHOUT ROWID;

-- Held credentials of the console. The manifest, sealed as well, says which revision of each is the one in force.
CREATE TABLE held (
    name TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    last_used INTEGER,
    uses INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE manifest (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed BLOB NOT NULL
);

-- The invoke log: what a list shows is plain and narrow, everything else sealed in a table of its own.
CREATE TABLE log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    instance TEXT NOT NULL,
    action TEXT NOT NULL,
    pointer TEXT,
    route TEXT,
    status TEXT NOT NULL,
    code TEXT,
    elapsed_us INTEGER NOT NULL,
    reply_bytes INTEGER NOT NULL,
    credential TEXT
);
CREATE INDEX log_by_instance ON log (instance, id);
CREATE TABLE log_body (
    id INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL
);

CREATE TABLE preferences (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Told apart without asking the migration runner: opening is on the path of every command.
PRAGMA user_version = 1;
