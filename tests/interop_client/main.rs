//! The console's side against an instance that is not ours: a small original one, in Python, on Flask
//! with PyJWT and `cryptography`.

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code)]
#[path = "../actions/running.rs"]
mod running;

mod client;
mod console;
mod federated;
mod mixed;
mod original;
mod routes;
mod sealing;
