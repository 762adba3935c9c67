//! Queries that stand in files, to be kept with other files of a team, looked over and shared: `queries/*.toml` of the
//! home, and the folders that `[queries] from` in `config.toml` names.
//!
//! Each table of such a file is a query, called after the file and the table (`coast/tides` is `[tides]` in
//! `coast.toml`), with `query` (a table, or a text with JSON, which may have blanks), and perhaps `about` and `instance`.
//! One that is wrong costs nobody the others.

use super::super::Failure;
use super::super::file_failure::cannot;
use super::beginnings::laid_out;
use super::templates::{Template, Templates};
use crate::model::{Timestamp, line_of};
use crate::protocol::{Code, Query};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use toml::Spanned;
use toml::de::{DeTable, ValueDeserializer};

/// Longest file, in bytes.
const LONGEST: u64 = 1 << 20;
/// Files of one folder that are read.
const MOST_FILES: usize = 1_000;

/// A query as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    query: Spanned<toml::Value>,
    about: Option<String>,
    instance: Option<String>,
}

/// A folder with such files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryFolder {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it was named by somebody, so that it has to be there.
    pub is_named: bool,
}

/// All queries of these folders by name, and what is wrong with files in them. Of two of the same name, the first
/// folder's counts.
pub fn read(folders: &[QueryFolder]) -> Templates {
    let mut found = Templates::default();
    let mut known: BTreeMap<String, PathBuf> = BTreeMap::new();
    for folder in folders {
        for file in files(folder, &mut found.problems) {
            for template in of_file(&file, &mut found.problems) {
                match known.get(&template.name) {
                    Some(first) => found.problems.push(Failure::new(
                        Code::AlreadyExists,
                        format!(
                            "{}: {} stands in {} already",
                            file.display(),
                            template.name,
                            first.display()
                        ),
                        "give one of them another name",
                    )),
                    None => {
                        known.insert(template.name.clone(), file.clone());
                        found.list.push(template);
                    }
                }
            }
        }
    }
    found.list.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// The files of a folder, by name.
fn files(folder: &QueryFolder, problems: &mut Vec<Failure>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(&folder.path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound && !folder.is_named => return Vec::new(),
        Err(error) => {
            let problem = cannot(&folder.path, "be read", &error);
            problems.push(match folder.is_named {
                true => Failure {
                    remedy: "make that folder, or put `from` under [queries] in config.toml right".to_owned(),
                    ..problem
                },
                false => problem,
            });
            return Vec::new();
        }
    };
    let is_meant = |path: &PathBuf| {
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        path.extension() == Some(OsStr::new("toml")) && !is_hidden
    };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(is_meant)
        .collect();
    files.sort();
    if files.len() > MOST_FILES {
        problems.push(Failure::new(
            Code::FileFailed,
            format!(
                "{} has more than {MOST_FILES} files with queries",
                folder.path.display()
            ),
            "put several queries into one file: each is a table of its own",
        ));
        files.truncate(MOST_FILES);
    }
    files
}

/// The queries of a file; none of one that cannot be read, and not those that are none.
fn of_file(path: &Path, problems: &mut Vec<Failure>) -> Vec<Template> {
    let (text, at) = match read_text(path) {
        Ok(read) => read,
        Err(failure) => {
            problems.push(failure);
            return Vec::new();
        }
    };
    let place_of = |error: &toml::de::Error, usual: usize| error.span().map_or(usual, |span| span.start);
    let entries = match DeTable::parse(&text) {
        Ok(entries) => entries.into_inner(),
        Err(error) => {
            problems.push(wrong(path, &text, place_of(&error, 0), error.message()));
            return Vec::new();
        }
    };
    let file = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut found = Vec::new();
    for (name, entry) in entries {
        let entry = match Entry::deserialize(ValueDeserializer::from(entry)) {
            Ok(entry) => entry,
            Err(error) => {
                let place = place_of(&error, name.span().start);
                problems.push(wrong(path, &text, place, error.message()));
                continue;
            }
        };
        let name = name.into_inner();
        let place = entry.query.span().start;
        match query_text(entry.query.into_inner()) {
            Ok(query) => found.push(Template {
                name: format!("{file}/{name}"),
                text: query,
                instance: entry.instance,
                about: entry.about,
                at,
                file: Some(path.to_owned()),
            }),
            Err(reason) => problems.push(wrong(path, &text, place, &format!("{name}: {reason}"))),
        }
    }
    found
}

/// A file's text, and when it was changed last.
fn read_text(path: &Path) -> Result<(String, Timestamp), Failure> {
    let unreadable = |error: &std::io::Error| cannot(path, "be read", error);
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    let changed = file.metadata().and_then(|about| about.modified()).ok();
    let mut text = String::new();
    file.take(LONGEST + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(&error))?;
    if text.len() as u64 > LONGEST {
        return Err(Failure::new(
            Code::FileFailed,
            format!("{} is longer than 1 MiB", path.display()),
            "divide it into several files",
        ));
    }
    let since = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok());
    let micros = since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
    Ok((text, Timestamp::from_micros(micros)))
}

