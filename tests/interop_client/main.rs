//! The console's side against an instance that is not ours: a small original one, in Python, on Flask
//! with PyJWT and `cryptography`.

#[path = "../support/mod.rs"]
mod support;

mod client;
mod console;
mod federated;
mod original;
mod routes;
mod sealing;
