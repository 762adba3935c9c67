-- When the tokens of which records were seen, in stretches of 4096 numbers: to find those of some minutes without an
-- index that every record would have to be put into. A stretch has its row once it is full; the last one never has.
CREATE TABLE stretches (
    number INTEGER PRIMARY KEY,
    earliest INTEGER NOT NULL,
    latest INTEGER NOT NULL
) STRICT;
INSERT INTO stretches
    SELECT sequence >> 12, min(at), max(at) FROM records WHERE jti IS NOT NULL GROUP BY sequence >> 12;
DROP INDEX records_with_tokens;
