//! The terminal as it has to be for the console, and as it was before: whatever happens, it is given back.

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::{
    Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
    disable_raw_mode, enable_raw_mode,
};
use std::io::{self, Write, stdout};
#[cfg(unix)]
use std::os::unix::process::CommandExt;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

/// Stops the process group of the shell's parent, or where that cannot be told, the parent. Every shell understands
/// `-s STOP` before `--`; some do not understand `-STOP`.
#[cfg(unix)]
const STOP_THE_GROUP: &str = "group=$(ps -o pgid= -p $PPID 2>/dev/null | tr -d ' '); \
    { test -n \"$group\" && kill -s STOP -- \"-$group\"; } || kill -s STOP $PPID";

/// Whether the terminal is ours right now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the window has a name of ours right now.
static NAMED: AtomicBool = AtomicBool::new(false);

/// Keeps the window's name, and brings back the one kept last (xterm's window operations 22 and 23).
const KEEP_NAME: &str = "\x1b[22;0t";
const BRING_NAME_BACK: &str = "\x1b[23;0t";

/// Whether there is a window to be named, or anything else beyond rows of letters: not on a bare console.
pub fn is_in_window() -> bool {
    let term = std::env::var("TERM").unwrap_or_default();
    !matches!(term.as_str(), "" | "dumb" | "linux")
}

/// Holds the terminal; gives it back when dropped.
pub struct Terminal {
    mouse: bool,
}

impl Terminal {
    /// Takes the terminal, with the mouse or without.
    pub fn take(mouse: bool) -> io::Result<Self> {
        restore_on_panic(thread::current().id());
        let terminal = Self { mouse };
        terminal.enter()?;
        Ok(terminal)
    }

    fn enter(&self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        execute!(
            stdout(),
            EnterAlternateScreen,
            Clear(ClearType::All),
            EnableBracketedPaste,
            Hide
        )?;
        self.apply_mouse()
    }

    fn apply_mouse(&self) -> io::Result<()> {
        if self.mouse {
            execute!(stdout(), EnableMouseCapture)
        } else {
            execute!(stdout(), DisableMouseCapture)
        }
    }

    /// Takes the mouse, or gives it back.
    pub fn set_mouse(&mut self, ours: bool) -> io::Result<()> {
        self.mouse = ours;
        self.apply_mouse()
    }

    /// Gives the window a name, or its own one back.
    pub fn name_window(&self, name: Option<&str>) -> io::Result<()> {
        let Some(name) = name else {
            bring_name_back();
            return Ok(());
        };
        if !NAMED.swap(true, Ordering::SeqCst) {
            execute!(stdout(), Print(KEEP_NAME))?;
        }
        execute!(stdout(), SetTitle(name))
    }

    /// Rings.
    pub fn ring(&self) -> io::Result<()> {
        execute!(stdout(), Print('\x07'))
    }

    /// Gives the terminal back for a while.
    pub fn leave(&self) {
        give_back();
    }

    /// Takes it again.
    pub fn come_back(&self) -> io::Result<()> {
        self.enter()
    }
}

/// Goes into the background: the shell goes on until it brings this process to the front again.
///
/// The whole process group stops, as it does where ctrl-z is the terminal's: the shell waits for its leader, which may
/// be `cargo`. A shell does it without `unsafe` or another dependency, from a group of its own.
#[cfg(unix)]
pub fn stop_the_group() -> io::Result<()> {
    std::process::Command::new("sh")
        .args(["-c", STOP_THE_GROUP])
        .process_group(0)
        .status()
        .map(drop)
}

/// There is no background to go to.
#[cfg(not(unix))]
pub fn stop_the_group() -> io::Result<()> {
    Ok(())
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Without a name first: a terminal that keeps none goes back to its own habit.
fn bring_name_back() {
    if NAMED.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), SetTitle(""), Print(BRING_NAME_BACK));
    }
}

/// Gives the terminal back as it was. Twice does no harm, and a terminal that is gone does not matter.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    bring_name_back();
    // The alternate screen is cleared first: some terminals keep it, and what stood there is nobody's business.
    let _ = execute!(
        stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        Clear(ClearType::All),
        LeaveAlternateScreen,
        Show
    );
    let _ = stdout().flush();
    let _ = disable_raw_mode();
}

/// A panic of the thread that draws gives the terminal back before it is told. A panic of any other thread is
/// written to the log only: the console goes on, and its screen must not be written over.
fn restore_on_panic(drawing: ThreadId) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if thread::current().id() == drawing || !TAKEN.load(Ordering::SeqCst) {
                give_back();
                before(panic);
                return;
            }
            tracing::error!("a task panicked: {panic}");
        }));
    });
}
