//! Running the real binary in homes of its own.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A folder for one administrator's home, removed in the end.
pub struct Home {
    folder: TempDir,
    name: &'static str,
}

/// A process that ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A process that serves, stopped in the end.
pub struct Serving {
    child: Child,
    /// What it said when it was ready.
    pub line: String,
}

/// Runs a command to its end.
pub trait End {
    fn end(&mut self) -> Ended;
}

/// The line that adds an original instance: its name, URL and `app_id`, and the files with its token secret and key.
pub fn add_original<'a>(
    name: &'a str,
    url: &'a str,
    app_id: &'a str,
    [secret, key]: [&'a str; 2],
) -> [&'a str; 12] {
    [
        "instance",
        "add",
        name,
        url,
        "--profile",
        "legacy",
        "--app-id",
        app_id,
        "--jwt-secret-file",
        secret,
        "--encryption-key-file",
        key,
    ]
}

impl Home {
    /// One that is not there yet: the program makes it.
    pub fn empty() -> Self {
        Self::called("home")
    }

    /// The same, with another name for its folder.
    pub fn called(name: &'static str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            name,
        }
    }

    /// The home itself.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    /// A path inside the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// A path beside the home, as an argument.
    pub fn beside(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file beside the home; its path as an argument.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The same, for a secret: nobody else may read it.
    pub fn write_private(&self, name: &str, text: &str) -> String {
        let path = self.write(name, text);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// The program on this home, in an environment that says nothing, with nobody to ask.
    pub fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_butterfly"));
        for (name, _) in std::env::vars_os() {
            let is_ours = name.to_string_lossy().starts_with("BUTTERFLY_");
            if is_ours || name == "JWT_SECRET_KEY" {
                command.env_remove(name);
            }
        }
        command
            .arg("--home")
            .arg(self.root())
            .args(line)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A command with these words, as the program prints it for whoever works on this home.
    pub fn printed(&self, words: &str) -> String {
        format!("butterfly --home {} {words}", self.root().display())
    }

    /// Runs a verb.
    pub fn run(&self, line: &[&str]) -> Ended {
        self.command(line).end()
    }

    /// Runs a verb with `--json`.
    pub fn run_json(&self, line: &[&str]) -> Ended {
        self.command(line).arg("--json").end()
    }

    /// Runs a verb that must succeed; what it printed.
    pub fn ok(&self, line: &[&str]) -> Value {
        let ended = self.run_json(line);
        assert_eq!(ended.code, 0, "{line:?}\n{}\n{}", ended.stdout, ended.stderr);
        ended.json()
    }

    /// Makes an instance on a free port and serves it.
    pub fn serve_new(&self, name: &str) -> Serving {
        self.ok(&["instance", "init", name, "--listen", "127.0.0.1:0"]);
        Serving::start(self.command(&["serve", name]))
    }
}

impl End for Command {
    fn end(&mut self) -> Ended {
        let output = self.output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// The one JSON value on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {:?}; stderr: {}", self.stdout, self.stderr))
    }
}

impl Serving {
    /// Starts it and waits for the line that says that it is ready.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        if line.is_empty() {
            let mut stderr = String::new();
            child
                .stderr
                .as_mut()
                .unwrap()
                .read_to_string(&mut stderr)
                .unwrap();
            panic!("it ended before it was ready: {stderr}");
        }
        let line = line.trim_end().to_owned();
        Self { child, line }
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end; what it ended with.
    pub fn stop(mut self) -> i32 {
        self.terminate();
        self.child.wait().unwrap().code().unwrap_or(-1)
    }

    /// Asks it to end, and does not wait.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
            let _ = self.child.wait();
        }
    }
}

/// Posts what `seal` printed, with no client but a socket; status and body of the response.
pub fn post(sealed: &Value) -> (u16, String) {
    let endpoint = sealed["endpoint"].as_str().unwrap();
    let place = endpoint.strip_prefix("http://").unwrap();
    let (authority, path) = place.split_once('/').unwrap();
    let body = sealed["body"].as_str().unwrap();
    let mut socket = TcpStream::connect(authority).unwrap();
    write!(
        socket,
        "POST /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Type: {}\r\n\
         Authorization: {}\r\nContent-Length: {}\r\n\r\n{body}",
        sealed["content_type"].as_str().unwrap(),
        sealed["authorization"].as_str().unwrap(),
        body.len(),
    )
    .unwrap();
    let mut response = String::new();
    socket.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}
