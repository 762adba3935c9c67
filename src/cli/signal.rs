//! Waiting until somebody wants the program to end.

use super::outcome::tell;
use crate::protocol::{Code, ExitClass};
use crate::workspace::{Failure, StopSign};
use std::future::Future;
use std::io;
use std::path::Path;

/// Waits for work that can be stopped, and shows it the sign when somebody wants the program to end. Whoever wants that
/// twice does not wait for what is cleaned up.
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
        tokio::select! {
            ended = work => ended,
            () = signal.wait() => {
                tell(&Failure::new(
                    Code::OutcomeUnknown,
                    "ended at once, as was asked twice: what was begun may not be cleaned up",
                    "`butterfly doctor` names what was left lying; an import is ended by the instance itself after ten minutes",
                ));
                std::process::exit(ExitClass::Failed as i32)
            }
        }
    }
}

/// Listens for whoever wants an export to end while its file is written. What goes to stdout leaves nothing behind, and a
/// signal ends it as it ends any program.
pub struct ExportSignal(Option<EndSignal>);

impl ExportSignal {
    /// Listens from now on, which is before the file is begun.
    pub fn listen(target: &Path) -> Result<Self, Failure> {
        let is_file = target.as_os_str() != "-";
        Ok(Self(is_file.then(EndSignal::listen).transpose()?))
    }

    /// Waits for the work, and lets go of it when somebody wants the program to end: then nothing of a file stays.
    pub async fn unless_shown<T>(
        self,
        target: &Path,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let Some(mut signal) = self.0 else {
            return work.await;
        };
        tokio::select! {
            ended = work => ended,
            () = signal.wait() => Err(StopSign::unwritten(target)),
        }
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
