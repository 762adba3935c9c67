//! Files that claim to be bundles: looked at from outside without work and without trust.

use butterfly_console::handshake::inspect;

/// One case.
pub fn check(data: &[u8]) {
    if let Ok(outside) = inspect(data) {
        assert_eq!(outside.size, data.len());
    }
}
