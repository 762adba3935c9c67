-- Identifiers that are a prefix and 12 hexadecimal digits are kept as that 48-bit number.
-- Times are microseconds since the Unix epoch.

CREATE TABLE domains (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    owner_app_id TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE connections (
    id INTEGER PRIMARY KEY,
    domain INTEGER NOT NULL REFERENCES domains (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    held_credential TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX connections_by_domain ON connections (domain);

-- AUTOINCREMENT: a cursor names the last row seen, so that an id must never come back.
-- What the summary needs comes first, so that a long data_reference costs it nothing.
CREATE TABLE pointers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address INTEGER NOT NULL UNIQUE,
    uniqueness BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    neighbors INTEGER NOT NULL DEFAULT 0,
    connection INTEGER REFERENCES connections (id),
    tags TEXT NOT NULL,
    description TEXT NOT NULL,
    credential_pointer INTEGER,
    x REAL NOT NULL,
    y REAL NOT NULL,
    z REAL NOT NULL,
    data_reference TEXT NOT NULL,
    federated TEXT
) STRICT;
CREATE INDEX pointers_by_connection ON pointers (connection) WHERE connection IS NOT NULL;
CREATE INDEX pointers_federated ON pointers (id) WHERE federated IS NOT NULL;

-- How many pointers live in each run of 4096 ids: their sum is the total, and a jump to the n-th
-- pointer walks these and then at most one run.
CREATE TABLE pointer_blocks (
    block INTEGER PRIMARY KEY,
    live INTEGER NOT NULL
) STRICT;

CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    tag TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX tags_in_any_case ON tags (tag COLLATE NOCASE);

CREATE TABLE pointer_tags (
    tag_id INTEGER NOT NULL REFERENCES tags (id),
    pointer_id INTEGER NOT NULL,
    PRIMARY KEY (tag_id, pointer_id)
) STRICT, WITHOUT ROWID;

-- Serves LIKE; the text itself stays in pointers. Kept in step by the writer, in bulk.
CREATE VIRTUAL TABLE pointer_search USING fts5 (
    description,
    content = 'pointers',
    content_rowid = 'id',
    tokenize = 'trigram',
    detail = 'none',
    columnsize = 0
);

-- Both directions are kept, so that either end finds its own by the key alone.
CREATE TABLE relationships (
    from_id INTEGER NOT NULL,
    to_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    weight REAL NOT NULL,
    PRIMARY KEY (from_id, to_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX relationships_by_weight ON relationships (from_id, weight DESC);
CREATE INDEX relationships_by_kind ON relationships (kind);

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('relationships', 0);

CREATE TABLE issued (
    name TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    profile TEXT NOT NULL,
    kid TEXT,
    endpoint TEXT NOT NULL,
    allows TEXT NOT NULL,
    state TEXT NOT NULL,
    verified INTEGER NOT NULL,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    last_used INTEGER,
    uses INTEGER NOT NULL,
    sealed_secrets BLOB NOT NULL
) STRICT;

CREATE TABLE held (
    name TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    profile TEXT NOT NULL,
    kid TEXT,
    endpoint TEXT NOT NULL,
    verified INTEGER NOT NULL,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    sealed_form BLOB NOT NULL
) STRICT;

CREATE TABLE offers (
    id TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    credentials TEXT NOT NULL,
    words TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
