//! The handshake between instances that run: keys mixed into held credentials, words, alarms on both sides, and
//! bundles handed over under one-time codes.

mod activation;
mod alarms;
mod checks;
mod codes;
mod rotation;
mod running;
