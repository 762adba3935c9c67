-- Pointers that hold a circuit: what a connection is needed by is found among them, and not among all.
CREATE INDEX pointers_circuits ON pointers (id) WHERE substr(data_reference, 1, 18) = 'internal_circuit::';
