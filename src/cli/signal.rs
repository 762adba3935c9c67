//! Waiting until somebody wants the program to end.

use crate::protocol::Code;
use crate::workspace::{Failure, StopSign};
use std::future::Future;
use std::io;

/// Waits for work that can be stopped, and shows it the sign when somebody wants the program to end.
pub fn until_signal<T>(
    stop: &StopSign,
    work: impl Future<Output = Result<T, Failure>>,
) -> impl Future<Output = Result<T, Failure>> {
    // Boxed before it is waited for: an `async` function has room twice for a future that it is given.
    let mut work = Box::pin(work);
    async move {
        let mut signal = EndSignal::listen()?;
        tokio::select! {
            ended = &mut work => return ended,
            () = signal.wait() => stop.show(),
        }
        work.await
    }
}

/// Listens for SIGINT, SIGTERM and SIGHUP (or Ctrl-C) from now on.
pub struct EndSignal {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
}

impl EndSignal {
    /// From this moment on no such signal ends the process by itself.
    pub fn listen() -> Result<Self, Failure> {
        Self::try_listen().map_err(|error| {
            Failure::new(
                Code::Internal,
                format!("signals cannot be listened for: {error}"),
                "try again; the system may be short of resources",
            )
        })
    }

    #[cfg(unix)]
    fn try_listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            signals: [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
                signal(SignalKind::hangup())?,
            ],
        })
    }

    #[cfg(not(unix))]
    fn try_listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Until one comes.
    #[cfg(unix)]
    pub async fn wait(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }

    /// Until one comes.
    #[cfg(not(unix))]
    pub async fn wait(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
