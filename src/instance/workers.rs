//! Threads that answer, each with a runtime of its own.
//!
//! A connection stays with the worker that it is given to: its task, its timers and its calls of peers never move to
//! another thread, and nobody is woken to look for something to do. That is worth a tenth of a lookup and half of a
//! relay. The price is that a connection waits while its worker calculates for another one, so that whatever takes
//! its time runs on the runtime's blocking threads.

use super::events;
use futures::future::BoxFuture;
use std::cell::Cell;
use std::future::Future;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The most there are.
pub const MOST: usize = 4;

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
    grace: Duration,
    cut: CancellationToken,
}

struct Worker {
    /// None once it gets no more.
    give: Option<UnboundedSender<Work>>,
    /// Counts what it has to do.
    load: TaskTracker,
    /// Tells how much it had to cut when it ended.
    ended: Option<oneshot::Receiver<usize>>,
    thread: Option<JoinHandle<()>>,
}

impl Workers {
    /// Nobody: on one processor another thread would only cost.
    pub fn none(grace: Duration) -> Self {
        Self {
            workers: Vec::new(),
            here: TaskTracker::new(),
            grace,
            cut: CancellationToken::new(),
        }
    }

    /// Starts one for each processor, if there are several. When they end, what they were given has `grace` to finish.
    pub fn start(grace: Duration) -> io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut workers = Self::none(grace);
        if cores == 1 {
            return Ok(workers);
        }
        for number in 1..=cores.min(MOST) {
            let worker = Worker::start(number, grace, workers.cut.clone())?;
            workers.workers.push(worker);
        }
        Ok(workers)
    }

    /// Gives this to whoever has the least to do. The future is polled by that worker only: what belongs to a
    /// runtime is made inside it.
    pub fn give(&self, work: impl Future<Output = ()> + Send + 'static) {
        let Some(idlest) = self.workers.iter().min_by_key(|worker| worker.load.len()) else {
            let cut = self.cut.clone();
            let work = async move {
                cut.run_until_cancelled(work).await;
            };
            self.here.spawn(work);
            return;
        };
        if let Some(give) = &idlest.give {
            // Counted at once, so that the next one sees it. A worker takes what it is given until it is cut.
            let _ = give.send(Box::pin(idlest.load.track_future(work)));
        }
    }

    /// Waits until what was given is finished; tells how much had to be cut.
    pub async fn end(mut self) -> usize {
        for worker in &mut self.workers {
            worker.give = None;
        }
        let mut left = unfinished(&self.here, self.grace).await;
        for worker in &mut self.workers {
            if let Some(ended) = worker.ended.take() {
                // A worker that made a mistake tells nothing.
                left += ended.await.unwrap_or(0);
            }
        }
        left
    }
}

/// Waits until all of it is finished, but not for ever; tells how much was not.
async fn unfinished(load: &TaskTracker, grace: Duration) -> usize {
    load.close();
    let finished = tokio::time::timeout(grace, load.wait()).await;
    finished.map_or(load.len(), |()| 0)
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.cut.cancel();
        for worker in &mut self.workers {
            worker.give = None;
        }
        for thread in self.workers.iter_mut().filter_map(|worker| worker.thread.take()) {
            if thread.join().is_err() {
                tracing::error!("a thread that answers ended badly");
            }
        }
    }
}

impl Worker {
    fn start(number: usize, grace: Duration, cut: CancellationToken) -> io::Result<Self> {
        let (give, given) = unbounded_channel();
        let (tell, ended) = oneshot::channel();
        let load = TaskTracker::new();
        let theirs = load.clone();
        let runtime = runtime()?;
        let own = events::own();
        let thread = std::thread::Builder::new()
            .name("instance-worker".to_owned())
            .spawn(move || {
                NUMBER.set(number);
                if let Some(own) = own {
                    events::belong(&own);
                }
                let left = runtime.block_on(work(given, &theirs, grace, &cut));
                drop(runtime);
                // Nobody listens to one that was cut.
                let _ = tell.send(left);
            })?;
        Ok(Self {
            give: Some(give),
            load,
            ended: Some(ended),
            thread: Some(thread),
        })
    }
}

/// What its blocking threads log belongs to the same instance.
fn runtime() -> io::Result<Runtime> {
    let mut builder = Builder::new_current_thread();
    builder.thread_name("instance-worker").enable_all();
    if let Some(own) = events::own() {
        builder.on_thread_start(move || events::belong(&own));
    }
    builder.build()
}

/// Does what it is given until no more comes, then has patience with what is left; tells how much of that was cut.
async fn work(
    mut given: UnboundedReceiver<Work>,
    load: &TaskTracker,
    grace: Duration,
    cut: &CancellationToken,
) -> usize {
    let all = async {
        while let Some(work) = given.recv().await {
            tokio::spawn(work);
        }
        unfinished(load, grace).await
    };
    cut.run_until_cancelled(all).await.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::future::pending;
    use tokio::sync::mpsc;

    fn two(grace: Duration) -> Workers {
        let mut workers = Workers::none(grace);
        for number in 1..=2 {
            let worker = Worker::start(number, grace, workers.cut.clone());
            workers.workers.push(worker.unwrap());
        }
        workers
    }

    const LONG: Duration = Duration::from_secs(600);

    #[tokio::test]
    async fn work_is_shared_out_and_stays_with_its_worker() {
        let workers = two(LONG);
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
        assert_eq!(workers.end().await, 0);
        drop(tell);
        let mut ended = 0;
        while told.recv().await.is_some() {
            ended += 1;
        }
        assert_eq!(ended, count);
    }

    #[tokio::test]
    async fn what_does_not_finish_in_time_is_cut_and_counted() {
        let workers = two(Duration::ZERO);
        workers.give(pending());
        assert_eq!(workers.end().await, 1);
    }

    #[tokio::test]
    async fn without_workers_everything_is_done_by_whoever_gives_it() {
        let workers = Workers::none(Duration::ZERO);
        let here = std::thread::current().id();
        let (tell, told) = oneshot::channel();
        workers.give(async move { tell.send(std::thread::current().id()).unwrap() });
        assert_eq!(told.await, Ok(here));
        workers.give(pending());
        assert_eq!(workers.end().await, 1);
    }

    #[tokio::test]
    async fn a_mistake_is_the_end_of_one_work_only() {
        let workers = two(LONG);
        for _ in 0..2 * workers.workers.len() {
            workers.give(async { panic!("a mistake, made on purpose") });
        }
        let (tell, told) = oneshot::channel();
        workers.give(async move { tell.send(number()).unwrap() });
        assert_ne!(told.await.unwrap(), 0);
        assert_eq!(workers.end().await, 0);
    }

    #[tokio::test]
    async fn dropped_they_let_go_of_everything_before_it_goes_on() {
        struct Held(std::sync::mpsc::Sender<()>);
        impl Drop for Held {
            fn drop(&mut self) {
                self.0.send(()).unwrap();
            }
        }
        let workers = two(LONG);
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
