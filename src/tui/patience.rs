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
pub fn patient<T>(future: impl Future<Output = Outcome<T>>) -> impl Future<Output = Outcome<T>> {
    let waited_for = timeout(PATIENCE, contained(future));
    async move {
        waited_for.await.unwrap_or_else(|_| {
            Err(Failure::new(
                Code::DeadlineExceeded,
                "no answer in time",
                "lists are asked for again by themselves; :refresh asks for everything now",
            ))
        })
    }
}

/// A mistake in a task is a failure of that task, not the end of the console.
///
/// Boxed before it is waited for: an `async` function keeps room for what it is given and once more for where it puts
/// that, so that a large future becomes several times as large on its way up.
pub fn contained<T>(future: impl Future<Output = Outcome<T>>) -> impl Future<Output = Outcome<T>> {
    let caught = AssertUnwindSafe(Box::pin(future)).catch_unwind();
    async move {
        caught.await.unwrap_or_else(|_| {
            Err(Failure::new(
                Code::Internal,
                "the program made a mistake while doing that",
                "please report it with the log file; the console goes on",
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;

    #[tokio::test]
    async fn what_is_waited_for_takes_no_room_in_whoever_waits() {
        let large = || async {
            let room = [7_u8; 16_384];
            ready(()).await;
            Ok(room.len())
        };
        assert!(size_of_val(&large()) >= 16_384);
        assert!(size_of_val(&contained(large())) < 256);
        assert!(size_of_val(&patient(large())) < 512);
        assert_eq!(patient(large()).await.unwrap(), 16_384);
    }

    #[tokio::test]
    async fn a_mistake_is_a_failure() {
        let failure = patient(async { panic!("a mistake, made on purpose") }).await;
        assert_eq!(Outcome::<()>::unwrap_err(failure).code, Code::Internal);
    }
}
