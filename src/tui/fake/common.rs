//! What all made-up data share. Whoever answers for a page of its own takes it from here and from the rows beside it,
//! not from the console above them.

use crate::model::{InstanceName, Timestamp};
use crate::protocol::Code;
use crate::workspace::Failure;

/// The moment at which everything stands still.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T16:02:11.123456+00:00").unwrap()
}

pub fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

pub fn failure() -> Failure {
    Failure::new(
        Code::PeerUnreachable,
        "http://127.0.0.1:5002/invoke did not answer: connection refused",
        "start it, or check the endpoint with `butterfly instance show beta`",
    )
    .on("alpha")
}
