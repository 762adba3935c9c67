//! Tokens of both profiles: whatever comes, none passes that was not signed.
#![no_main]

#[path = "../checks/token.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| check::check(text));
