//! Files that claim to be bundles: looked at from outside without work and without trust.
#![no_main]

#[path = "../checks/bundle.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check::check(data));
