//! What a hosted instance tells of itself while it runs: its log, refusals from its audit trail, and, while somebody
//! looks, every call. A bounded ring, for the console that hosts it, and files in its folder, for everybody else and
//! for the next morning.
//!
//! Telling never waits: where the ring is being read that very moment, the event is dropped and counted. Calls that
//! succeed cost one relaxed load unless somebody looks.

mod event;
mod files;
mod follower;

pub use event::{Event, Origin, Weight};
pub use follower::EventFollower;

use crate::model::Timestamp;
use files::Keeper;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tracing_appender::non_blocking::WorkerGuard;

/// Events that are kept.
const MOST: usize = 2_000;
/// Longest text that is kept, in bytes.
const LONGEST: usize = 600;

/// What was read of a ring, or of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What came since, oldest first.
    pub events: Vec<Event>,
    /// Events that came since and are gone already: the ring was full.
    pub overrun: u64,
    /// Events that were dropped in all because the ring was busy.
    pub dropped: u64,
    /// Where to go on.
    pub next: u64,
}

/// The events of one instance.
#[derive(Debug, Default)]
pub struct Events {
    ring: Mutex<Ring>,
    dropped: AtomicU64,
    readers: AtomicUsize,
}

#[derive(Debug, Default)]
struct Ring {
    events: VecDeque<Event>,
    next: u64,
    /// While it is hosted.
    keeper: Option<Keeper>,
}

impl Events {
    /// Tells something; never waits. Kept in the instance's folder too, unless it is for the curious only.
    pub fn tell(&self, weight: Weight, origin: Origin, text: impl Into<String>) {
        self.take(weight, origin, text.into(), weight < Weight::Debug);
    }

    /// Tells something that is worth nothing any more once nobody looks; never waits.
    pub fn show(&self, weight: Weight, origin: Origin, text: impl Into<String>) {
        self.take(weight, origin, text.into(), false);
    }

    fn take(&self, weight: Weight, origin: Origin, text: String, is_kept: bool) {
        // Only a reader, or another that tells, holds it, and each for a moment.
        let mut ring = match self.ring.try_lock() {
            Ok(ring) => ring,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
                return;
            }
        };
        let event = Event {
            number: ring.next,
            at: Timestamp::now(),
            weight,
            origin,
            text: shortened(text),
        };
        ring.next += 1;
        if ring.events.len() >= MOST {
            ring.events.pop_front();
        }
        if is_kept && let Some(keeper) = &mut ring.keeper {
            keeper.keep(&event);
        }
        ring.events.push_back(event);
    }

    /// Keeps what is told in the folder of the instance from now on, until the answer is dropped. A disk that cannot
    /// be written costs the lines and nothing else.
    pub(super) fn keep_in(self: &Arc<Self>, folder: &Path) -> Keeping {
        let (keeper, guard) = Keeper::begin(folder);
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).keeper = Some(keeper);
        Keeping {
            events: Arc::clone(self),
            _writes_out_when_dropped: guard,
        }
    }

    /// Whether somebody looks, so that calls which succeed are worth telling too.
    pub fn is_read(&self) -> bool {
        self.readers.load(Ordering::Relaxed) > 0
    }

    /// What came since `next`; 0 for everything that is kept.
    pub fn read(&self, next: u64) -> Reading {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let first = ring.next - ring.events.len() as u64;
        let skip = usize::try_from(next.saturating_sub(first)).unwrap_or(usize::MAX);
        Reading {
            events: ring.events.iter().skip(skip).cloned().collect(),
            // Whoever begins has missed nothing.
            overrun: if next == 0 { 0 } else { first.saturating_sub(next) },
            dropped: self.dropped.load(Ordering::Relaxed),
            next: ring.next,
        }
    }

    /// Looks until it is dropped.
    pub fn look(self: &Arc<Self>) -> Looking {
        self.readers.fetch_add(1, Ordering::Relaxed);
        Looking(Arc::clone(self))
    }
}

/// What is told is kept in files.
pub(super) struct Keeping {
    events: Arc<Events>,
    _writes_out_when_dropped: WorkerGuard,
}

impl Drop for Keeping {
    fn drop(&mut self) {
        let mut ring = self.events.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.keeper = None;
    }
}

