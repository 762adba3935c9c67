//! Threads that answer, each with a runtime of its own.
//!
//! A connection stays with the worker that it is given to: its task, its timers and its calls of peers never move to
//! another thread, and nobody is woken to look for something to do. That is worth a tenth of a lookup and half of a
//! relay. The price is that a connection waits while its worker calculates for another one, so that whatever takes
//! its time runs on the runtime's blocking threads.

use super::events;
use crate::store::take_in;
use futures::future::BoxFuture;
use std::cell::Cell;
use std::future::Future;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The most there are.
pub const MOST: usize = 4;

/// What their threads are called.
const NAME: &str = "instance-worker";

thread_local! {
    /// Which worker this thread is; none is 0.
    static NUMBER: Cell<usize> = const { Cell::new(0) };
}

/// Which of the workers of its instance this thread is, from 1 to [`MOST`]; 0 if it is none.
pub fn number() -> usize {
    NUMBER.get()
}

/// What a worker is given to do; it may run on that worker only.
type Work = BoxFuture<'static, ()>;

/// The workers of one instance; without any, everything is done on the runtime of whoever gives it. Dropped, they
/// let go of everything at once.
pub struct Workers {
    workers: Vec<Worker>,
    /// Counts what is done without a worker.
    here: TaskTracker,
    /// Ends what was given where it runs, so that what goes on without it finds its runtime.
    hang_up: CancellationToken,
    cut: CancellationToken,
}

struct Worker {
    give: UnboundedSender<Work>,
    /// Counts what it has to do.
    load: TaskTracker,
    /// None once it is waited for.
    thread: Option<JoinHandle<()>>,
}

impl Workers {
    /// Nobody: on one processor another thread would only cost.
    pub fn none() -> Self {
        Self {
            workers: Vec::new(),
            here: TaskTracker::new(),
            hang_up: CancellationToken::new(),
            cut: CancellationToken::new(),
        }
    }

    /// Starts one for each processor, if there are several.
    pub fn start() -> io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::of(if cores == 1 { 0 } else { cores.min(MOST) })
    }

    fn of(count: usize) -> io::Result<Self> {
        let mut workers = Self::none();
        for number in 1..=count {
            let worker = Worker::start(number, workers.cut.clone())?;
            workers.workers.push(worker);
        }
        Ok(workers)
    }

    /// Gives this to whoever has the least to do. The future is polled by that worker only: what belongs to a
    /// runtime is made inside it.
    pub fn give(&self, work: impl Future<Output = ()> + Send + 'static) {
        // Looked at whenever the work goes on: one for all would be waited for by every worker.
        let hang_up = self.hang_up.child_token();
        // Boxed here: what waits for a future that it was given has room for it twice.
        let work: Work = Box::pin(work);
        let work = async move {
            hang_up.run_until_cancelled(work).await;
        };
        let Some(idlest) = self.workers.iter().min_by_key(|worker| worker.load.len()) else {
            let cut = self.cut.clone();
            let work = async move {
                cut.run_until_cancelled(work).await;
            };
            self.here.spawn(work);
            return;
        };
        // Counted at once, so that the next one sees it. A worker takes what it is given until it is cut.
        let _ = idlest.give.send(Box::pin(idlest.load.track_future(work)));
    }

    /// Waits until what was given is finished, as long as `grace` allows; tells how much has to be cut, before it is. What of
    /// it goes on by itself, as one of the `unfinished`, has as long again, and the `changes` under way as long as they take:
    /// they are made in any case, and have to be put on record.
    pub async fn end(
        self,
        grace: Duration,
        (unfinished, changes): (&TaskTracker, &TaskTracker),
        about_to_cut: impl FnOnce(usize),
    ) {
        let workers = self.workers.iter().map(|worker| &worker.load);
        let loads: Vec<TaskTracker> = workers.chain([&self.here]).cloned().collect();
        let finished = async {
            for load in &loads {
                load.close();
                load.wait().await;
            }
        };
        // What is left then is counted before it is cut.
        let _ = tokio::time::timeout(grace, finished).await;
        about_to_cut(loads.iter().map(TaskTracker::len).sum());
        self.hang_up.cancel();
        let let_go = async {
            for load in &loads {
                load.wait().await;
            }
            unfinished.close();
            unfinished.wait().await;
        };
        let _ = tokio::time::timeout(grace, let_go).await;
        if !changes.is_empty() {
            tracing::warn!(
                left = changes.len(),
                "changes are still being made; it ends when they are, and are on record"
            );
        }
        changes.close();
        changes.wait().await;
        // A thread that still reads something is waited for, but not on this one.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.cut.cancel();
        for thread in self.workers.iter_mut().filter_map(|worker| worker.thread.take()) {
            if thread.join().is_err() {
                tracing::error!("a thread that answers ended badly");
            }
        }
    }
}

