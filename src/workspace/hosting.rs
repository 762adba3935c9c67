//! The instances that this process hosts in the background.

use super::Failure;
use crate::instance::{Events, Host, InstanceError};
use crate::model::InstanceName;
use crate::protocol::Code;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The hosts of this process, by the instance's name.
#[derive(Default)]
pub(super) struct Hosts {
    slots: Mutex<HashMap<InstanceName, Slot>>,
    /// What each told since this process first hosted it; a restart goes on in the same ring.
    events: Mutex<HashMap<InstanceName, Arc<Events>>>,
}

enum Slot {
    Changing,
    Running(Box<Host>),
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
        self.claim(name)?;
        let events = self.events(name);
        let (hosts, name) = (Arc::clone(self), name.clone());
        let started = tokio::spawn(async move {
            let started = Host::start_telling(folder, None, events).await;
            let mut slots = hosts.slots();
            match started {
                Ok(host) => {
                    slots.insert(name, Slot::Running(Box::new(host)));
                    Ok(())
                }
                Err(error) => {
                    slots.remove(&name);
                    Err(error)
                }
            }
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
        let (hosts, name) = (Arc::clone(self), name.clone());
        let stopped = tokio::spawn(async move {
            let stopped = host.stop().await;
            hosts.slots().remove(&name);
            stopped
        });
        finished(stopped.await)?;
        Ok(true)
    }

    pub(super) async fn stop_all(self: &Arc<Self>) {
        let names: Vec<_> = self.slots().keys().cloned().collect();
        let stops = names.iter().map(|name| self.stop(name));
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

    fn claim(&self, name: &InstanceName) -> Result<(), Failure> {
        let mut slots = self.slots();
        if slots.contains_key(name) {
            return Err(busy(name));
        }
        slots.insert(name.clone(), Slot::Changing);
        Ok(())
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
