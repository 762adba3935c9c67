//! The command line: every verb of the program, one small file per group.
//!
//! A verb reads its arguments, asks the `workspace`, and prints: a table for people, or one JSON value with
//! `--json`. It decides nothing by itself, so that the console and the command line cannot differ.
//! Depends on `workspace` and what is below it; on `tui` only to open the console, and to try and name its themes.

mod arguments;
mod ask;
mod audit;
mod bench;
mod call;
mod compared;
mod complete;
mod completions;
mod config_template;
mod connection;
mod console;
mod credential;
mod deferred;
mod demo;
mod docs;
mod doctor;
mod domain;
mod dry_run;
mod export_target;
mod federate;
mod filter;
mod grant_words;
mod handshake;
mod inert;
mod instance;
mod invoke;
mod jq;
mod log;
mod logs;
mod man;
mod outcome;
mod plain_values;
mod pointer;
mod progress;
mod read_only;
mod reply;
mod sealing;
mod secrets;
mod serve;
mod session;
mod signal;
mod surroundings;
mod table;
mod template;
mod unlock;
mod usage;
mod vault;
mod words;

#[cfg(test)]
mod tests;

use clap::{ArgAction, Parser, Subcommand};
use deferred::Deferred;
use futures::future::LocalBoxFuture;
use logs::Logging;
use outcome::Outcome;
use session::Session;
use std::future::ready;
use std::path::PathBuf;
use std::process::ExitCode;

/// Administer federated Butterfly instances: browse pointers, join instances, test federated calls.
///
/// Without a subcommand, the console opens. Everything that the console does, the subcommands do too, with
/// --json for scripts.
///
/// What is kept in the vault opens with BUTTERFLY_VAULT_PASSPHRASE_FILE, BUTTERFLY_VAULT_PASSPHRASE or
/// BUTTERFLY_VAULT_KEY_FILE, with its key file or keyring, or at a prompt; `butterfly man` tells all variables and files.
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
    /// The folder with everything that the console keeps; BUTTERFLY_HOME, or the platform's, where it is not given.
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Print one JSON value on stdout, and nothing else there; an export to stdout is what it is, a value a line.
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
    /// Two local instances, joined, with pointers on them; then the console.
    Demo(Deferred<demo::Demo>),
    /// Make, add, list, probe and remove instances.
    #[command(subcommand)]
    Instance(Deferred<instance::Instance>),
    /// Host a local instance in the foreground; prints `listening on URL` when ready.
    Serve(Deferred<serve::Serve>),
    /// List, show, make, change, find, import and export pointers.
    #[command(subcommand)]
    Pointer(Deferred<pointer::Pointer>),
    /// Ask an instance anything; the reply is printed as it was opened.
    Invoke(Deferred<invoke::Invoke>),
    /// Make a pointer that leads to another instance.
    Federate(Deferred<federate::Federate>),
    /// Make the federated call that a pointer stands for; the reply is the peer's, on every route.
    Call(Deferred<call::Call>),
    /// Load an instance or a federated pointer, and see latencies that tell the truth.
    Bench(Deferred<Box<bench::Bench>>),
    /// Join two instances: ask for a credential or offer one, accept it, compare words, see where it stands.
    #[command(subcommand)]
    Handshake(Deferred<handshake::Handshake>),
    /// List, check, change, rotate, suspend, revoke, export and import credentials.
    #[command(subcommand)]
    Credential(Deferred<credential::Credential>),
    /// List, make, change and remove domains, their access keys and federations.
    #[command(subcommand)]
    Domain(Deferred<domain::Domain>),
    /// List, make, change, open, close, assign and remove connections.
    #[command(subcommand)]
    Connection(Deferred<connection::Connection>),
    /// Seal a query for someone else to send, with a token that is good for one minute.
    Seal(Deferred<sealing::Seal>),
    /// Open a reply that someone got.
    Open(Deferred<sealing::Open>),
    /// Keep queries under a name, sealed in this home, and use them again.
    #[command(subcommand)]
    Template(Deferred<template::Template>),
    /// Keep filters under a name: `saved:NAME` in a filter stands for what was kept for that kind of list.
    #[command(subcommand)]
    Filter(Deferred<filter::Filter>),
    /// List, show, repeat, mark, copy and export invokes and calls of this home.
    #[command(subcommand)]
    Log(Deferred<log::Log>),
    /// Read, verify and clear the audit trail of an instance that we own.
    #[command(subcommand)]
    Audit(Deferred<audit::Audit>),
    /// Make the vault, see how it is locked, lock it differently, carry it elsewhere.
    ///
    /// BUTTERFLY_VAULT_PASSPHRASE, or the file that BUTTERFLY_VAULT_PASSPHRASE_FILE names, gives its passphrase, and
    /// BUTTERFLY_VAULT_KEY_FILE its key file, to open it and to lock a new one; else people are asked.
    #[command(subcommand)]
    Vault(Deferred<vault::Vault>),
    /// Say what is wrong with this set-up, and the remedy.
    Doctor(Deferred<doctor::Doctor>),
    /// Print a completion script for a shell.
    Completions(Deferred<completions::Completions>),
    /// Print the names that fit where the last of these words stands; for the scripts of `completions`.
    #[command(hide = true)]
    Complete(Deferred<complete::Complete>),
    /// Print the man page, or write one for each verb into a folder.
    Man(Deferred<man::Man>),
    /// Print a page with all commands and keys of the console, or with all actions of an instance, in Markdown.
    Docs(Deferred<docs::Docs>),
    /// Print a config.toml, a keymap.toml or an instance.toml that says what is so anyway, with comments.
    ConfigTemplate(Deferred<config_template::ConfigTemplate>),
}

