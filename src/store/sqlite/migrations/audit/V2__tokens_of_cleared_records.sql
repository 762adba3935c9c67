-- Tokens of records that were cleared while the tokens might still be alive: replay protection remembers them.
CREATE TABLE cleared_tokens (
    kid TEXT NOT NULL,
    jti TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
