//! How far fetching for a caller goes.

use ipnet::IpNet;
use std::time::Duration;

/// What may be reached, and how much of what.
#[derive(Debug, Clone, Copy)]
pub struct FetchPolicy<'a> {
    /// Address ranges that may be contacted beside public ones.
    pub allowed: &'a [IpNet],
    /// Bytes of a response, or of a file.
    pub largest: usize,
    /// For all of it: resolving, connecting, receiving.
    pub longest: Duration,
}
