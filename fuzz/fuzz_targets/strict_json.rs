//! The strict reader of JSON: what it takes, the usual reader takes too and understands the same way. Numbers with a
//! fraction may differ in their last digit: the usual reader does not promise it.
#![no_main]

#[path = "../checks/strict_json.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check::check(data));