/// Reads the process's arguments, gives what they ask for a runtime, and does it. Everything is printed when this
/// returns.
///
/// Not `async`, because the code of an `async` function is generated by whoever polls it: nearly all of the program
/// would be generated a second time, for `main`.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::report(&error),
    };
    // One-shot verbs wait for one thing at a time: threads would only cost them their start-up.
    let mut builder = if cli.is_long_lived() {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    match builder.enable_all().build() {
        Ok(runtime) => runtime.block_on(Box::pin(cli.run())),
        Err(error) => {
            eprintln!("error: the system gave no threads or timers: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    /// Whether the verb stays: the console, or an instance that is hosted.
    fn is_long_lived(&self) -> bool {
        matches!(self.verb, None | Some(Verb::Demo(_) | Verb::Serve(_)))
    }

    /// Does what was asked.
    async fn run(self) -> ExitCode {
        let session = match Session::new(self.global.home, self.global.json, self.global.read_only) {
            Ok(session) => session,
            Err(failure) => return outcome::report_failure(&failure, self.global.json),
        };
        let logging = match &self.verb {
            None => Logging::Console,
            Some(Verb::Demo(Deferred(demo))) if demo.opens_console() => Logging::Console,
            Some(Verb::Demo(_) | Verb::Serve(_)) => Logging::Host,
            Some(_) => Logging::Verb,
        };
        let _flushes_when_dropped = logs::start(session.home().root(), logging, self.global.verbose);
        let outcome = dispatch(self.verb, &session, self.global.theme).await;
        session.close().await;
        outcome::report(session.outcome_here(outcome), session.is_json())
    }
}

/// Boxed verb by verb: together they would be one state as large as the largest of them, with all that it takes to
/// drop it.
fn dispatch<'a>(
    verb: Option<Verb>,
    session: &'a Session,
    theme: Option<String>,
) -> LocalBoxFuture<'a, Outcome> {
    match verb {
        None => Box::pin(console::run(session, theme)),
        Some(Verb::Demo(Deferred(verb))) => Box::pin(verb.run(session, theme)),
        Some(Verb::Instance(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Serve(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Pointer(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Invoke(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Federate(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Call(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Bench(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Handshake(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Credential(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Domain(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Connection(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Seal(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Open(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Template(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Filter(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Log(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Audit(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Vault(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Doctor(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Completions(Deferred(verb))) => Box::pin(ready(verb.run(session))),
        Some(Verb::Complete(Deferred(verb))) => Box::pin(verb.run(session)),
        Some(Verb::Man(Deferred(verb))) => Box::pin(ready(verb.run(session))),
        Some(Verb::Docs(Deferred(verb))) => Box::pin(ready(verb.run(session))),
        Some(Verb::ConfigTemplate(Deferred(verb))) => Box::pin(ready(verb.run(session))),
    }
}