/// Somebody looks.
#[derive(Debug)]
pub struct Looking(Arc<Events>);

impl Looking {
    /// What is looked at.
    pub fn events(&self) -> &Events {
        &self.0
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.readers.fetch_sub(1, Ordering::Relaxed);
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST)
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

thread_local! {
    /// Whose work this thread does: threads of a host serve one instance only.
    static OWN: RefCell<Option<Arc<Events>>> = const { RefCell::new(None) };
}

/// The events of the instance whose work this thread does, if it does any.
pub(super) fn own() -> Option<Arc<Events>> {
    // A thread that is ending has none any more.
    OWN.try_with(|own| own.borrow().clone()).ok().flatten()
}

/// From now on, what this thread logs is told to these events.
pub(super) fn belong(events: &Arc<Events>) {
    OWN.with(|own| *own.borrow_mut() = Some(Arc::clone(events)));
}

/// Takes what threads of hosted instances log to the events of their instance. Other threads cost one look at a
/// variable of their own.
pub struct EventLayer;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for EventLayer {
    fn on_event(&self, event: &tracing::Event<'_>, _context: tracing_subscriber::layer::Context<'_, S>) {
        let Some(own) = own() else {
            return;
        };
        let weight = match *event.metadata().level() {
            tracing::Level::ERROR => Weight::Error,
            tracing::Level::WARN => Weight::Warn,
            tracing::Level::INFO => Weight::Info,
            _ => Weight::Debug,
        };
        let mut words = Words::default();
        event.record(&mut words);
        own.tell(weight, Origin::Log, words.into_text());
    }
}

/// The message of an event and its fields, as one line.
#[derive(Default)]
struct Words {
    message: String,
    fields: String,
}

impl Words {
    fn into_text(self) -> String {
        format!("{}{}", self.message, self.fields)
    }
}

impl tracing::field::Visit for Words {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        use fmt::Write;
        // Writing to memory does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, "  {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn what_does_not_fit_any_more_is_counted() {
        let events = Arc::new(Events::default());
        events.tell(Weight::Info, Origin::Log, "first");
        let begun = events.read(0);
        assert_eq!((begun.events.len(), begun.overrun, begun.next), (1, 0, 1));
        for number in 0..MOST + 5 {
            events.tell(Weight::Debug, Origin::Log, number.to_string());
        }
        let reading = events.read(begun.next);
        assert_eq!(reading.events.len(), MOST);
        assert_eq!(reading.overrun, 5);
        let numbers: Vec<u64> = reading.events.iter().map(|event| event.number).collect();
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
        assert!(events.read(reading.next).events.is_empty());
    }

    #[test]
    fn telling_never_waits_for_a_reader_and_what_is_lost_by_that_is_counted() {
        let events = Arc::new(Events::default());
        let held = events.ring.lock().unwrap();
        events.tell(Weight::Error, Origin::Audit, "refused");
        drop(held);
        let reading = events.read(0);
        assert_eq!((reading.events.len(), reading.dropped), (0, 1));
    }

    #[test]
    fn what_a_thread_logs_goes_to_its_own_instance_alone() {
        let (alpha, beta) = (Arc::new(Events::default()), Arc::new(Events::default()));
        let subscriber = tracing_subscriber::registry().with(EventLayer);
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!("nobody's");
            belong(&alpha);
            tracing::warn!(peer = "10.0.0.1", "a connection ended badly");
            OWN.with(|own| *own.borrow_mut() = None);
        });
        let told = alpha.read(0).events;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].weight, Weight::Warn);
        assert_eq!(told[0].text, "a connection ended badly  peer=10.0.0.1");
        assert!(beta.read(0).events.is_empty());
    }

    #[test]
    fn texts_of_strangers_are_bounded() {
        let events = Events::default();
        events.tell(Weight::Warn, Origin::Audit, "ü".repeat(10_000));
        assert!(events.read(0).events[0].text.len() <= LONGEST + '…'.len_utf8());
    }

    #[test]
    fn somebody_looks_until_they_let_go() {
        let events = Arc::new(Events::default());
        assert!(!events.is_read());
        let looking = events.look();
        assert!(events.is_read() && looking.events().is_read());
        drop(looking);
        assert!(!events.is_read());
    }
}
