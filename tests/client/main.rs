//! The client against real servers on loopback that answer well, badly, late or not at all.

mod exchanges;
mod failures;
mod how_far;
mod kept;
mod peer;
mod probes;
mod routes;
mod tls;
