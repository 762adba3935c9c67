//! The real program in a real pseudo-terminal: it starts, it leaves, and whatever happens, the terminal is as it
//! was before. Waits for content, never for time.
#![cfg(unix)]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use vt100::{MouseProtocolMode, Parser, Screen};

/// How long content may take before a test gives up: a loaded machine is no failure.
const PATIENCE: Duration = Duration::from_secs(60);

struct Shown {
    parser: Parser,
    bytes: usize,
    over: bool,
}

struct Console {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    shown: Arc<(Mutex<Shown>, Condvar)>,
    before: String,
}

impl Console {
    fn start(home: &Path, size: (u16, u16)) -> Self {
        let pty = native_pty_system()
            .openpty(PtySize {
                cols: size.0,
                rows: size.1,
                ..PtySize::default()
            })
            .unwrap();
        let before = settings(pty.master.as_ref());
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_butterfly"));
        command.arg("--home");
        command.arg(home);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "C.UTF-8");
        command.env("RUST_BACKTRACE", "0");
        command.env_remove("NO_COLOR");
        command.env_remove("LC_ALL");
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let shown = Arc::new((
            Mutex::new(Shown {
                parser: Parser::new(cells(size.1), cells(size.0), 1000),
                bytes: 0,
                over: false,
            }),
            Condvar::new(),
        ));
        let mut output = pty.master.try_clone_reader().unwrap();
        let theirs = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            loop {
                let count = output.read(&mut buffer).unwrap_or(0);
                let mut shown = theirs.0.lock().unwrap();
                shown.parser.process(&buffer[..count]);
                shown.bytes += count;
                shown.over = count == 0;
                theirs.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        let keys = pty.master.take_writer().unwrap();
        Self {
            child,
            master: pty.master,
            keys,
            shown,
            before,
        }
    }

    fn wait(&self, what: &str, is_there: impl Fn(&Screen) -> bool) {
        let (lock, changed) = &*self.shown;
        let mut shown = lock.lock().unwrap();
        let end = Instant::now() + PATIENCE;
        while !is_there(shown.parser.screen()) {
            let left = end.saturating_duration_since(Instant::now());
            let screen = shown.parser.screen().contents();
            assert!(!left.is_zero() && !shown.over, "no {what} in:\n{screen}");
            shown = changed.wait_timeout(shown, left).unwrap().0;
        }
    }

    fn wait_for(&self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn resize(&self, cols: u16, rows: u16) {
        let mut shown = self.shown.0.lock().unwrap();
        shown.parser.screen_mut().set_size(cells(rows), cells(cols));
        drop(shown);
        self.master
            .resize(PtySize {
                cols,
                rows,
                ..PtySize::default()
            })
            .unwrap();
    }

    fn signal(&self, name: &str) {
        let process = self.child.process_id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &process])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits until it is over, and checks that the terminal is as it was.
    fn end_leaves_no_trace(mut self) {
        let (lock, changed) = &*self.shown;
        let mut shown = lock.lock().unwrap();
        while !shown.over {
            let (next, timeout) = changed.wait_timeout(shown, PATIENCE).unwrap();
            let screen = next.parser.screen().contents();
            assert!(!timeout.timed_out(), "it does not end, and shows:\n{screen}");
            shown = next;
        }
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status:?}");
        let screen = shown.parser.screen();
        assert!(!screen.alternate_screen());
        assert!(!screen.hide_cursor());
        assert!(!screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
        assert_eq!(settings(self.master.as_ref()), self.before);
    }

