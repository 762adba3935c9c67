//! The three routes of a federated call.
