//! Calls that nobody waits for any more: whatever was begun is brought to its end and put on record.
//!
//! A connection that ends takes with it what it was answering. In the middle of an action that would leave the store and
//! what is kept in memory of it apart, and the trail without a word of what was done. Knows nothing of calls.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Work that goes on without whoever waits for it. Dropped before its end, it says so by its token, and the rest is
/// done as a task of its own.
pub(super) struct ToTheEnd<T: Send + 'static> {
    /// None once it is done, or gone on by itself.
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    gone: CancellationToken,
    unfinished: TaskTracker,
}

impl<T: Send + 'static> ToTheEnd<T> {
    /// Work that learns by `gone` that nobody waits for it, and is counted among the `unfinished` from then on.
    pub(super) fn of(
        work: impl Future<Output = T> + Send + 'static,
        gone: CancellationToken,
        unfinished: TaskTracker,
    ) -> Self {
        Self {
            work: Some(Box::pin(work)),
            gone,
            unfinished,
        }
    }
}

impl<T: Send + 'static> Future for ToTheEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = self.work.as_mut() else {
            return Poll::Pending;
        };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl<T: Send + 'static> Drop for ToTheEnd<T> {
    fn drop(&mut self) {
        let Some(work) = self.work.take() else {
            return;
        };
        self.gone.cancel();
        if Handle::try_current().is_ok() {
            self.unfinished.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::poll;
    use std::pin::pin;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn what_is_waited_for_ends_where_it_is() {
        let (gone, unfinished) = (CancellationToken::new(), TaskTracker::new());
        let work = ToTheEnd::of(async { 7 }, gone.clone(), unfinished.clone());
        assert_eq!(work.await, 7);
        assert!(!gone.is_cancelled() && unfinished.is_empty());
    }

    #[tokio::test]
    async fn what_nobody_waits_for_hears_of_it_and_ends_by_itself() {
        let (gone, unfinished) = (CancellationToken::new(), TaskTracker::new());
        let (go, told_to_go) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let heard = gone.clone();
        let work = async move {
            heard.cancelled().await;
            told_to_go.await.unwrap();
            tell.send("done").unwrap();
        };
        {
            let mut work = pin!(ToTheEnd::of(work, gone.clone(), unfinished.clone()));
            assert!(poll!(work.as_mut()).is_pending());
        }
        assert!(gone.is_cancelled());
        assert_eq!(unfinished.len(), 1);
        go.send(()).unwrap();
        assert_eq!(told.await, Ok("done"));
        unfinished.close();
        unfinished.wait().await;
    }
}
