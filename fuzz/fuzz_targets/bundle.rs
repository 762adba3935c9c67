//! Files that claim to be bundles: looked at from outside without work and without trust.
#![no_main]

use butterfly_console::handshake::inspect;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(outside) = inspect(data) {
        assert_eq!(outside.size, data.len());
    }
});