/// A query as it is edited, if it is one.
fn query_text(value: toml::Value) -> Result<String, String> {
    let text = match value {
        toml::Value::String(text) => text.trim().to_owned(),
        table @ toml::Value::Table(_) => laid_out(&to_json(table)),
        _ => return Err("the query must be a table, or a text with JSON".to_owned()),
    };
    Query::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(text)
}

/// TOML's moments are texts in JSON, which has none.
fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(to_json).collect(),
        toml::Value::Table(members) => {
            let members = members.into_iter().map(|(name, value)| (name, to_json(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

fn wrong(path: &Path, text: &str, place: usize, reason: &str) -> Failure {
    Failure::new(
        Code::FileFailed,
        format!("{}, line {}: {reason}", path.display(), line_of(text, place)),
        "each query is a table like [tides] with query, and perhaps about and instance",
    )
}

/// These queries as such a file, each a table under the last part of its name.
pub fn written(templates: &[Template]) -> String {
    let mut text = String::from(
        "# Queries for butterfly: put this file into queries/ of a home, or into a folder that\n# `[queries] from` in its config.toml names.\n",
    );
    for template in templates {
        let name = template.name.rsplit('/').next().unwrap_or_default();
        let mut table = toml::Table::new();
        let mut say = |key: &str, value: &Option<String>| {
            if let Some(value) = value {
                table.insert(key.to_owned(), value.clone().into());
            }
        };
        say("about", &template.about);
        say("instance", &template.instance);
        text.push_str(&format!(
            "\n[{}]\n{table}query = {}\n",
            key(name),
            literal(&template.text)
        ));
    }
    text
}

/// A key as TOML wants it: bare where it can be.
fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match !name.is_empty() && name.bytes().all(is_bare) {
        true => name.to_owned(),
        false => toml::Value::String(name.to_owned()).to_string(),
    }
}

/// A text as it stands, on lines of its own, where TOML can have it so: JSON is full of what would be escaped.
fn literal(text: &str) -> String {
    let is_plain = |letter: char| letter == '\n' || letter == '\t' || !letter.is_control();
    match !text.contains("'''") && text.chars().all(is_plain) {
        true => format!("'''\n{text}\n'''"),
        false => toml::Value::String(text.to_owned()).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &Path) -> QueryFolder {
        QueryFolder {
            path: path.to_owned(),
            is_named: true,
        }
    }

    fn told(found: &Templates) -> Vec<String> {
        found
            .problems
            .iter()
            .map(|problem| problem.message.clone())
            .collect()
    }

    #[test]
    fn each_table_is_a_query_named_after_its_file() {
        let home = tempfile::tempdir().unwrap();
        let text = "[tides]\nabout = \"Tables, by words\"\ninstance = \"museum\"\nquery = '''\n{\"action\": \"search_pointers\", \"search_term\": \"{{what}}\"}\n'''\n\n[stats.query]\naction = \"get_graph_stats\"\nsince = 2026-01-02\n";
        fs::write(home.path().join("coast.toml"), text).unwrap();
        fs::write(home.path().join(".coast.toml"), "broken [").unwrap();
        fs::write(home.path().join("notes.txt"), "broken [").unwrap();
        let found = read(&[folder(home.path())]);
        assert_eq!(told(&found), [""; 0]);
        let [stats, tides] = found.list.as_slice() else {
            panic!("two queries: {:?}", found.list)
        };
        assert_eq!(
            (stats.name.as_str(), tides.name.as_str()),
            ("coast/stats", "coast/tides")
        );
        assert!(stats.text.contains("\"since\": \"2026-01-02\""), "{}", stats.text);
        assert_eq!(
            tides.text,
            "{\"action\": \"search_pointers\", \"search_term\": \"{{what}}\"}"
        );
        assert_eq!(tides.instance.as_deref(), Some("museum"));
        assert_eq!(tides.about.as_deref(), Some("Tables, by words"));
        assert_eq!(
            tides.file.as_deref(),
            Some(home.path().join("coast.toml").as_path())
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_costs_nobody_the_rest() {
        let home = tempfile::tempdir().unwrap();
        fs::write(
            home.path().join("a.toml"),
            "[good.query]\naction = \"whoami\"\n\n[bad]\nquery = 7\n",
        )
        .unwrap();
        fs::write(
            home.path().join("b.toml"),
            "[one]\nquery = '{\"action\": \"whoami\"}'\nwhat = 1\n\n[other.query]\naction = \"whoami\"\n\n[without]\n",
        )
        .unwrap();
        fs::write(
            home.path().join("c.toml"),
            "[one]\nquery = '{\"no\": \"action\"}'\n",
        )
        .unwrap();
        let found = read(&[folder(home.path()), folder(&home.path().join("gone"))]);
        let names: Vec<&str> = found.list.iter().map(|template| template.name.as_str()).collect();
        assert_eq!(names, ["a/good", "b/other"]);
        let told = told(&found).join("\n");
        for part in [
            "a.toml, line 5: bad: ",
            "b.toml, line 3: unknown field",
            "b.toml, line 8: missing field `query`",
            "c.toml, line 2: one: ",
            "gone cannot be read",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        let unnamed = QueryFolder {
            path: home.path().join("gone"),
            is_named: false,
        };
        assert_eq!(read(&[unnamed]), Templates::default());
    }

    #[test]
    fn of_two_of_the_same_name_the_first_folder_s_counts() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let text = |action: &str| format!("[it.query]\naction = \"{action}\"\n");
        fs::write(ours.path().join("a.toml"), text("whoami")).unwrap();
        fs::write(theirs.path().join("a.toml"), text("get_graph_stats")).unwrap();
        let found = read(&[folder(ours.path()), folder(theirs.path())]);
        assert_eq!(found.list.len(), 1);
        assert!(found.list[0].text.contains("whoami"));
        assert!(told(&found)[0].contains("a/it stands in"), "{:?}", told(&found));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let home = tempfile::tempdir().unwrap();
        let template = |name: &str, text: &str, about: Option<&str>| Template {
            name: name.into(),
            text: text.into(),
            instance: Some("museum \"of\" tides".into()),
            about: about.map(str::to_owned),
            at: Timestamp::from_micros(0),
            file: None,
        };
        let awkward = [
            template(
                "stations of the harbour",
                "{\n  \"action\": \"whoami\"\n}",
                Some("Who\nam I"),
            ),
            template(
                "quotes",
                "{\"action\": \"whoami\", \"text\": \"''' \\\" \\u0000\"}",
                None,
            ),
            template("team/it", "{\"action\": \"whoami\", \"text\": \"{{a}}\"}", None),
        ];
        fs::write(home.path().join("out.toml"), written(&awkward)).unwrap();
        let found = read(&[folder(home.path())]);
        assert_eq!(told(&found), [""; 0]);
        for one in &awkward {
            let name = format!("out/{}", one.name.rsplit('/').next().unwrap());
            let again = found.list.iter().find(|template| template.name == name).unwrap();
            assert_eq!(
                (&again.text, &again.instance, &again.about),
                (&one.text, &one.instance, &one.about)
            );
        }
    }
}
