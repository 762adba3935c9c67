//! `butterfly instance start` and `stop`: hosting in the background, by a `butterfly serve` of its own.
//!
//! What was started so says so in a file of the home: only such a process is told to end. A console or a `serve` that
//! hosts something else besides is left alone.

use super::super::outcome::{Outcome, file_failed};
use super::super::session::Session;
use super::{doubt_certificate, folder, settings_of};
use crate::instance::{Instance, InstanceError, LockHolder, Settings};
use crate::model::InstanceName;
use crate::protocol::Code;
use crate::seal::private;
use crate::workspace::{Failure, VAULT_PASSPHRASE_VARIABLE, path_text};
use serde_json::json;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
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
        private::make_folder(path.parent()?).ok()?;
        let mut file = private::files()
            .create(true)
            .write(true)
            .truncate(true)
            .open(&path)
            .ok()?;
        private::give_to_owner_of_folder(&file, &path);
        writeln!(file, "{}", std::process::id()).ok()?;
        Some(Self(path))
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // Whoever hosts it next may have left a mark already.
        if is_marked(&self.0, std::process::id()) {
            let _ = fs::remove_file(&self.0);
        }
    }
}

fn is_marked(mark: &Path, pid: u32) -> bool {
    fs::read_to_string(mark).unwrap_or_default().trim() == pid.to_string()
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
    if let Some(pid) = hosted_well(name, &place, &settings).await? {
        return session.show(
            &json!({"name": name, "endpoint": settings.endpoint, "pid": pid, "started": false}),
            || format!("{name} is hosted already, by process {pid}."),
        );
    }
    let Log { file, path, before } = log_file(&home, name)?;
    let name_there = name.clone();
    let pid = tokio::task::spawn_blocking(move || launch(&home, &name_there, file))
        .await
        .map_err(|_| ended(name, &path, before))?
        .map_err(|error| file_failed("start", Path::new("butterfly serve"), &error))?;
    let Some(pid) = pid else {
        return Err(ended(name, &path, before).into());
    };
    doubt_certificate(session, name);
    session.show(
        &json!({"name": name, "endpoint": settings.endpoint, "pid": pid, "started": true, "log": path_text(&path)}),
        || {
            session.here(&format!(
                "{name} {} Process {pid} hosts it.\nFollow it with `butterfly instance log -f {name}`, stop it with `butterfly instance stop {name}`.",
                where_it_is(&settings)
            ))
        },
    )
}

/// Where it listens, as it said itself; and where calls are told to go, which is another address behind a proxy, or where
/// somebody has changed `listen` only.
fn where_it_is(settings: &Settings) -> String {
    let endpoint = &settings.endpoint;
    match endpoint.url().port_or_known_default() == Some(settings.listen.port()) {
        true => format!("answers at {endpoint}."),
        false => format!(
            "listens on {}. Its `endpoint` is {endpoint}: calls reach it only if that leads here. Else change it in instance.toml.",
            settings.listen
        ),
    }
}

/// The process that hosts it and takes calls; none if nobody has it open. One that has and takes none may be about to end, or
/// have looked into it only: that is waited for.
async fn hosted_well(name: &InstanceName, place: &Path, settings: &Settings) -> Result<Option<u32>, Failure> {
    let mut looks = 0;
    loop {
        let pid = match Instance::hosted_by(place) {
            LockHolder::Nobody => return Ok(None),
            LockHolder::Process(pid) => pid,
            LockHolder::Untold(why) => {
                return Err(Failure::from(InstanceError::Untold(why)).on(name.as_str()));
            }
        };
        let settings_there = settings.clone();
        let takes_calls =
            tokio::task::spawn_blocking(move || Instance::takes_calls(pid, &settings_there)).await;
        if takes_calls.unwrap_or_default() {
            return Ok(Some(pid));
        }
        looks += 1;
        if looks == LOOKS {
            return Err(Failure::new(
                Code::AlreadyHosted,
                format!(
                    "process {pid} has it open and takes no calls at {}: it ends, hangs, or is badly off",
                    settings.listen
                ),
                format!(
                    "`butterfly doctor` says more; end that process, then `butterfly instance start {name}`"
                ),
            )
            .on(name.as_str()));
        }
        tokio::time::sleep(LOOK).await;
    }
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
struct Log {
    file: File,
    path: PathBuf,
    /// Bytes that others left in it.
    before: u64,
}

fn log_file(home: &Path, name: &InstanceName) -> Result<Log, Failure> {
    let folder = home.join("logs");
    private::make_folder(&folder).map_err(|error| file_failed("make", &folder, &error))?;
    let path = folder.join(format!("{name}.log"));
    if fs::metadata(&path).is_ok_and(|about| about.len() > LARGEST_LOG) {
        let _ = fs::rename(&path, folder.join(format!("{name}.old.log")));
    }
    let file = private::files()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(|error| file_failed("open", &path, &error))?;
    private::give_to_owner_of_folder(&file, &path);
    let before = file.metadata().map_or(0, |about| about.len());
    Ok(Log { file, path, before })
}

/// It ended before it listened, and what it said: not what others said before it, as whose failure that would look.
fn ended(name: &InstanceName, log: &Path, before: u64) -> Failure {
    let said = fs::read(log).unwrap_or_default();
    let from = usize::try_from(before).unwrap_or(usize::MAX).min(said.len());
    let said = String::from_utf8_lossy(&said[from..]);
    let last: Vec<&str> = said.lines().rev().take(3).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    let last = match last.as_slice() {
        [] => "it said nothing".to_owned(),
        last => last.join("; "),
    };
    Failure::new(
        Code::Internal,
        format!("it ended before it listened: {last}"),
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
    let pid = match Instance::hosted_by(&place) {
        LockHolder::Process(pid) => pid,
        LockHolder::Nobody => {
            return session.show(&json!({"name": name, "stopped": false}), || {
                format!("Nobody hosts {name}.")
            });
        }
        LockHolder::Untold(why) => {
            return Err(Failure::from(InstanceError::Untold(why)).on(name.as_str()).into());
        }
    };
    if !is_marked(&mark_file(home, name), pid) {
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
        let is_over = match Instance::hosted_by(&place) {
            LockHolder::Nobody => true,
            LockHolder::Process(other) => other != pid,
            // It has the lock still, and lets it go.
            LockHolder::Untold(_) => false,
        };
        if is_over {
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
