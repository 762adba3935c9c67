//! What the console puts around whatever it waits for: an end, and a failure in place of a mistake.

use super::outcome::Outcome;
use crate::protocol::Code;
use crate::workspace::Failure;
use futures::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::timeout;

/// How long anything may take, beyond the patience of the call itself.
const PATIENCE: Duration = Duration::from_secs(40);

/// Waits for an answer, but not for ever.
pub async fn patient<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    timeout(PATIENCE, contained(future)).await.unwrap_or_else(|_| {
        Err(Failure::new(
            Code::DeadlineExceeded,
            "no answer in time",
            "lists are asked for again by themselves; :refresh asks for everything now",
        ))
    })
}

/// A mistake in a task is a failure of that task, not the end of the console.
pub async fn contained<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    AssertUnwindSafe(future).catch_unwind().await.unwrap_or_else(|_| {
        Err(Failure::new(
            Code::Internal,
            "the program made a mistake while doing that",
            "please report it with the log file; the console goes on",
        ))
    })
}
