//! How long whoever orders a change waits for it to begin. One that has begun is always brought to its end; before that it
//! may be given up, and then nothing of it is made. Known to whatever is ordered within a piece of work, so that no
//! operation of the store has to be told of it.

use super::StoreError;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static PATIENCE: Patience;
}

/// Nothing is waited for longer than this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

const NOT_BEGUN: u8 = 0;
const BEGUN: u8 = 1;
const GIVEN_UP: u8 = 2;

/// How long the changes of one piece of work are waited for, as long as none of them has begun.
#[derive(Clone)]
pub struct Patience {
    state: Arc<AtomicU8>,
    until: Instant,
    gone: CancellationToken,
}

impl Patience {
    /// For so long, and as long as somebody waits.
    pub fn of(left: Duration, gone: CancellationToken) -> Self {
        Self {
            state: Arc::new(AtomicU8::new(NOT_BEGUN)),
            until: Instant::now() + left.min(LONGEST),
            gone,
        }
    }

    /// Does this with it: what is ordered in there waits no longer to begin.
    pub async fn bounds<T>(self, work: impl Future<Output = T>) -> T {
        PATIENCE.scope(self, work).await
    }

    /// That of the present piece of work, if it has one.
    pub(super) fn here() -> Option<Self> {
        PATIENCE.try_with(Clone::clone).ok()
    }

    /// Whether a change may begin; from then on it is not given up, nor is what follows it in the same work.
    pub(super) fn begin(&self) -> bool {
        let before = self.turn(BEGUN);
        before != GIVEN_UP
    }

    /// Waits for what was ordered.
    pub(super) async fn wait<T, E: From<StoreError>>(
        &self,
        ordered: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut ordered = pin!(ordered);
        tokio::select! {
            biased;
            ended = &mut ordered => return ended,
            () = tokio::time::sleep_until(self.until) => {}
            () = self.gone.cancelled() => {}
        }
        match self.turn(GIVEN_UP) {
            BEGUN => ordered.await,
            _ => Err(StoreError::GivenUp.into()),
        }
    }

    /// What it was before; only what has neither begun nor been given up becomes either.
    fn turn(&self, into: u8) -> u8 {
        let turned = self
            .state
            .compare_exchange(NOT_BEGUN, into, Ordering::AcqRel, Ordering::Acquire);
        turned.unwrap_or_else(|before| before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::poll;
    use std::future::pending;
    use tokio::sync::oneshot;

    const LONG: Duration = Duration::from_secs(600);

    type Ended = Result<u8, StoreError>;

    #[tokio::test(start_paused = true)]
    async fn what_has_not_begun_is_given_up_when_the_time_is_over_or_nobody_waits() {
        let hurried = Patience::of(LONG, CancellationToken::new());
        let ended: Ended = hurried.wait(pending()).await;
        assert!(matches!(ended, Err(StoreError::GivenUp)));
        assert!(!hurried.begin(), "it is not begun any more");
        let gone = CancellationToken::new();
        let left = Patience::of(LONG, gone.clone());
        gone.cancel();
        let ended: Ended = left.wait(pending()).await;
        assert!(matches!(ended, Err(StoreError::GivenUp)));
        let again: Ended = left.wait(pending()).await;
        assert!(matches!(again, Err(StoreError::GivenUp)));
    }

    #[tokio::test]
    async fn what_has_begun_is_waited_for_and_so_is_what_follows_it() {
        let gone = CancellationToken::new();
        let patience = Patience::of(Duration::ZERO, gone.clone());
        assert!(patience.begin());
        gone.cancel();
        for _ in 0..2 {
            let (tell, told) = oneshot::channel::<Ended>();
            let mut waiting = pin!(patience.wait(async { told.await.unwrap() }));
            assert!(poll!(waiting.as_mut()).is_pending());
            tell.send(Ok(7)).unwrap();
            assert_eq!(waiting.await.unwrap(), 7);
            assert!(patience.begin());
        }
    }
}
