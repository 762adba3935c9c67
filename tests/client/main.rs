//! The client against real servers on loopback that answer well, badly, late or not at all.

mod exchanges;
mod failures;
mod peer;
mod probes;
mod routes;
mod tls;
