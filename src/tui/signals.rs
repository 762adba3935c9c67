//! What the system tells the console: to end, to stop, that the terminal has another size.

use super::message::Message;
#[cfg(unix)]
use crate::command::Key;
use std::io;
#[cfg(unix)]
use std::time::{Duration, Instant};

/// An interrupt that was meant for whoever had the terminal may be told a moment after they gave it back. At our own
/// keyboard none is made.
#[cfg(unix)]
const LATE: Duration = Duration::from_secs(2);

/// What a signal means while somebody else has the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "there are no such signals elsewhere"))]
pub enum Aside {
    /// To end.
    End,
    /// To go into the background, with whoever has the terminal.
    Stop,
}

/// Being told to end from outside.
#[cfg(unix)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    resized: tokio::signal::unix::Signal,
    came_back: Option<Instant>,
}

#[cfg(unix)]
impl Signals {
    /// From now on none of them ends the process by itself.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(SIGTSTP))?,
            // The event stream may miss the last of several resizes that come at once.
            resized: signal(SignalKind::window_change())?,
            came_back: None,
        })
    }

    /// What the next one means.
    pub async fn next(&mut self) -> Message {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return Message::Terminate,
                _ = self.interrupt.recv() => {
                    if self.came_back.is_none_or(|at| at.elapsed() > LATE) {
                        return Message::Terminate;
                    }
                }
                _ = self.hang_up.recv() => return Message::Terminate,
                _ = self.stop.recv() => return Message::Key(Key::ctrl('z')),
                _ = self.resized.recv() => {
                    let (width, height) = crossterm::terminal::size().unwrap_or((80, 24));
                    return Message::Resize(width, height);
                }
            }
        }
    }

    /// Nobody else has the terminal any more.
    pub fn came_back(&mut self) {
        self.came_back = Some(Instant::now());
    }

    /// What the next one means while somebody else has the terminal: an interrupt is theirs.
    pub async fn next_aside(&mut self) -> Aside {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return Aside::End,
                _ = self.hang_up.recv() => return Aside::End,
                _ = self.stop.recv() => return Aside::Stop,
                _ = self.interrupt.recv() => {}
                _ = self.resized.recv() => {}
            }
        }
    }
}

/// The number of SIGTSTP, which is not the same everywhere.
#[cfg(all(unix, any(target_os = "linux", target_os = "android")))]
const SIGTSTP: i32 = 20;
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
const SIGTSTP: i32 = 18;

/// Being told to end from outside.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// From now on none of them ends the process by itself.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// What the next one means.
    pub async fn next(&mut self) -> Message {
        let _ = tokio::signal::ctrl_c().await;
        Message::Terminate
    }

    /// Nobody else has the terminal any more.
    pub fn came_back(&mut self) {}

    /// None that would concern us while somebody else has the terminal.
    pub async fn next_aside(&mut self) -> Aside {
        std::future::pending().await
    }
}