impl Worker {
    fn start(number: usize, cut: CancellationToken) -> io::Result<Self> {
        let (give, given) = unbounded_channel();
        let runtime = runtime()?;
        let own = events::own();
        let thread = std::thread::Builder::new().name(NAME.to_owned()).spawn(move || {
            NUMBER.set(number);
            if let Some(own) = own {
                events::belong(&own);
            }
            runtime.block_on(async {
                tokio::spawn(take_in());
                cut.run_until_cancelled(work(given)).await;
            });
        })?;
        Ok(Self {
            give,
            load: TaskTracker::new(),
            thread: Some(thread),
        })
    }
}

/// A runtime on one thread. What its blocking threads log belongs to the same instance.
pub fn runtime() -> io::Result<Runtime> {
    let mut builder = Builder::new_current_thread();
    builder.thread_name(NAME).enable_all();
    if let Some(own) = events::own() {
        builder.on_thread_start(move || events::belong(&own));
    }
    builder.build()
}

/// Does what it is given.
async fn work(mut given: UnboundedReceiver<Work>) {
    while let Some(work) = given.recv().await {
        tokio::spawn(work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::future::pending;
    use std::pin::pin;
    use tokio::sync::{mpsc, oneshot};

    const LONG: Duration = Duration::from_secs(600);

    /// Ends them; how much was cut.
    async fn end(workers: Workers, grace: Duration) -> usize {
        let mut cut = 0;
        let nothing = TaskTracker::new();
        workers.end(grace, (&nothing, &nothing), |left| cut = left).await;
        cut
    }

    #[tokio::test]
    async fn work_is_shared_out_and_stays_with_its_worker() {
        let workers = Workers::of(2).unwrap();
        let count = workers.workers.len();
        let (tell, mut told) = mpsc::unbounded_channel();
        let gate = CancellationToken::new();
        for _ in 0..count {
            let (tell, gate) = (tell.clone(), gate.clone());
            workers.give(async move {
                let before = number();
                tell.send(before).unwrap();
                gate.cancelled().await;
                assert_eq!(number(), before);
                tell.send(0).unwrap();
            });
        }
        let mut taken = BTreeSet::new();
        for _ in 0..count {
            taken.insert(told.recv().await.unwrap());
        }
        assert_eq!(
            taken,
            (1..=count).collect(),
            "nobody gets two while another has none"
        );
        assert_eq!(number(), 0);
        gate.cancel();
        assert_eq!(end(workers, LONG).await, 0);
        drop(tell);
        let mut ended = 0;
        while told.recv().await.is_some() {
            ended += 1;
        }
        assert_eq!(ended, count);
    }

    #[tokio::test]
    async fn what_does_not_finish_in_time_is_cut_and_counted() {
        let workers = Workers::of(2).unwrap();
        workers.give(pending());
        assert_eq!(end(workers, Duration::ZERO).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn changes_are_waited_for_as_long_as_they_take() {
        let (nothing, changes) = (TaskTracker::new(), TaskTracker::new());
        let under_way = changes.token();
        let short = Duration::from_secs(5);
        let mut ending = pin!(Workers::none().end(short, (&nothing, &changes), |_| ()));
        let waited = tokio::time::timeout(LONG, ending.as_mut()).await;
        assert!(waited.is_err(), "it ends before a change is on record");
        drop(under_way);
        ending.await;
    }

    #[tokio::test]
    async fn without_workers_everything_is_done_by_whoever_gives_it() {
        let workers = Workers::none();
        let here = std::thread::current().id();
        let (tell, told) = oneshot::channel();
        workers.give(async move { tell.send(std::thread::current().id()).unwrap() });
        assert_eq!(told.await, Ok(here));
        workers.give(pending());
        assert_eq!(end(workers, Duration::ZERO).await, 1);
    }

    #[tokio::test]
    async fn a_mistake_is_the_end_of_one_work_only() {
        let workers = Workers::of(2).unwrap();
        for _ in 0..2 * workers.workers.len() {
            workers.give(async { panic!("a mistake, made on purpose") });
        }
        let (tell, told) = oneshot::channel();
        workers.give(async move { tell.send(number()).unwrap() });
        assert_ne!(told.await.unwrap(), 0);
        assert_eq!(end(workers, LONG).await, 0);
    }

    #[tokio::test]
    async fn dropped_they_let_go_of_everything_before_it_goes_on() {
        struct Held(std::sync::mpsc::Sender<()>);
        impl Drop for Held {
            fn drop(&mut self) {
                self.0.send(()).unwrap();
            }
        }
        let workers = Workers::of(2).unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        let held = Held(tell);
        workers.give(async move {
            let _held = held;
            pending::<()>().await;
        });
        drop(workers);
        assert_eq!(told.try_recv(), Ok(()));
    }
}
