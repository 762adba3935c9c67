//! Sealed bodies of the native profile: nothing but what was sealed opens, and it opens as it was.
#![no_main]

#[path = "../checks/jwe.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check::check(data));
