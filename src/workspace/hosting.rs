//! The instances that this process hosts in the background.

use super::Failure;
use crate::instance::{Events, Host, InstanceError};
use crate::model::InstanceName;
use crate::protocol::Code;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The hosts of this process, by the instance's name.
#[derive(Default)]
pub(super) struct Hosts {
    slots: Mutex<HashMap<InstanceName, Slot>>,
    /// What each told since this process first hosted it; a restart goes on in the same ring.
    events: Mutex<HashMap<InstanceName, Arc<Events>>>,
    /// Told whenever one was started or stopped, or could not be.
    changed: Notify,
}

enum Slot {
    Changing,
    Running(Box<Host>),
}

/// An instance that is being started or stopped; however that ends, it is so no longer when this is dropped.
struct Turn {
    hosts: Arc<Hosts>,
    name: InstanceName,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut slots = self.hosts.slots();
        if matches!(slots.get(&self.name), Some(Slot::Changing)) {
            slots.remove(&self.name);
        }
        drop(slots);
        self.hosts.changed.notify_waiters();
    }
}

/// How this process hosts an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hosting {
    No,
    Changing,
    Running,
}

impl Hosts {
    pub(super) fn of(&self, name: &InstanceName) -> Hosting {
        let mut slots = self.slots();
        let ended = match slots.get(name) {
            None => return Hosting::No,
            Some(Slot::Changing) => return Hosting::Changing,
            Some(Slot::Running(host)) => *host.ended().borrow(),
        };
        if ended {
            slots.remove(name);
            return Hosting::No;
        }
        Hosting::Running
    }

    /// Starts hosting; goes on to the end even if nobody waits for it any more.
    pub(super) async fn start(self: &Arc<Self>, name: &InstanceName, folder: PathBuf) -> Result<(), Failure> {
        let turn = self.claim(name)?;
        let events = self.events(name);
        let started = tokio::spawn(async move {
            let host = Host::start_telling(folder, None, events).await?;
            let running = Slot::Running(Box::new(host));
            turn.hosts.slots().insert(turn.name.clone(), running);
            Ok(())
        });
        finished(started.await)
    }

    /// Stops hosting; false if this process does not host it.
    pub(super) async fn stop(self: &Arc<Self>, name: &InstanceName) -> Result<bool, Failure> {
        let host = {
            let mut slots = self.slots();
            match slots.remove(name) {
                None => return Ok(false),
                Some(Slot::Changing) => {
                    slots.insert(name.clone(), Slot::Changing);
                    return Err(busy(name));
                }
                Some(Slot::Running(host)) => {
                    slots.insert(name.clone(), Slot::Changing);
                    host
                }
            }
        };
        let turn = self.turn(name);
        let stopped = tokio::spawn(async move {
            let stopped = host.stop().await;
            drop(turn);
            stopped
        });
        finished(stopped.await)?;
        Ok(true)
    }

    /// Stops everything that this process hosts; what is being started or stopped right now is waited for first.
    pub(super) async fn stop_all(self: &Arc<Self>) {
        let names: Vec<_> = self.slots().keys().cloned().collect();
        let stops = names.iter().map(|name| async move {
            self.settled(name).await;
            self.stop(name).await
        });
        for failure in futures::future::join_all(stops)
            .await
            .into_iter()
            .filter_map(Result::err)
        {
            tracing::warn!(%failure, "an instance did not stop cleanly");
        }
    }

    /// What the instance of this name tells.
    pub(super) fn events(&self, name: &InstanceName) -> Arc<Events> {
        let mut all = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(name.clone()).or_default())
    }

    /// Waits until it is neither being started nor being stopped.
    async fn settled(&self, name: &InstanceName) {
        loop {
            // Made before looking, so that nothing that happens after the look is missed.
            let changed = self.changed.notified();
            if !matches!(self.slots().get(name), Some(Slot::Changing)) {
                return;
            }
            changed.await;
        }
    }

    fn claim(self: &Arc<Self>, name: &InstanceName) -> Result<Turn, Failure> {
        let mut slots = self.slots();
        if slots.contains_key(name) {
            return Err(busy(name));
        }
        slots.insert(name.clone(), Slot::Changing);
        Ok(self.turn(name))
    }

    fn turn(self: &Arc<Self>, name: &InstanceName) -> Turn {
        Turn {
            hosts: Arc::clone(self),
            name: name.clone(),
        }
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<InstanceName, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn busy(name: &InstanceName) -> Failure {
    Failure::new(
        Code::AlreadyHosted,
        "the instance is being started or stopped right now",
        "wait a moment and look again",
    )
    .on(name.as_str())
}

fn finished(outcome: Result<Result<(), InstanceError>, tokio::task::JoinError>) -> Result<(), Failure> {
    match outcome {
        Ok(outcome) => Ok(outcome?),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Failure::new(
                Code::Internal,
                "the program is ending",
                "start it again",
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stopping_everything_waits_for_what_is_being_started_or_stopped() {
        let hosts = Arc::new(Hosts::default());
        let name = InstanceName::parse("alpha").unwrap();
        let turn = hosts.claim(&name).expect("nobody hosts it");
        let mut all = Box::pin(hosts.stop_all());
        assert!(futures::poll!(all.as_mut()).is_pending(), "it is not stopped yet");
        assert_eq!(hosts.of(&name), Hosting::Changing);
        drop(turn);
        all.await;
        assert_eq!(hosts.of(&name), Hosting::No);
    }
}
