//! A console in a pseudo-terminal, typed into and looked at. Waits for content, never for time.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use vt100::{Callbacks, MouseProtocolMode, Parser, Screen};

/// How long content may take before a test gives up: a loaded machine is no failure.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// What the window is called before the console.
pub const NAME_BEFORE: &str = "a shell";

/// What a terminal does beside its screen.
pub struct Window {
    name: String,
    kept: Vec<String>,
    rings: usize,
}

impl Callbacks for Window {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.rings += 1;
    }

    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.name = String::from_utf8_lossy(title).into_owned();
    }

    fn unhandled_csi(
        &mut self,
        _: &mut Screen,
        _: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        end: char,
    ) {
        match (parameters, end) {
            ([[22], [0]], 't') => self.kept.push(self.name.clone()),
            ([[23], [0]], 't') => self.name = self.kept.pop().expect("a name was kept before"),
            _ => {}
        }
    }
}

/// What the terminal shows so far.
pub struct Shown {
    pub parser: Parser<Window>,
    bytes: usize,
    over: bool,
}

/// A console in a pseudo-terminal.
pub struct Console {
    pub child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    pub shown: Arc<(Mutex<Shown>, Condvar)>,
    before: String,
}

impl Console {
    /// Starts one on this home.
    pub fn start(home: &Path, size: (u16, u16)) -> Self {
        Self::start_with(home, size, &[])
    }

    /// Starts one with more in its environment.
    pub fn start_with(home: &Path, size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        let folder = std::env::current_dir().unwrap();
        Self::start_in(&folder, home, size, variables)
    }

    /// Starts one in this folder, where the files are that it names.
    pub fn start_in(folder: &Path, home: &Path, size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        Self::run(program(folder, home), size, variables)
    }

    /// Starts the demo, which ends in a console.
    pub fn start_demo(home: &Path, size: (u16, u16)) -> Self {
        let mut command = program(&std::env::current_dir().unwrap(), home);
        command.arg("demo");
        Self::run(command, size, &[])
    }

