//! Sealed bodies of the legacy profile: nothing but what was sealed opens, and it opens as it was.
#![no_main]

#[path = "../checks/fernet.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check::check(data));
