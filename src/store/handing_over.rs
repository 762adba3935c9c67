//! Outcomes that a storage thread hands over to whoever waits for them.
//!
//! Many callers share one commit, and most of them wait on the same few threads. To wake each of them by itself takes a
//! call of the system and interrupts the thread for one outcome at a time; here a thread that takes in outcomes gets
//! all of its own at once, and wakes its callers by itself. Knows nothing of what is stored. Depends on nothing here.

use std::cell::RefCell;
use std::future::Future;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Tells one caller how its order ended.
pub(super) type Telling = Box<dyn FnOnce() + Send>;

/// A thread that takes in outcomes.
type Door = UnboundedSender<Vec<Telling>>;

thread_local! {
    static DOOR: RefCell<Option<Door>> = const { RefCell::new(None) };
}

/// From here on the outcomes of what is ordered on this thread come to it together, and whoever waits for one is told
/// by this future. It is for a runtime that has this thread only, and has to be polled there until the thread ends.
pub fn take_in() -> impl Future<Output = ()> + Send {
    let (give, mut given) = unbounded_channel::<Vec<Telling>>();
    DOOR.set(Some(give));
    async move {
        while let Some(tellings) = given.recv().await {
            for tell in tellings {
                tell();
            }
        }
    }
}

/// The thread on which something is ordered, if it takes in outcomes.
#[derive(Clone)]
pub(super) struct Orderer(Option<Door>);

impl Orderer {
    /// The present thread.
    pub(super) fn here() -> Self {
        Self(DOOR.with_borrow(Clone::clone))
    }
}

/// Outcomes on their way, by the thread that they go to. They are handed over when it is dropped.
#[derive(Default)]
pub(super) struct Round {
    parcels: Vec<(Door, Vec<Telling>)>,
}

impl Round {
    /// One more. Whoever ordered it on a thread that takes in nothing is told at once.
    pub(super) fn add(&mut self, orderer: Orderer, tell: Telling) {
        let Orderer(Some(door)) = orderer else {
            return tell();
        };
        match self
            .parcels
            .iter_mut()
            .find(|(known, _)| known.same_channel(&door))
        {
            Some((_, tellings)) => tellings.push(tell),
            None => self.parcels.push((door, vec![tell])),
        }
    }
}

impl Drop for Round {
    fn drop(&mut self) {
        for (door, tellings) in self.parcels.drain(..) {
            // The thread has ended: whoever still waits does so elsewhere.
            if let Err(returned) = door.send(tellings) {
                returned.0.into_iter().for_each(|tell| tell());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use std::thread::{self, ThreadId};
    use tokio::sync::oneshot;

    /// On which threads callers were told.
    type Told = Arc<Mutex<Vec<ThreadId>>>;

    fn telling(told: &Told) -> Telling {
        let told = Arc::clone(told);
        Box::new(move || told.lock().unwrap().push(thread::current().id()))
    }

    /// A thread that takes in outcomes until it is told to end, and what orders on it.
    fn taking_in() -> (thread::JoinHandle<ThreadId>, oneshot::Sender<()>, Orderer) {
        let (end, ended) = oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async move {
                tokio::spawn(take_in());
                tell.send(Orderer::here()).unwrap();
                ended.await.unwrap();
            });
            thread::current().id()
        });
        (thread, end, told.recv().unwrap())
    }

    #[test]
    fn a_thread_that_takes_in_outcomes_tells_its_callers_itself_and_gets_them_together() {
        let (thread, end, orderer) = taking_in();
        let told = Told::default();
        let mut round = Round::default();
        for _ in 0..3 {
            round.add(orderer.clone(), telling(&told));
        }
        assert_eq!(round.parcels.len(), 1);
        assert_eq!(told.lock().unwrap().len(), 0, "nobody hears before the others");
        let after = Arc::clone(&told);
        let (tell, heard) = std::sync::mpsc::channel();
        round.add(
            orderer.clone(),
            Box::new(move || tell.send(after.lock().unwrap().clone()).unwrap()),
        );
        drop(round);
        let told = heard.recv().unwrap();
        end.send(()).unwrap();
        let there = thread.join().unwrap();
        assert_eq!(told, [there; 3]);
    }

    #[test]
    fn elsewhere_callers_are_told_at_once_also_where_the_thread_has_ended() {
        let told = Told::default();
        let mut round = Round::default();
        round.add(Orderer::here(), telling(&told));
        assert_eq!(told.lock().unwrap().len(), 1);
        let (thread, end, orderer) = taking_in();
        end.send(()).unwrap();
        thread.join().unwrap();
        round.add(orderer, telling(&told));
        drop(round);
        assert_eq!(*told.lock().unwrap(), [thread::current().id(); 2]);
    }
}
