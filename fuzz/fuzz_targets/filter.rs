//! The filter language: whatever is typed means something or says where not, and means the same when written again.
#![no_main]

#[path = "../checks/filter.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| check::check(text));
