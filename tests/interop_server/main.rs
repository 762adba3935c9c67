//! The hosted instance, the real binary, called by clients that are not ours.

#[path = "../support/mod.rs"]
mod support;

mod access_keys;
mod alike;
mod copies;
mod issued;
mod stand_in;
