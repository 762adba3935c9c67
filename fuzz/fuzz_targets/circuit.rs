//! Circuits as people write them: read to the end whatever is wrong, with every fault at a step that is there.
#![no_main]

#[path = "../checks/circuit.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| check::check(text));
