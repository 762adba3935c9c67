//! Processes that tests start: ready when they say so, gone when the test is over.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

/// A child process, killed when dropped, whatever became of the test.
pub struct Process {
    name: String,
    child: Child,
    stdout: BufReader<ChildStdout>,
    complaints: Complaints,
}

impl Process {
    /// Starts it with pipes to all three of its standard streams.
    pub fn start(mut command: Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} cannot be started: {error}"));
        let stdout = BufReader::new(child.stdout.take().expect("it was piped"));
        let complaints = Complaints::collect(child.stderr.take().expect("it was piped"));
        Self {
            name,
            child,
            stdout,
            complaints,
        }
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The end of its standard input that can be written to; once.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("standard input is taken once")
    }

    /// Its next line of output; a process that ends instead fails the test with what it complained about.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        let read = self.stdout.read_line(&mut line);
        if !matches!(read, Ok(length) if length > 0) {
            let status = self.child.wait();
            panic!("{} ended ({status:?}): {}", self.name, self.complaints.text());
        }
        line.trim_end().to_owned()
    }

    /// Reads lines until one starts with `beginning`, and gives what follows it.
    pub fn wait_for(&mut self, beginning: &str) -> String {
        loop {
            if let Some(rest) = self.line().strip_prefix(beginning) {
                return rest.trim().to_owned();
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process writes to its standard error, read at once so that it never blocks on it.
struct Complaints(Arc<Mutex<String>>);

impl Complaints {
    fn collect(mut stderr: ChildStderr) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let shared = Arc::clone(&text);
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = stderr.read(&mut chunk) {
                let mut text = shared.lock().expect("nothing panics while holding it");
                text.push_str(&String::from_utf8_lossy(&chunk[..length]));
            }
        });
        Self(text)
    }

    fn text(&self) -> String {
        self.0.lock().expect("nothing panics while holding it").clone()
    }
}