    /// Starts one as the child of another program that waits for it and leads its process group, as `cargo run` does.
    pub fn start_led(home: &Path, size: (u16, u16)) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args([
            "-c",
            "\"$0\" --home \"$1\"; exit $?",
            env!("CARGO_BIN_EXE_butterfly"),
        ]);
        command.arg(home);
        command.cwd(std::env::current_dir().unwrap());
        Self::run(command, size, &[])
    }

    /// Starts a shell in this folder, on a wide screen, in which the program is found by its name.
    pub fn start_shell(shell: &[&str], folder: &Path, variables: &[(&str, &str)]) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_butterfly"));
        let mut places = vec![program.parent().unwrap().to_owned()];
        places.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        let mut command = CommandBuilder::new(shell[0]);
        command.args(&shell[1..]);
        command.cwd(folder);
        command.env("PATH", std::env::join_paths(places).unwrap());
        Self::run(command, (200, 50), variables)
    }

    fn run(mut command: CommandBuilder, size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        let pty = native_pty_system()
            .openpty(PtySize {
                cols: size.0,
                rows: size.1,
                ..PtySize::default()
            })
            .unwrap();
        let before = settings(pty.master.as_ref());
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "C.UTF-8");
        command.env("RUST_BACKTRACE", "0");
        command.env_remove("NO_COLOR");
        command.env_remove("LC_ALL");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let window = Window {
            name: NAME_BEFORE.to_owned(),
            kept: Vec::new(),
            rings: 0,
        };
        let shown = Arc::new((
            Mutex::new(Shown {
                parser: Parser::new_with_callbacks(cells(size.1), cells(size.0), 1000, window),
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

    /// Waits until this looks at something on the screen.
    pub fn find<T>(&self, what: &str, look: impl Fn(&Screen) -> Option<T>) -> T {
        self.await_in_window(what, |shown| look(shown.parser.screen()))
    }

    /// Waits until the window is called so.
    pub fn wait_for_name(&self, name: &str) {
        self.await_in_window(name, |shown| {
            (shown.parser.callbacks().name == name).then_some(())
        });
    }

    /// How often the bell rang.
    pub fn rings(&self) -> usize {
        self.shown.0.lock().unwrap().parser.callbacks().rings
    }

    fn await_in_window<T>(&self, what: &str, look: impl Fn(&Shown) -> Option<T>) -> T {
        let (lock, changed) = &*self.shown;
        let mut shown = lock.lock().unwrap();
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(&shown) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            let text = shown.parser.screen().contents();
            let name = &shown.parser.callbacks().name;
            assert!(!left.is_zero() && !shown.over, "no {what} in {name:?}:\n{text}");
            shown = changed.wait_timeout(shown, left).unwrap().0;
        }
    }

    /// Waits until the screen is so.
    pub fn wait(&self, what: &str, is_there: impl Fn(&Screen) -> bool) {
        self.find(what, |screen| is_there(screen).then_some(()));
    }

    /// Waits until this is on the screen.
    pub fn wait_for(&self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    /// The word that stands after a label, once it is not masked.
    pub fn read(&self, label: &str) -> String {
        self.find(label, |screen| {
            let text = screen.contents();
            let line = text.lines().find_map(|line| line.split_once(label))?.1;
            let word = line.split_whitespace().next()?;
            (!word.starts_with('•')).then(|| word.to_owned())
        })
    }

    /// Presses keys once the question is on the screen.
    pub fn answer(&mut self, question: &str, keys: &str) {
        self.wait_for(question);
        self.press(keys);
    }

    /// Pastes a text, as terminals do it in one piece.
    pub fn paste(&mut self, text: &str) {
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Types this.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub fn resize(&self, cols: u16, rows: u16) {
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

    /// Sends the program a signal.
    pub fn signal(&self, name: &str) {
        self.kill(name, &self.child.process_id().unwrap().to_string());
    }

    /// Sends a signal to the program and everything in its process group, as a shell does.
    pub fn signal_group(&self, name: &str) {
        self.kill(name, &format!("-{}", self.child.process_id().unwrap()));
    }

    fn kill(&self, name: &str, whom: &str) {
        let arguments = ["-s", name, "--", whom];
        assert!(Command::new("kill").args(arguments).status().unwrap().success());
    }

    /// Waits until it is over and did well, and checks that the terminal is as it was.
    pub fn end_leaves_no_trace(self) {
        assert!(self.end().success());
    }

    /// Waits until it is over, and checks that the terminal is as it was.
    pub fn end(mut self) -> ExitStatus {
        let (lock, changed) = &*self.shown;
        let mut shown = lock.lock().unwrap();
        while !shown.over {
            let (next, timeout) = changed.wait_timeout(shown, PATIENCE).unwrap();
            let screen = next.parser.screen().contents();
            assert!(!timeout.timed_out(), "it does not end, and shows:\n{screen}");
            shown = next;
        }
        let status = self.child.wait().unwrap();
        let screen = shown.parser.screen();
        assert!(!screen.alternate_screen());
        assert!(!screen.hide_cursor());
        assert!(!screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
        let window = shown.parser.callbacks();
        assert_eq!(window.name, NAME_BEFORE);
        assert!(window.kept.is_empty());
        assert_eq!(settings(self.master.as_ref()), self.before);
        status
    }

    /// Whether nothing at all is written for this long.
    pub fn is_silent_for(&self, time: Duration) -> bool {
        let (lock, changed) = &*self.shown;
        let shown = lock.lock().unwrap();
        let before = shown.bytes;
        let (shown, _) = changed
            .wait_timeout_while(shown, time, |shown| shown.bytes == before)
            .unwrap();
        shown.bytes == before
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program on this home, in this folder.
fn program(folder: &Path, home: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_butterfly"));
    command.arg("--home");
    command.arg(home);
    command.cwd(folder);
    command
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}
