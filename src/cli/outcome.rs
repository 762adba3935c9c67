//! How a verb ends, and how its end is told: on stderr for people, on stdout as JSON for scripts.

use super::inert::inert;
use crate::protocol::json_text::inert_json;
use crate::protocol::{Code, ExitClass};
use crate::workspace::{Failure, file_remedy};
use serde_json::Value;
use std::io::{self, Write};
use std::process::ExitCode;

/// How a verb ends.
pub type Outcome<T = ()> = Result<T, Stop>;

/// Why a verb ends before or beside its success.
#[derive(Debug)]
pub enum Stop {
    /// It failed, and nobody was told yet.
    Failure(Failure),
    /// It failed, and what is to be said of it was printed already (an error reply).
    Told(ExitClass),
    /// Whoever read our output has seen enough.
    PipeClosed,
}

impl<T: Into<Failure>> From<T> for Stop {
    fn from(failure: T) -> Self {
        Self::Failure(failure.into())
    }
}

/// A command line that does not make sense in a way that the parser cannot see.
pub fn usage(message: impl Into<String>, remedy: impl Into<String>) -> Stop {
    Stop::Failure(Failure::new(Code::Usage, message, remedy))
}

/// A file that could not be read or written.
pub fn file_failed(what: &str, path: &std::path::Path, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return Failure::new(
            Code::FileFailed,
            format!("{} is there already", path.display()),
            "choose another name: what is there is not replaced",
        );
    }
    Failure::new(
        Code::FileFailed,
        format!("cannot {what} {}: {error}", path.display()),
        file_remedy(error),
    )
}

/// How a verb ends that showed something of it first: a failure is one also where whoever read that had seen enough.
pub fn after(shown: Outcome, ended: Outcome) -> Outcome {
    match shown {
        Ok(()) => ended,
        Err(Stop::PipeClosed) if ended.is_err() => ended,
        Err(stop) => Err(stop),
    }
}

/// Tells how a verb ended; what the process ends with.
pub fn report(outcome: Outcome, json: bool) -> ExitCode {
    match outcome {
        Ok(()) | Err(Stop::PipeClosed) => ExitCode::SUCCESS,
        Err(Stop::Told(class)) => exit_code(class),
        Err(Stop::Failure(failure)) => report_failure(&failure, json),
    }
}

/// Tells of a failure on stderr, and on stdout too for scripts.
pub fn report_failure(failure: &Failure, json: bool) -> ExitCode {
    tracing::info!(code = failure.code.as_str(), "failed: {}", failure.message);
    if json {
        // Nothing is left to tell if even this cannot be written.
        let _ = write_json(&failure.to_value(), false);
    }
    tell(failure);
    exit_code(failure.exit_class())
}

/// The lines for people: `error: <instance>: <message>` and `remedy: …`.
pub fn tell(failure: &Failure) {
    let mut stderr = io::stderr().lock();
    let place = match &failure.instance {
        Some(instance) => format!("{}: ", inert(instance)),
        None => String::new(),
    };
    let _ = writeln!(stderr, "error: {place}{}", inert(&failure.message));
    if !failure.remedy.is_empty() {
        let _ = writeln!(stderr, "remedy: {}", inert(&failure.remedy));
    }
}

/// One JSON value and a line feed on stdout.
pub fn write_json(value: &Value, pretty: bool) -> Outcome {
    let text = if pretty {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    }
    .expect("a JSON value always serialises");
    write_line(&inert_json(&text))
}

/// A text and a line feed on stdout, at once.
pub fn write_line(text: &str) -> Outcome {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.write_all(b"\n"))
        .and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Stop::PipeClosed,
        _ => Stop::Failure(Failure::new(
            Code::FileFailed,
            format!("cannot write to stdout: {error}"),
            "check where the output goes",
        )),
    })
}

fn exit_code(class: ExitClass) -> ExitCode {
    ExitCode::from(class as u8)
}
