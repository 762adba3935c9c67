//! The command line: every verb of the program, one small file per group.
//!
//! A verb reads its arguments, asks the `workspace`, and prints: a table for people, or one JSON value with
//! `--json`. It decides nothing by itself, so that the console and the command line cannot differ.
//! Depends on `workspace` and what is below it; on `tui` only to open the console and to try its themes.

mod arguments;
mod ask;
mod audit;
mod bench;
mod call;
mod compared;
mod completions;
mod config_template;
mod connection;
mod console;
mod credential;
mod demo;
mod docs;
mod doctor;
mod domain;
mod dry_run;
mod federate;
mod handshake;
mod inert;
mod instance;
mod invoke;
mod jq;
mod log;
mod logs;
mod man;
mod outcome;
mod pointer;
mod read_only;
mod reply;
mod sealing;
mod secrets;
mod serve;
mod session;
mod signal;
mod table;
mod template;
mod transfer;
mod unlock;
mod usage;
mod vault;
mod words;

#[cfg(test)]
mod tests;

use clap::{ArgAction, Parser, Subcommand};
use outcome::Outcome;
use session::Session;
use std::path::PathBuf;
use std::process::ExitCode;

/// Administer federated Butterfly instances: browse pointers, join instances, test federated calls.
///
/// Without a subcommand, the console opens. Everything that the console does, the subcommands do too, with
/// --json for scripts.
///
/// Exit codes: 0 done; 1 the operation failed; 2 usage; 3 refused (authentication, grant, policy);
/// 4 unreachable, or the deadline passed.
#[derive(Debug, Parser)]
#[command(name = "butterfly", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// What every verb takes.
#[derive(Debug, clap::Args)]
struct Global {
    /// The folder with everything that the console keeps.
    #[arg(
        long,
        global = true,
        env = "BUTTERFLY_HOME",
        value_name = "DIR",
        hide_env_values = true
    )]
    home: Option<PathBuf>,
    /// Print one JSON value on stdout, and nothing else there.
    #[arg(long, global = true)]
    json: bool,
    /// Refuse whatever would change something.
    #[arg(long, global = true)]
    read_only: bool,
    /// The console's theme.
    #[arg(long, global = true, value_name = "NAME")]
    theme: Option<String>,
    /// Log to stderr; twice for more.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

/// The verbs, in the order of the help.
#[derive(Debug, Subcommand)]
enum Verb {
    Demo(demo::Demo),
    #[command(subcommand)]
    Instance(instance::Instance),
    Serve(serve::Serve),
    #[command(subcommand)]
    Pointer(pointer::Pointer),
    Invoke(invoke::Invoke),
    Federate(federate::Federate),
    Call(call::Call),
    Bench(Box<bench::Bench>),
    #[command(subcommand)]
    Handshake(handshake::Handshake),
    #[command(subcommand)]
    Credential(credential::Credential),
    #[command(subcommand)]
    Domain(domain::Domain),
    #[command(subcommand)]
    Connection(connection::Connection),
    Seal(sealing::Seal),
    Open(sealing::Open),
    #[command(subcommand)]
    Template(template::Template),
    #[command(subcommand)]
    Log(log::Log),
    #[command(subcommand)]
    Audit(audit::Audit),
    #[command(subcommand)]
    Vault(vault::Vault),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    Man(man::Man),
    Docs(docs::Docs),
    ConfigTemplate(config_template::ConfigTemplate),
}

impl Cli {
    /// Reads the process's arguments. What is wrong with them, or the help that was asked for, is printed; the
    /// error is what the process ends with.
    pub fn from_arguments() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| usage::report(&error))
    }

    /// Whether the verb stays: the console, or an instance that is hosted.
    pub fn is_long_lived(&self) -> bool {
        matches!(self.verb, None | Some(Verb::Demo(_) | Verb::Serve(_)))
    }

    /// Does what was asked. Everything is printed when this returns.
    pub async fn run(self) -> ExitCode {
        let session = match Session::new(self.global.home, self.global.json, self.global.read_only) {
            Ok(session) => session,
            Err(failure) => return outcome::report_failure(&failure, self.global.json),
        };
        let on_screen = match &self.verb {
            None => true,
            Some(Verb::Demo(demo)) => demo.opens_console(),
            Some(_) => false,
        };
        let _flushes_when_dropped = logs::start(session.home().root(), on_screen, self.global.verbose);
        let outcome = dispatch(self.verb, &session, self.global.theme).await;
        session.close().await;
        outcome::report(outcome, session.is_json())
    }
}

async fn dispatch(verb: Option<Verb>, session: &Session, theme: Option<String>) -> Outcome {
    match verb {
        None => console::run(session, theme).await,
        Some(Verb::Demo(verb)) => verb.run(session, theme).await,
        Some(Verb::Instance(verb)) => verb.run(session).await,
        Some(Verb::Serve(verb)) => verb.run(session).await,
        Some(Verb::Pointer(verb)) => verb.run(session).await,
        Some(Verb::Invoke(verb)) => verb.run(session).await,
        Some(Verb::Federate(verb)) => verb.run(session).await,
        Some(Verb::Call(verb)) => verb.run(session).await,
        Some(Verb::Bench(verb)) => verb.run(session).await,
        Some(Verb::Handshake(verb)) => verb.run(session).await,
        Some(Verb::Credential(verb)) => verb.run(session).await,
        Some(Verb::Domain(verb)) => verb.run(session).await,
        Some(Verb::Connection(verb)) => verb.run(session).await,
        Some(Verb::Seal(verb)) => verb.run(session).await,
        Some(Verb::Open(verb)) => verb.run(session).await,
        Some(Verb::Template(verb)) => verb.run(session).await,
        Some(Verb::Log(verb)) => verb.run(session).await,
        Some(Verb::Audit(verb)) => verb.run(session).await,
        Some(Verb::Vault(verb)) => verb.run(session).await,
        Some(Verb::Doctor(verb)) => verb.run(session).await,
        Some(Verb::Completions(verb)) => verb.run(session),
        Some(Verb::Man(verb)) => verb.run(),
        Some(Verb::Docs(verb)) => verb.run(),
        Some(Verb::ConfigTemplate(verb)) => verb.run(),
    }
}
