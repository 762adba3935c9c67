-- The credential that last said where a pointer leads; none if that was the instance's owner. A circuit that changes
-- something is not run with the rights of anybody else.
ALTER TABLE pointers ADD COLUMN author TEXT;
