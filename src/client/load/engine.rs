//! Makes the calls: so many workers take what is due next, wait for its moment, call, and record.
//!
//! Nobody who calls waits for who looks: workers record into a few lanes, which are emptied at a steady pace.

use super::figures::{Figures, Stage};
use super::plan::{Pace, Plan};
use super::{Recorder, Schedule, Timeline};
use crate::protocol::PhaseName;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// How often figures are made.
const PACE: Duration = Duration::from_millis(200);
/// A call that begins so much later than it was due is late: timers are no more exact than a millisecond.
const LATE: Duration = Duration::from_millis(5);
/// Recorders side by side.
const LANES: usize = 8;
/// Calls behind schedule are not counted further than this.
const MOST_BEHIND: u64 = 1_000_000;

/// What somebody wants of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Wish {
    Go,
    Pause,
    Stop,
}

/// What makes a call.
pub trait Transport: Send + Sync + 'static {
    /// Makes the call of this number; with a trace, if that is wanted. Never fails: what went wrong is an answer.
    fn send(&self, sequence: u64, traced: bool) -> impl Future<Output = Sent> + Send;
}

/// What became of a call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sent {
    /// The code of an error or failure.
    pub code: Option<String>,
    /// The caller's own phases, with their microseconds.
    pub phases: Vec<(PhaseName, u64)>,
    /// Who took the time, if it was traced.
    pub shares: Vec<(String, u64)>,
}

/// A call to make.
struct Turn {
    sequence: u64,
    /// When it is due under an open load.
    due: Option<Duration>,
}

/// What is to be done next.
struct Queue {
    schedule: Option<Schedule>,
    end: Option<Duration>,
    warm_up: Duration,
    is_warm: bool,
    left: Option<u64>,
    sequence: u64,
}

impl Queue {
    /// What the warm-up could not begin is left out when it ends: made up for later, it would take the time of calls
    /// that are counted, and be counted nowhere.
    fn leave_warm_up(&mut self, active: Duration) {
        if self.is_warm || active < self.warm_up {
            return;
        }
        self.is_warm = true;
        if let Some(schedule) = &mut self.schedule {
            schedule.skip_until(self.warm_up);
        }
    }

    fn take(&mut self, active: Duration) -> Option<Turn> {
        self.leave_warm_up(active);
        if self.left == Some(0) {
            return None;
        }
        let due = match &mut self.schedule {
            Some(schedule) => schedule.next(),
            None => None,
        };
        let at = due.unwrap_or(active);
        if self.end.is_some_and(|end| at >= end) {
            self.left = Some(0);
            return None;
        }
        if at >= self.warm_up
            && let Some(left) = &mut self.left
        {
            *left -= 1;
        }
        self.sequence += 1;
        Some(Turn {
            sequence: self.sequence - 1,
            due,
        })
    }

    /// How many are due by now and taken by nobody.
    fn behind(&mut self, active: Duration) -> u64 {
        self.leave_warm_up(active);
        let most = self.left.unwrap_or(MOST_BEHIND).min(MOST_BEHIND);
        let until = self.end.map_or(active, |end| {
            active.min(end.saturating_sub(Duration::from_nanos(1)))
        });
        let schedule = self.schedule.as_ref();
        schedule.map_or(0, |schedule| schedule.due_by(until, most))
    }
}

/// What all workers share.
struct Shared<T> {
    plan: Plan,
    transport: Arc<T>,
    queue: Mutex<Queue>,
    lanes: Vec<Mutex<Recorder>>,
    in_flight: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a load until its end or until it is stopped. What is known so far goes to `progress` at a steady pace, and at
/// the end is returned.
pub async fn run<T: Transport>(
    plan: Plan,
    transport: Arc<T>,
    mut wishes: watch::Receiver<Wish>,
    progress: watch::Sender<Figures>,
) -> Figures {
    let schedule = match plan.pace {
        Pace::Open { rate, arrivals } => Some(Schedule::new(rate, arrivals)),
        Pace::Closed { .. } => None,
    };
    let shared = Arc::new(Shared {
        plan,
        transport,
        queue: Mutex::new(Queue {
            schedule,
            end: plan.end(),
            warm_up: plan.warm_up,
            is_warm: false,
            left: plan.count,
            sequence: 0,
        }),
        lanes: (0..LANES.min(plan.workers())).map(|_| Mutex::default()).collect(),
        in_flight: AtomicU64::new(0),
    });
    let (timeline, _) = watch::channel(Timeline::begin(Instant::now()));
    let mut workers = JoinSet::new();
    for number in 0..plan.workers() {
        workers.spawn(work(Arc::clone(&shared), number, timeline.subscribe()));
    }
    let mut desk = Desk {
        total: Recorder::default(),
        figures: Figures::nothing(&plan, PACE),
    };
    let mut looks = interval(PACE);
    looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut heeding = true;
    loop {
        tokio::select! {
            biased;
            changed = wishes.changed(), if heeding => {
                // Whoever could stop it is gone: nobody waits for it any more.
                let wish = changed.map_or(Wish::Stop, |()| *wishes.borrow_and_update());
                heeding = wish != Wish::Stop;
                // Up to here it ran as it did before.
                desk.look(&shared, &timeline.borrow().clone());
                timeline.send_modify(|timeline| heed(timeline, wish));
            }
            _ = looks.tick() => {}
            ended = workers.join_next() => if ended.is_none() { break },
        }
        let now = *timeline.borrow();
        if desk.is_due(&now) {
            desk.look(&shared, &now);
            progress.send_replace(desk.figures.clone());
        }
    }
    let ended = *timeline.borrow();
    desk.look(&shared, &ended);
    desk.finish(&shared, &ended);
    progress.send_replace(desk.figures.clone());
    desk.figures
}

fn heed(timeline: &mut Timeline, wish: Wish) {
    let now = Instant::now();
    match wish {
        Wish::Go => timeline.resume(now),
        Wish::Pause => timeline.pause(now),
        Wish::Stop => timeline.stopped = true,
    }
}

/// Where what the workers record comes together.
struct Desk {
    total: Recorder,
    figures: Figures,
}

impl Desk {
    /// Workers end one after the other: not each of them makes figures.
    fn is_due(&self, timeline: &Timeline) -> bool {
        let stage = self.figures.stage;
        timeline.is_paused() != (stage == Stage::Paused)
            || self.figures.elapsed_us + PACE.as_micros() as u64 / 2 < active_us(timeline)
    }

