-- Lists in other orders than that of creation, a page at a time. Of a text only the beginning counts: the
-- whole of it could be long. What is equal stands in order of creation, for each entry ends with the row's id.
CREATE INDEX pointers_by_change ON pointers (last_modified);
CREATE INDEX pointers_by_description ON pointers (substr(description, 1, 80) COLLATE NOCASE);
CREATE INDEX pointers_by_tags ON pointers (substr(tags, 1, 80) COLLATE NOCASE);
