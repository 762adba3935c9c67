//! `butterfly instance start` and `stop`: hosting in the background, by a `butterfly serve` of its own.
//!
//! What was started so says so in a file of the home: only such a process is told to end. A console or a `serve` that
//! hosts something else besides is left alone.

use super::super::outcome::{Outcome, file_failed};
use super::super::session::Session;
use super::{folder, settings_of};
use crate::instance::Instance;
use crate::model::InstanceName;
use crate::protocol::Code;
use crate::seal::private;
use crate::workspace::{Failure, VAULT_PASSPHRASE_VARIABLE};
use serde_json::json;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long an instance may take to let its folder go: what was accepted is finished first.
const LOOKS: u32 = 300;
const LOOK: Duration = Duration::from_millis(50);

/// What an instance in the background wrote to stderr is put aside at the next start if it is longer, in bytes.
const LARGEST_LOG: u64 = 1024 * 1024;

/// Says in the home that this process serves this instance and nothing else, until it is dropped.
pub struct Mark(PathBuf);

impl Mark {
    /// Leaves the mark. That it cannot be left costs `instance stop` only.
    pub fn leave(home: &Path, name: &InstanceName) -> Option<Self> {
        let path = mark_file(home, name);
        private_folder(path.parent()?).ok()?;
        fs::write(&path, format!("{}\n", std::process::id())).ok()?;
        Some(Self(path))
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn mark_file(home: &Path, name: &InstanceName) -> PathBuf {
    home.join("run").join(format!("{name}.pid"))
}

/// Hosts a local instance in the background; ready when it listens.
pub async fn start(session: &Session, name: &InstanceName) -> Outcome {
    session.permit("hosting an instance")?;
    let home = session.home().root().to_owned();
    let place = folder(&home, name);
    let settings = settings_of(session, name).await?;
    if let Some(pid) = Instance::hosted_by(&place) {
        return session.show(
            &json!({"name": name, "endpoint": settings.endpoint, "pid": pid, "started": false}),
            || format!("{name} is hosted already, by process {pid}."),
        );
    }
    let log = log_file(&home, name)?;
    let (path, name_there) = (log.1.clone(), name.clone());
    let pid = tokio::task::spawn_blocking(move || launch(&home, &name_there, log.0))
        .await
        .map_err(|_| ended(name, &path))?
        .map_err(|error| file_failed("start", Path::new("butterfly serve"), &error))?;
    let Some(pid) = pid else {
        return Err(ended(name, &path).into());
    };
    session.show(
        &json!({"name": name, "endpoint": settings.endpoint, "pid": pid, "started": true, "log": path}),
        || {
            session.here(&format!(
                "{name} answers at {}. Process {pid} hosts it.\nFollow it with `butterfly instance log -f {name}`, stop it with `butterfly instance stop {name}`.",
                settings.endpoint
            ))
        },
    )
}

/// Starts the program and waits until it says where it listens; none if it ended before.
fn launch(home: &Path, name: &InstanceName, log: File) -> std::io::Result<Option<u32>> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("--home")
        .arg(home)
        .args(["serve", name.as_str()])
        // It needs no vault, and so none of what opens one.
        .env_remove(VAULT_PASSPHRASE_VARIABLE)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log);
    // Ctrl-C in this terminal is not meant for it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    if line.is_empty() {
        child.wait()?;
        return Ok(None);
    }
    Ok(Some(child.id()))
}

/// What it says before it listens, and whatever it is badly off for after: the rest is in its folder.
fn log_file(home: &Path, name: &InstanceName) -> Result<(File, PathBuf), Failure> {
    let folder = home.join("logs");
    private_folder(&folder).map_err(|error| file_failed("make", &folder, &error))?;
    let path = folder.join(format!("{name}.log"));
    if fs::metadata(&path).is_ok_and(|about| about.len() > LARGEST_LOG) {
        let _ = fs::rename(&path, folder.join(format!("{name}.old.log")));
    }
    let file = private::files()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(|error| file_failed("open", &path, &error))?;
    Ok((file, path))
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    private::folders().recursive(true).create(folder)
}

fn ended(name: &InstanceName, log: &Path) -> Failure {
    let said = fs::read_to_string(log).unwrap_or_default();
    let last: Vec<&str> = said.lines().rev().take(3).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    Failure::new(
        Code::Internal,
        format!("it ended before it listened: {}", last.join("; ")),
        format!("run it in the foreground to see more: `butterfly serve {name}`"),
    )
    .on(name.as_str())
}

/// Stops an instance that a `butterfly serve` of this home hosts, gracefully.
pub async fn stop(session: &Session, name: &InstanceName) -> Outcome {
    session.permit("stopping an instance")?;
    let home = session.home().root();
    let place = folder(home, name);
    settings_of(session, name).await?;
    let Some(pid) = Instance::hosted_by(&place) else {
        return session.show(&json!({"name": name, "stopped": false}), || {
            format!("Nobody hosts {name}.")
        });
    };
    let marked = fs::read_to_string(mark_file(home, name)).unwrap_or_default();
    if marked.trim() != pid.to_string() {
        return Err(Failure::new(
            Code::AlreadyHosted,
            format!("process {pid} hosts it, which is no `serve` for it alone"),
            "stop it in the console that hosts it, or end that process",
        )
        .on(name.as_str())
        .into());
    }
    tell_to_end(pid).map_err(|reason| {
        Failure::new(
            Code::Internal,
            format!("process {pid} cannot be told to end: {reason}"),
            "end it as the user who started it",
        )
        .on(name.as_str())
    })?;
    for _ in 0..LOOKS {
        if Instance::hosted_by(&place) != Some(pid) {
            return session.show(&json!({"name": name, "pid": pid, "stopped": true}), || {
                format!("{name} is stopped; nothing acknowledged is lost.")
            });
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(Failure::new(
        Code::DeadlineExceeded,
        format!("process {pid} was told to end and still hosts it"),
        "wait, and look again with `butterfly instance show`",
    )
    .on(name.as_str())
    .into())
}

#[cfg(unix)]
fn tell_to_end(pid: u32) -> Result<(), String> {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .ok_or("it has no such number")?;
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).map_err(|error| error.to_string())
}

#[cfg(not(unix))]
fn tell_to_end(_: u32) -> Result<(), String> {
    Err("this system has no signal for that".to_owned())
}
