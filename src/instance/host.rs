//! Hosting in the background: an instance on a runtime of its own, so that load on it never costs the console a frame.

use super::events::{self, Events, Origin, Weight};
use super::legacy_stand_in::LegacyStandIn;
use super::settings::Settings;
use super::{Instance, InstanceError, workers};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

/// A hosted instance. Dropping it stops the instance and waits for what was accepted.
pub struct Host {
    settings: Settings,
    ended: watch::Receiver<bool>,
    drain: CancellationToken,
    stop: CancellationToken,
    thread: Option<JoinHandle<Result<(), InstanceError>>>,
}

impl Host {
    /// Opens the instance in `folder` on a thread and runtime of its own; ready when it listens.
    pub async fn start(folder: PathBuf, stand_in: Option<LegacyStandIn>) -> Result<Self, InstanceError> {
        Self::start_telling(folder, stand_in, Arc::default()).await
    }

    /// The same; what it tells while it runs goes to these events.
    pub async fn start_telling(
        folder: PathBuf,
        stand_in: Option<LegacyStandIn>,
        events: Arc<Events>,
    ) -> Result<Self, InstanceError> {
        let (drain, stop) = (CancellationToken::new(), CancellationToken::new());
        let (listening, listens) = oneshot::channel();
        let (ends, ended) = watch::channel(false);
        let hosting = Hosting {
            folder: folder.clone(),
            stand_in,
            drain: drain.clone(),
            stop: stop.clone(),
            listening,
            events,
        };
        let thread = std::thread::Builder::new()
            .name("instance".to_owned())
            .spawn(move || {
                let outcome = hosting.run();
                ends.send_replace(true);
                outcome
            })
            .map_err(InstanceError::NoThread)?;
        let mut host = Self {
            settings: match listens.await {
                Ok(settings) => settings,
                // It ended before it listened: its outcome says why.
                Err(_) => return Err(failure(&folder, thread)),
            },
            ended,
            drain,
            stop,
            thread: None,
        };
        host.thread = Some(thread);
        Ok(host)
    }

    /// Its settings, with the port that it really listens on.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Turns true when the instance ended, whoever ended it.
    pub fn ended(&self) -> watch::Receiver<bool> {
        self.ended.clone()
    }

    /// Says from now on that it is not ready for calls, and answers them all the same: whatever shares calls out among
    /// several instances sends it no more of them before it stops.
    pub fn drain(&self) {
        self.drain.cancel();
    }

    /// Stops gracefully: nothing acknowledged is lost.
    pub async fn stop(mut self) -> Result<(), InstanceError> {
        self.stop.cancel();
        // An error means that the thread is gone, which is what is waited for.
        let _ = self.ended.wait_for(|ended| *ended).await;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(outcome)) => outcome,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop.cancel();
        let Some(thread) = self.thread.take() else {
            return;
        };
        if let Ok(Err(error)) = thread.join() {
            tracing::error!(%error, "a hosted instance ended badly");
        }
    }
}

/// What the thread of a hosted instance works with.
struct Hosting {
    folder: PathBuf,
    stand_in: Option<LegacyStandIn>,
    drain: CancellationToken,
    stop: CancellationToken,
    listening: oneshot::Sender<Settings>,
    events: Arc<Events>,
}

impl Hosting {
    fn run(self) -> Result<(), InstanceError> {
        events::belong(&self.events);
        let _kept_until_it_ends = self.events.keep_in(&self.folder);
        // For accepting and for what is done now and then; its workers answer.
        let runtime = workers::runtime().map_err(InstanceError::NoThread)?;
        runtime.block_on(self.host())
    }

    async fn host(self) -> Result<(), InstanceError> {
        let instance = Instance::open(&self.folder, self.stand_in).await?;
        let listener = match instance.bind().await {
            Ok(listener) => listener,
            Err(error) => {
                self.events
                    .tell(Weight::Error, Origin::Log, format!("did not start: {error}"));
                instance.close().await;
                return Err(error);
            }
        };
        let mut settings = instance.settings().clone();
        if let Ok(address) = listener.local_addr() {
            settings.listen = address;
        }
        let say = |text: String| self.events.tell(Weight::Info, Origin::Log, text);
        say(format!("listening on {}", settings.listen));
        if let Some(doubts) = Instance::tls_doubts(&settings) {
            self.events.tell(Weight::Warn, Origin::Log, doubts);
        }
        let draining = Arc::clone(&instance);
        let drain = self.drain.clone();
        tokio::spawn(async move {
            drain.cancelled().await;
            draining.begin_stopping();
        });
        let outcome = match self.listening.send(settings) {
            Ok(()) => instance.serve(listener, self.stop).await,
            // Nobody waits for it any more.
            Err(_) => Ok(()),
        };
        instance.close().await;
        match (&outcome, instance.cut()) {
            (Ok(()), 0) => say("stopped; what was accepted is finished".to_owned()),
            (Ok(()), cut) => self.events.tell(
                Weight::Warn,
                Origin::Log,
                format!(
                    "stopped; connections that were cut because they did not end in time: {cut}; calls among them are in \
                     the audit trail (instance_stopped)"
                ),
            ),
            (Err(error), _) => {
                self.events
                    .tell(Weight::Error, Origin::Log, format!("ended by itself: {error}"));
            }
        }
        outcome
    }
}

/// Why a thread ended before its instance listened.
fn failure(folder: &Path, thread: JoinHandle<Result<(), InstanceError>>) -> InstanceError {
    match thread.join() {
        Ok(Err(error)) => error,
        Ok(Ok(())) => InstanceError::File {
            path: folder.to_owned(),
            reason: "the instance ended before it listened".to_owned(),
            remedy: "look at its log: `butterfly instance log NAME`",
        },
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
