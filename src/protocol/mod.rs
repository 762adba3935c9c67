//! The query and the reply.
