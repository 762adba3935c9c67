-- How many seconds a call to an instance may take, where a person chose that; else what is usual.
ALTER TABLE instances ADD COLUMN patience_s INTEGER;

PRAGMA user_version = 4;
