//! Arguments that several verbs take: queries, enumerations, files.

use super::outcome::{Outcome, file_failed, usage};
use crate::model::{Holder, Profile, Route};
use crate::protocol::Query;
use crate::workspace::{Failure, ImportFormat};
use clap::ValueEnum;
use std::io::{self, Read};
use std::path::Path;

/// How a credential seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    /// Instances of this program: JWE bodies, fully bound tokens.
    Native,
    /// Original Python instances: Fernet bodies.
    Legacy,
}

impl From<ProfileArg> for Profile {
    fn from(argument: ProfileArg) -> Self {
        match argument {
            ProfileArg::Native => Self::Native,
            ProfileArg::Legacy => Self::Legacy,
        }
    }
}

/// How a federated call travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RouteArg {
    /// We learn the peer's URL, seal the query ourselves and post it.
    Endpoint,
    /// We get the query already sealed and post it under a fresh token.
    Circuit,
    /// The instance makes the call itself.
    Relay,
}

impl From<RouteArg> for Route {
    fn from(argument: RouteArg) -> Self {
        match argument {
            RouteArg::Endpoint => Self::Endpoint,
            RouteArg::Circuit => Self::Circuit,
            RouteArg::Relay => Self::Relay,
        }
    }
}

/// Who keeps a held credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HolderArg {
    /// Their administrator's console: routes endpoint and circuit.
    Console,
    /// Their instance: route relay.
    Instance,
}

impl From<HolderArg> for Holder {
    fn from(argument: HolderArg) -> Self {
        match argument {
            HolderArg::Console => Self::Console,
            HolderArg::Instance => Self::Instance,
        }
    }
}

/// The form of a file of pointers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// One JSON object a line.
    Jsonl,
    /// A header line with the field names; tags separated by ';'.
    Csv,
}

impl FormatArg {
    /// What was said, or what the file's name says, or JSONL.
    pub fn or_guess(given: Option<Self>, path: &Path) -> ImportFormat {
        let is_csv = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        match given {
            Some(Self::Csv) => ImportFormat::Csv,
            None if is_csv => ImportFormat::Csv,
            Some(Self::Jsonl) | None => ImportFormat::Jsonl,
        }
    }
}

/// Reads a QUERY: JSON, `-` for stdin, `@FILE` for a file.
pub fn query(argument: &str) -> Outcome<Query> {
    let bytes = text_or_file(argument)?;
    Query::parse(&bytes).map_err(|error| {
        usage(
            error.to_string(),
            "give a JSON object with an action, such as '{\"action\": \"get_graph_stats\"}', - for stdin, or @FILE",
        )
    })
}

/// What an argument says itself, or the stdin (`-`) or file (`@FILE`) that it names.
pub fn text_or_file(argument: &str) -> Result<Vec<u8>, Failure> {
    match argument.strip_prefix('@') {
        Some(path) => read_file(Path::new(path)),
        None if argument == "-" => read_file(Path::new("-")),
        None => Ok(argument.as_bytes().to_vec()),
    }
}

/// A whole file; `-` is stdin.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.as_os_str() != "-" {
        return std::fs::read(path).map_err(|error| file_failed("read", path, &error));
    }
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| file_failed("read", Path::new("stdin"), &error))?;
    Ok(bytes)
}
