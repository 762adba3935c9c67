//! Arguments that several verbs take: queries, enumerations, files.

use super::outcome::{Outcome, file_failed, usage};
use crate::model::{Delivery, Holder, InstanceName, Profile, Route};
use crate::protocol::{Code, Query};
use crate::seal::RootKey;
use crate::workspace::{Failure, ImportFormat, SortColumn, Sorting, is_nowhere, nowhere};
use clap::ValueEnum;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A path that means the same from every folder: some of them are written down.
pub fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| match is_nowhere() {
        true => nowhere(path),
        false => file_failed("find", path, &error),
    })
}

/// The same of a path that is kept as text, in a database or a settings file: one that is no UTF-8 would lead nowhere
/// when it is read again.
pub fn kept_path(path: &Path) -> Result<PathBuf, Failure> {
    let whole = absolute(path)?;
    if whole.to_str().is_some() {
        return Ok(whole);
    }
    Err(Failure::new(
        Code::Usage,
        format!("the path {} is not UTF-8", whole.display()),
        "choose another place, or rename the folder or file so that its name is UTF-8",
    ))
}

/// Reads in which order a list is wanted.
pub fn sorting<C: SortColumn>(text: &str) -> Result<Sorting<C>, String> {
    Sorting::parse(text).ok_or_else(|| {
        let words: Vec<String> = C::ALL.iter().map(|column| column.word()).collect();
        format!("not one of {}, with :desc or without", words.join(", "))
    })
}

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
    /// The calling administrator's console: routes endpoint and circuit.
    Console,
    /// The calling instance itself: route relay.
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

/// How a credential is handed over, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeliveryArg {
    /// A one-time code, read out over the phone and typed on the other side.
    Code,
    /// A bundle that only whoever made a request can open.
    Request,
    /// A bundle under generated words.
    Passphrase,
    /// The secrets themselves.
    Plain,
}

impl From<DeliveryArg> for Delivery {
    fn from(argument: DeliveryArg) -> Self {
        match argument {
            DeliveryArg::Code => Self::Code,
            DeliveryArg::Request => Self::Request,
            DeliveryArg::Passphrase => Self::Passphrase,
            DeliveryArg::Plain => Self::Plain,
        }
    }
}

/// Each holder that was named, once; the usual ones if none was.
pub fn holders(named: Vec<HolderArg>, usual: &[Holder]) -> Vec<Holder> {
    let mut holders: Vec<Holder> = Vec::new();
    for holder in named.into_iter().map(Holder::from) {
        if !holders.contains(&holder) {
            holders.push(holder);
        }
    }
    if holders.is_empty() {
        holders.extend(usual);
    }
    holders
}

/// Reads how long something lasts, in seconds: `90s`, `30m`, `24h`, `7d`.
pub fn span(text: &str) -> Result<u32, String> {
    let expected = || "not a length of time, such as 90s, 30m, 24h or 7d".to_owned();
    let unit = text.chars().last().ok_or_else(expected)?;
    let seconds: u32 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(expected()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| expected())?;
    number.checked_mul(seconds).ok_or_else(expected)
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
        match given {
            Some(Self::Csv) => ImportFormat::Csv,
            Some(Self::Jsonl) => ImportFormat::Jsonl,
            None => ImportFormat::of(path),
        }
    }
}

/// Reads a QUERY: JSON, `-` for stdin, `@FILE` for a file.
pub fn query(argument: &str) -> Outcome<Query> {
    parsed_query(&text_or_file(argument)?)
}

/// A QUERY in JSON.
pub fn parsed_query(bytes: &[u8]) -> Outcome<Query> {
    Query::parse(bytes).map_err(|error| {
        usage(
            error.to_string(),
            "give a JSON object with an action, such as '{\"action\": \"get_graph_stats\"}', - for stdin, or @FILE",
        )
    })
}

/// Reads the name of an instance.
pub fn instance_name(argument: &str) -> Outcome<InstanceName> {
    InstanceName::parse(argument)
        .map_err(|error| usage(error.to_string(), "see the names with `butterfly instance list`"))
}

/// The name of a variable. What is in it has no place on a command line, and is not repeated.
pub fn variable_name(name: String) -> Outcome<String> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_fine = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(is_name);
    if !is_fine || RootKey::parse(&name).is_ok() {
        return Err(usage(
            "--from-variable takes the name of an environment variable, not what is in it",
            "set the variable, and give its name: letters, digits and _",
        ));
    }
    Ok(name)
}

/// Reads NAME=VALUE: what goes into a blank.
pub fn answer(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
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

/// A whole file of text; `-` is stdin.
pub fn text_file(path: &Path) -> Result<String, Failure> {
    let bytes = read_file(path)?;
    String::from_utf8(bytes).map_err(|_| {
        let error = io::Error::new(io::ErrorKind::InvalidData, "it is not text");
        file_failed("read", path, &error)
    })
}

/// A length of time with its unit: `10s`, `500ms`, `2m`; a day at most.
pub fn time(text: &str) -> Result<Duration, String> {
    let expected = || "not a length of time, such as 10s, 500ms or 2m".to_owned();
    let (number, scale) = match text {
        text if text.ends_with("ms") => (&text[..text.len() - 2], 1e-3),
        text if text.ends_with('s') => (&text[..text.len() - 1], 1.0),
        text if text.ends_with('m') => (&text[..text.len() - 1], 60.0),
        text if text.ends_with('h') => (&text[..text.len() - 1], 3_600.0),
        _ => return Err(expected()),
    };
    let number: f64 = number.parse().map_err(|_| expected())?;
    let seconds = number * scale;
    if !(0.0..=86_400.0).contains(&seconds) {
        return Err("longer than a day".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_a_limit() {
        assert_eq!(time("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(time("1.5s"), Ok(Duration::from_millis(1_500)));
        assert_eq!(time("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "10", "-1s", "25h", "s", "nans", "infs"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lengths_of_time_have_a_unit() {
        assert_eq!(span("90s"), Ok(90));
        assert_eq!(span("24h"), Ok(86_400));
        assert_eq!(span("7d"), Ok(604_800));
        for wrong in ["", "h", "24", "-1h", "1.5h", "9999999d", "1µ"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_holder_counts_once_and_the_usual_ones_stand_in() {
        let usual = [Holder::Console, Holder::Instance];
        assert_eq!(holders(Vec::new(), &usual), usual);
        assert_eq!(
            holders(vec![HolderArg::Console, HolderArg::Console], &usual),
            [Holder::Console]
        );
    }
}