    /// Whether nothing at all is written for this long.
    fn is_silent_for(&self, time: Duration) -> bool {
        let (lock, changed) = &*self.shown;
        let shown = lock.lock().unwrap();
        let before = shown.bytes;
        let (shown, _) = changed
            .wait_timeout_while(shown, time, |shown| shown.bytes == before)
            .unwrap();
        shown.bytes == before
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

fn butterfly(home: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_butterfly"))
        .arg("--home")
        .arg(home)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A home with one local instance, which nobody hosts.
fn home_with_an_instance() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    butterfly(&home, &["vault", "init", "--key-file"]);
    butterfly(&home, &["instance", "init", "gamma", "--listen", "127.0.0.1:0"]);
    folder
}

#[test]
fn an_empty_home_begins_with_a_choice_and_leaving_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::start(&folder.path().join("home"), (80, 24));
    console.wait_for("Welcome to butterfly");
    console.wait("alternate screen", |screen| {
        screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste()
    });
    console.press("q");
    console.end_leaves_no_trace();
}

#[test]
fn t56_being_told_to_end_leaves_no_trace() {
    for name in ["TERM", "INT", "HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::start(&folder.path().join("home"), (80, 24));
        console.wait_for("Welcome to butterfly");
        console.signal(name);
        console.end_leaves_no_trace();
    }
}

#[test]
fn t56_a_storm_of_sizes_leaves_it_standing() {
    let folder = home_with_an_instance();
    let mut console = Console::start(&folder.path().join("home"), (120, 36));
    console.wait_for("gamma");
    for size in [
        (1, 1),
        (500, 200),
        (2, 50),
        (300, 2),
        (79, 23),
        (20, 5),
        (110, 17),
    ] {
        console.resize(size.0, size.1);
    }
    console.resize(100, 30);
    console.wait_for("Invoke log");
    console.press("?");
    console.resize(1, 1);
    console.resize(100, 30);
    console.wait_for("Everything that can be done here");
    console.press("\x03");
    console.end_leaves_no_trace();
}

#[test]
fn an_idle_console_writes_no_byte() {
    let folder = home_with_an_instance();
    let mut console = Console::start(&folder.path().join("home"), (120, 36));
    console.wait_for("stopped");
    console.wait_for("owner");
    // The first looks at everything may still come in.
    console.press("z");
    console.wait("zoom", |screen| !screen.contents().contains("Invoke log"));
    let end = Instant::now() + PATIENCE;
    while !console.is_silent_for(Duration::from_millis(500)) {
        assert!(Instant::now() < end, "it never comes to rest");
    }
    // Longer than the pause between two looks at an instance, and several at the vault.
    assert!(console.is_silent_for(Duration::from_secs(5)));
    console.press("q");
    console.end_leaves_no_trace();
}

#[test]
fn t56_suspended_it_gives_the_terminal_back_and_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut console = Console::start(&folder.path().join("home"), (80, 24));
    console.wait_for("Welcome to butterfly");
    console.press("\x1a");
    console.wait("the shell's screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor()
    });
    wait_until_stopped(console.child.process_id().unwrap());
    console.signal("CONT");
    console.wait("the console again", |screen| {
        screen.alternate_screen() && screen.contents().contains("Welcome to butterfly")
    });
    console.press("q");
    console.end_leaves_no_trace();
}

/// Waits until the system says that the process stands still.
fn wait_until_stopped(process: u32) {
    let end = Instant::now() + PATIENCE;
    loop {
        let output = Command::new("ps")
            .args(["-o", "state=", "-p", &process.to_string()])
            .output()
            .unwrap();
        if output.stdout.starts_with(b"T") {
            return;
        }
        assert!(Instant::now() < end, "it was not stopped");
        std::thread::yield_now();
    }
}

#[test]
fn an_instance_is_hosted_from_the_keyboard_and_stopped_on_leaving() {
    let folder = home_with_an_instance();
    let mut console = Console::start(&folder.path().join("home"), (120, 36));
    console.wait_for("stopped");
    console.press("1s");
    console.wait_for("gamma started");
    console.wait_for("1 of 1 up");
    console.press("q");
    console.wait_for("This stops gamma");
    console.press("y");
    console.end_leaves_no_trace();
    butterfly(&folder.path().join("home"), &["instance", "list"]);
}

#[test]
fn threat_45_locked_it_shows_nothing_and_what_was_shown_is_in_no_scrollback() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let words = folder.path().join("words");
    std::fs::write(&words, "correct horse").unwrap();
    std::fs::set_permissions(&words, std::fs::Permissions::from_mode(0o600)).unwrap();
    butterfly(&home, &["vault", "init", "--key-file"]);
    butterfly(&home, &["instance", "init", "gamma", "--listen", "127.0.0.1:0"]);
    let words = words.to_str().unwrap();
    butterfly(&home, &["vault", "passphrase", "--passphrase-file", words]);
    let mut console = Console::start(&home, (120, 36));
    console.wait_for("passphrase");
    console.press("correct horse\r");
    console.wait_for("gamma");
    console.press(":lock\r");
    console.wait("nothing but the lock screen", |screen| {
        let shown = screen.contents();
        shown.contains("The vault is locked") && !shown.contains("gamma")
    });
    console.press("wrong horse\r");
    console.wait_for("does not open the vault");
    console.press("correct horse\r");
    console.wait("everything again", |screen| {
        let shown = screen.contents();
        shown.contains("gamma") && !shown.contains("Locked")
    });
    console.press(":lock\r");
    console.wait_for("The vault is locked");
    console.press("\x03");
    let shown = Arc::clone(&console.shown);
    console.end_leaves_no_trace();
    let mut shown = shown.0.lock().unwrap();
    let screen = shown.parser.screen_mut();
    screen.set_scrollback(usize::MAX);
    for secret in ["gamma", "horse", "Locked"] {
        assert!(!screen.contents().contains(secret), "{}", screen.contents());
    }
}