    fn look<T>(&mut self, shared: &Shared<T>, timeline: &Timeline) {
        let active = timeline.active(Instant::now());
        let mut recorded = Recorder::default();
        for lane in &shared.lanes {
            let taken = std::mem::take(&mut *lock(lane));
            recorded.merge(&taken);
        }
        let measured = active.saturating_sub(shared.plan.warm_up);
        let ended = shared
            .plan
            .duration
            .map_or(measured, |duration| measured.min(duration));
        let elapsed_us = u64::try_from(ended.as_micros()).unwrap_or(u64::MAX);
        self.total.merge(&recorded);
        self.figures.elapsed_us = elapsed_us;
        self.figures.take(&self.total);
        if elapsed_us > 0 {
            self.figures.windows.add(elapsed_us, &recorded);
        }
        self.figures.behind = lock(&shared.queue).behind(active);
        self.figures.in_flight = shared.in_flight.load(Ordering::Relaxed);
        self.figures.stage = match () {
            () if timeline.is_paused() => Stage::Paused,
            () if active < shared.plan.warm_up => Stage::WarmUp,
            () => Stage::Running,
        };
    }

    fn finish<T>(&mut self, shared: &Shared<T>, timeline: &Timeline) {
        self.figures.not_started += self.figures.behind;
        self.figures.behind = 0;
        self.figures.in_flight = 0;
        self.figures.stage = if timeline.stopped {
            Stage::Stopped
        } else {
            Stage::Finished
        };
        // A run of so many calls lasted until the last one ended; one of so long, as long as it was meant to.
        if let (Some(duration), false) = (shared.plan.duration, timeline.stopped)
            && shared.plan.count.is_none()
        {
            self.figures.elapsed_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        }
    }
}

fn active_us(timeline: &Timeline) -> u64 {
    u64::try_from(timeline.active(Instant::now()).as_micros()).unwrap_or(u64::MAX)
}

async fn work<T: Transport>(shared: Arc<Shared<T>>, number: usize, mut timeline: watch::Receiver<Timeline>) {
    let lane = &shared.lanes[number % shared.lanes.len()];
    let end = shared.plan.end();
    loop {
        let active = timeline.borrow().active(Instant::now());
        let Some(turn) = lock(&shared.queue).take(active) else {
            return;
        };
        let went_on = wait_for(turn.due, &mut timeline).await;
        let active = timeline.borrow().active(Instant::now());
        let due = turn.due.unwrap_or(active);
        if !went_on || end.is_some_and(|end| active >= end) {
            // Due, and nobody was free to begin it.
            let counted = shared.plan.warm_up..=active;
            lock(lane).not_started += u64::from(turn.due.is_some_and(|due| counted.contains(&due)));
            if went_on {
                continue;
            }
            return;
        }
        let counts = due >= shared.plan.warm_up;
        let began = Instant::now();
        let traced = shared.plan.traces(turn.sequence);
        shared.in_flight.fetch_add(1, Ordering::Relaxed);
        let sent = tokio::select! {
            sent = shared.transport.send(turn.sequence, traced) => Some(sent),
            () = stopped(&mut timeline) => None,
        };
        shared.in_flight.fetch_sub(1, Ordering::Relaxed);
        let mut recorder = lock(lane);
        let Some(sent) = sent else {
            recorder.unfinished += 1;
            return;
        };
        if counts {
            note(&mut recorder, active.saturating_sub(due), began.elapsed(), &sent);
        }
    }
}

fn note(recorder: &mut Recorder, lag: Duration, service: Duration, sent: &Sent) {
    recorder.late += u64::from(lag > LATE);
    recorder.record(lag, service, sent.code.as_deref());
    for (phase, micros) in &sent.phases {
        recorder.add_phase(*phase, *micros, 1);
    }
    recorder.traced += u64::from(!sent.shares.is_empty());
    for (place, micros) in &sent.shares {
        recorder.add_share(place, *micros);
    }
}

/// Waits until a call is due and the run is not paused. False if it was stopped meanwhile.
async fn wait_for(due: Option<Duration>, timeline: &mut watch::Receiver<Timeline>) -> bool {
    loop {
        let now = *timeline.borrow_and_update();
        if now.stopped {
            return false;
        }
        if now.is_paused() {
            if timeline.changed().await.is_err() {
                return false;
            }
            continue;
        }
        let Some(due) = due.filter(|due| now.active(Instant::now()) < *due) else {
            return true;
        };
        tokio::select! {
            () = sleep_until(now.instant_of(due)) => {}
            changed = timeline.changed() => if changed.is_err() { return false },
        }
    }
}

async fn stopped(timeline: &mut watch::Receiver<Timeline>) {
    // Who says so is there as long as there are workers.
    let _ = timeline.wait_for(|timeline| timeline.stopped).await;
}
