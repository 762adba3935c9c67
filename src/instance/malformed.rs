//! What is no message at all, on whichever route: it counts against its address like a call that does not authenticate.

use super::response::{self, Answer};
use super::{Instance, limits};
use crate::model::Timestamp;
use hyper::StatusCode;
use std::net::IpAddr;

/// 400, 413, 415 and the like; 429 for an address that fails too often, which is only counted.
pub(super) fn malformed(
    instance: &Instance,
    peer: IpAddr,
    status: StatusCode,
    reason: &'static str,
    detail: &str,
) -> Answer {
    instance.metrics().malformed.add_one();
    if let Err(wait) = instance.failures().count(peer, limits::moment_us()) {
        instance.metrics().limited.add_one();
        instance
            .trail()
            .strangers()
            .count(peer, limits::TOO_MANY_FAILURES);
        return response::closing(response::too_many(wait));
    }
    let trail = instance.trail();
    trail.deny_stranger_soon(Timestamp::now(), peer, (None, None), reason);
    response::final_problem(status, detail)
}
