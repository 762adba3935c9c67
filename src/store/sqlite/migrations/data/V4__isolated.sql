-- The pointers without a stored relationship, in order of creation: there may be few of them among many others.
CREATE INDEX pointers_isolated ON pointers (id) WHERE neighbors = 0;
