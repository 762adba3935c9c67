//! The entry of a hosted instance: any bytes on a connection are answered by HTTP or by its end, never by a fault of ours.
#![no_main]

#[path = "../checks/http.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check::check(data));
