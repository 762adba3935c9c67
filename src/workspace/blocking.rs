//! What blocks (files, the vault) off the runtime's own threads. Knows nothing of homes; depends on the runtime only.

use futures::future::BoxFuture;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::oneshot;

/// To the runtime all of it is of one type: what it takes to run and to await a task is generated once, and not for each
/// thing that is done.
type Work = Box<dyn FnOnce() + Send>;
/// What came of it, or the mistake that it made.
type Answer<T> = oneshot::Receiver<Result<T, Box<dyn Any + Send>>>;

/// Runs something that blocks.
pub(super) fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> BoxFuture<'static, T> {
    let (work, answer) = answered(work);
    tokio::task::spawn_blocking(work);
    Box::pin(ended(answer))
}

/// Runs something that blocks for a moment only: where there is one thread, on that one.
pub(super) fn in_a_moment<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> BoxFuture<'static, T> {
    if !is_alone() {
        return blocking(work);
    }
    let (work, answer) = answered(work);
    work();
    Box::pin(ended(answer))
}

/// Whether the runtime has no other thread than this one, as for a command that does one thing and ends: then
/// nobody else is kept waiting, and starting a thread would take longer than what is done on it.
fn is_alone() -> bool {
    Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread
}

fn answered<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> (Work, Answer<T>) {
    let (give, answer) = oneshot::channel();
    let work = move || {
        // Whoever wanted it may have gone.
        let _ = give.send(catch_unwind(AssertUnwindSafe(work)));
    };
    (Box::new(work), answer)
}

async fn ended<T>(answer: Answer<T>) -> T {
    match answer.await {
        Ok(Ok(value)) => value,
        Ok(Err(mistake)) => resume_unwind(mistake),
        // Only a runtime that is being dropped lets go of work, and then nobody waits here any more.
        Err(_) => std::future::pending().await,
    }
}

/// What has to go through one door stands in line before it: one thread does it all, one after the other, instead of one
/// thread for each that waits for the others.
#[derive(Default)]
pub(super) struct Line(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    works: VecDeque<Work>,
    is_served: bool,
}

impl Line {
    /// Runs something that blocks for a moment only, after everything that came before it.
    pub(super) fn in_a_moment<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> BoxFuture<'static, T> {
        if is_alone() {
            return in_a_moment(work);
        }
        let (work, answer) = answered(work);
        self.take(work);
        Box::pin(ended(answer))
    }

    fn take(&self, work: Work) {
        let is_served = {
            let mut waiting = locked(&self.0);
            waiting.works.push_back(work);
            std::mem::replace(&mut waiting.is_served, true)
        };
        if !is_served {
            // Not under the lock: a runtime that has ended drops it at once.
            let server = Server::of(self);
            tokio::task::spawn_blocking(move || server.serve());
        }
    }
}

/// Does what waits, until nothing does. Dropped before that, by a runtime that ends, it lets go of it.
struct Server {
    waiting: Arc<Mutex<Waiting>>,
    /// It found nothing more to do. What comes from then on is another's.
    is_done: bool,
}

impl Server {
    fn of(line: &Line) -> Self {
        Self {
            waiting: Arc::clone(&line.0),
            is_done: false,
        }
    }

    fn serve(mut self) {
        while let Some(work) = self.next() {
            work();
        }
    }

    fn next(&mut self) -> Option<Work> {
        let mut waiting = locked(&self.waiting);
        let next = waiting.works.pop_front();
        self.is_done = next.is_none();
        waiting.is_served = next.is_some();
        next
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let left = {
            let mut waiting = locked(&self.waiting);
            waiting.is_served = false;
            std::mem::take(&mut waiting.works)
        };
        drop(left);
    }
}

/// Nothing that can panic is done while it is locked.
fn locked(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[tokio::test]
    async fn a_moment_is_spent_on_the_only_thread_there_is() {
        let here = thread::current().id();
        assert_eq!(in_a_moment(|| thread::current().id()).await, here);
        assert_eq!(Line::default().in_a_moment(|| thread::current().id()).await, here);
        assert_ne!(blocking(|| thread::current().id()).await, here);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn where_others_may_wait_a_moment_is_spent_elsewhere() {
        let here = thread::current().id();
        assert_ne!(in_a_moment(|| thread::current().id()).await, here);
        assert_ne!(Line::default().in_a_moment(|| thread::current().id()).await, here);
    }

    #[tokio::test]
    #[should_panic(expected = "a mistake")]
    async fn a_mistake_is_handed_on() {
        let mistake = || -> u8 { panic!("a mistake") };
        in_a_moment(mistake).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_stands_in_line_is_done_in_its_order_by_one_thread() {
        let line = Line::default();
        let (go, told_to_go) = std::sync::mpsc::channel();
        let first = line.in_a_moment(move || {
            told_to_go.recv().unwrap();
            thread::current().id()
        });
        let done = Arc::new(Mutex::new(Vec::new()));
        let others: Vec<_> = (0..20)
            .map(|number| {
                let done = Arc::clone(&done);
                line.in_a_moment(move || {
                    done.lock().unwrap().push(number);
                    thread::current().id()
                })
            })
            .collect();
        assert!(done.lock().unwrap().is_empty());
        go.send(()).unwrap();
        let thread = first.await;
        for other in others {
            assert_eq!(other.await, thread);
        }
        assert_eq!(*done.lock().unwrap(), Vec::from_iter(0..20));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_mistake_does_not_keep_those_behind_it_waiting() {
        let line = Line::default();
        let (go, told_to_go) = std::sync::mpsc::channel();
        let held = line.in_a_moment(move || told_to_go.recv().unwrap());
        let mistake = line.in_a_moment(|| -> u8 { panic!("a mistake, made on purpose") });
        let behind = line.in_a_moment(|| 7);
        go.send(()).unwrap();
        held.await;
        assert!(tokio::spawn(mistake).await.unwrap_err().is_panic());
        assert_eq!(behind.await, 7);
        assert_eq!(line.in_a_moment(|| 8).await, 8);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn whoever_has_done_everything_lets_go_of_nothing_that_came_later() {
        let line = Line::default();
        let mut first = Server::of(&line);
        assert!(first.next().is_none());
        let (go, told_to_go) = std::sync::mpsc::channel();
        let held = line.in_a_moment(move || told_to_go.recv().unwrap());
        let behind = line.in_a_moment(|| 7);
        drop(first);
        go.send(()).unwrap();
        held.await;
        assert_eq!(behind.await, 7);
    }

    #[test]
    fn a_runtime_that_ends_lets_go_of_what_waits() {
        let line = Line::default();
        let (work, answer) = answered(|| 7);
        locked(&line.0).works.push_back(work);
        drop(Server::of(&line));
        assert!(answer.blocking_recv().is_err());
        assert!(!locked(&line.0).is_served);
    }

    #[test]
    fn a_runtime_that_has_ended_lets_go_at_once() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let handle = runtime.handle().clone();
        drop(runtime);
        let _inside = handle.enter();
        let line = Line::default();
        let (work, mut answer) = answered(|| 7);
        line.take(work);
        assert!(answer.try_recv().is_err());
        assert!(!locked(&line.0).is_served);
    }

    #[test]
    fn a_line_goes_on_after_the_runtime_that_served_it() {
        let line = Line::default();
        for number in 0..2 {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .build()
                .unwrap();
            assert_eq!(
                runtime.block_on(async { line.in_a_moment(move || number).await }),
                number
            );
        }
    }
}
