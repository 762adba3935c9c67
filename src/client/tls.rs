//! TLS for clients: the system's authorities, or pinned keys.
