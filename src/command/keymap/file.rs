//! `keymap.toml`: a preset, and what a person wants otherwise.
//!
//! ```toml
//! preset = "plain"
//!
//! [keys.pointers]
//! "u c" = "call circuit"
//! p = { run = "invoke", when = "pointer && !read_only" }
//! x = false
//! ```
//!
//! A file that is no TOML changes nothing: the keymap stays as it was. In one that is, each line counts by itself:
//! what cannot be understood or must not be is told with its place and passed over, the rest counts.

mod conflict;

use super::{Binding, Condition, Keymap, Preset};
use crate::command::{Command, HABITS, Key, KeyCode, Scope, Sequence, by_name};
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something in the file that does not count, or hides something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "line {}, column {}: {}; {}",
            self.line, self.column, self.message, self.remedy
        )
    }
}

/// Keys that the console itself takes, whatever a keymap says.
pub(in crate::command) const RESERVED: [&str; 2] = ["ctrl-c", "ctrl-z"];

/// Most keys in a row.
const LONGEST: usize = 4;

/// A binding of the file, with its place there.
struct Own {
    binding: Binding,
    at: usize,
}

impl Keymap {
    /// Reads a keymap file: the keymap with what is wrong in it, or why it cannot be read at all.
    pub fn load(text: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            problem(
                text,
                at,
                error.message(),
                "put it right; the keys stay as they were",
            )
        })?;
        let mut reader = Reader {
            text,
            keymap: Self::default(),
            own: Vec::new(),
            taken_away: Vec::new(),
            problems: Vec::new(),
        };
        reader.read(table.get_ref());
        let (keymap, mut problems) = reader.finish();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Ok((keymap, problems))
    }
}

fn problem(text: &str, at: usize, message: impl Into<String>, remedy: impl Into<String>) -> Problem {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |place| place + 1);
    Problem {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message: message.into(),
        remedy: remedy.into(),
    }
}

struct Reader<'a> {
    text: &'a str,
    keymap: Keymap,
    own: Vec<Own>,
    taken_away: Vec<(Scope, Sequence, usize)>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn tell(&mut self, span: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems
            .push(problem(self.text, span.start, message, remedy));
    }

    fn read(&mut self, table: &DeTable) {
        for (key, value) in in_order(table) {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("preset", DeValue::String(name)) => match Preset::parse(name) {
                    Some(preset) => self.keymap = Keymap::of(preset),
                    None => {
                        let names = Preset::ALL.map(Preset::name).join(" or ");
                        self.tell(
                            value.span(),
                            format!("there is no preset {name:?}"),
                            format!("name {names}"),
                        );
                    }
                },
                ("preset", _) => self.tell(value.span(), "a preset is a text", "write preset = \"vim\""),
                ("keys", DeValue::Table(scopes)) => self.scopes(scopes),
                ("keys", _) => self.tell(
                    value.span(),
                    "keys stand in tables, one a scope",
                    "write [keys.pointers]",
                ),
                (other, _) => self.tell(
                    key.span(),
                    format!("{other:?} is not known here"),
                    "there are `preset` and `keys`",
                ),
            }
        }
    }

    fn scopes(&mut self, scopes: &DeTable) {
        for (name, keys) in in_order(scopes) {
            let found = Scope::all()
                .into_iter()
                .find(|scope| scope.name() == *name.get_ref());
            match (found, keys.get_ref()) {
                (Some(scope), DeValue::Table(keys)) => self.keys(scope, keys),
                (Some(scope), _) => self.tell(
                    keys.span(),
                    "the keys of a scope are a table",
                    format!("write [keys.{}]", scope.name()),
                ),
                (None, _) => {
                    let names: Vec<String> = Scope::all().into_iter().map(Scope::name).collect();
                    self.tell(
                        name.span(),
                        format!("there is no scope {:?}", name.get_ref()),
                        format!("there are: {}", names.join(", ")),
                    );
                }
            }
        }
    }

    fn keys(&mut self, scope: Scope, keys: &DeTable) {
        for (name, value) in in_order(keys) {
            let Some(sequence) = self.sequence(name) else {
                continue;
            };
            match value.get_ref() {
                DeValue::Boolean(false) => self.taken_away.push((scope, sequence, name.span().start)),
                DeValue::Array(choices) => {
                    for choice in choices.iter() {
                        self.binding(scope, &sequence, name, choice);
                    }
                }
                _ => self.binding(scope, &sequence, name, value),
            }
        }
    }

    fn sequence(&mut self, name: &Spanned<toml::de::DeString<'_>>) -> Option<Sequence> {
        let Some(sequence) = Sequence::parse(name.get_ref()) else {
            self.tell(
                name.span(),
                format!("{:?} is no key", name.get_ref()),
                "write j, G, ctrl-u, alt-x, enter, space, f1, or several with blanks between them",
            );
            return None;
        };
        let keys = sequence.keys();
        if keys.len() > LONGEST {
            self.tell(
                name.span(),
                format!("{LONGEST} keys in a row are the most"),
                "take fewer",
            );
            return None;
        }
        if let Some(key) = keys.iter().find(|key| RESERVED.contains(&key.spelled().as_str())) {
            self.tell(
                name.span(),
                format!("{} always does the same", key.spelled()),
                "take another key",
            );
            return None;
        }
        if keys.len() > 1 && keys.iter().any(|key: &Key| key.code == KeyCode::Esc) {
            self.tell(name.span(), "esc forgets the keys before it", "take another key");
            return None;
        }
        Some(sequence)
    }

    fn binding(
        &mut self,
        scope: Scope,
        keys: &Sequence,
        name: &Spanned<toml::de::DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let Some((line, line_span, when)) = self.meaning(value) else {
            return;
        };
        let (called, argument) = match line.trim().split_once(char::is_whitespace) {
            Some((called, argument)) => (called, Some(argument.trim().to_owned())),
            None => (line.trim(), None),
        };
        let Some(command) = by_name(called).filter(|command| command.name == called) else {
            let near = by_name(called).map_or_else(
                || "`butterfly docs` lists all commands".to_owned(),
                |command| format!("did you mean {:?}?", command.name),
            );
            return self.tell(line_span, format!("there is no command {called:?}"), near);
        };
        if argument.is_some() && command.argument.is_empty() {
            return self.tell(
                line_span,
                format!("nothing may follow {called:?}"),
                "leave out what follows it",
            );
        }
        let first = keys.keys()[0].spelled();
        if command.dangerous && HABITS.contains(&first.as_str()) {
            return self.tell(
                name.span(),
                format!("{called} destroys something, and {first} is pressed by habit"),
                "take another key for it",
            );
        }
        if !is_there(command, scope) {
            let scopes: Vec<String> = command.scopes.iter().map(|scope| scope.name()).collect();
            return self.tell(
                name.span(),
                format!("{called} does nothing in {}", scope.name()),
                format!("it belongs to: {}", scopes.join(", ")),
            );
        }
        self.own.push(Own {
            binding: Binding {
                scope,
                keys: keys.clone(),
                command,
                argument,
                when,
            },
            at: name.span().start,
        });
    }

    /// What a key is to mean: a command's line, and when.
    fn meaning(&mut self, value: &Spanned<DeValue<'_>>) -> Option<(String, Range<usize>, Option<Condition>)> {
        const SHAPE: &str = "write \"command argument\", { run = \"command\", when = \"pointer\" }, or false";
        let table = match value.get_ref() {
            DeValue::String(line) => return Some((line.to_string(), value.span(), None)),
            DeValue::Table(table) => table,
            _ => {
                self.tell(value.span(), "this is no command", SHAPE);
                return None;
            }
        };
        let mut line = None;
        let mut when = None;
        for (key, value) in in_order(table) {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("run", DeValue::String(text)) => line = Some((text.to_string(), value.span())),
                ("when", DeValue::String(text)) => match Condition::parse(text) {
                    Ok(condition) => when = Some(condition),
                    Err(error) => {
                        // Behind the quotation mark; where it is written otherwise, the beginning is near enough.
                        let inside: usize = text.chars().take(error.at).map(char::len_utf8).sum();
                        let start = value.span().start + 1 + inside;
                        self.tell(
                            start..start,
                            error.message,
                            "only facts, `!`, `&&`, `||` and parentheses",
                        );
                        return None;
                    }
                },
                _ => {
                    self.tell(
                        key.span(),
                        format!("{:?} is not known here", key.get_ref()),
                        SHAPE,
                    );
                    return None;
                }
            }
        }
        let Some((line, span)) = line else {
            self.tell(value.span(), "a command is missing", SHAPE);
            return None;
        };
        Some((line, span, when))
    }

    /// Lays what the person wants over the preset.
    fn finish(mut self) -> (Keymap, Vec<Problem>) {
        for (scope, keys, at) in std::mem::take(&mut self.taken_away) {
            let before = self.keymap.bindings.len();
            self.keymap
                .bindings
                .retain(|binding| binding.scope != scope || binding.keys != keys);
            if self.keymap.bindings.len() == before {
                self.tell(
                    at..at,
                    format!("{} means nothing in {} anyway", keys.spelled(), scope.name()),
                    "leave the line out",
                );
            }
        }
        let own = std::mem::take(&mut self.own);
        let line_of = |at| problem(self.text, at, "", "").line;
        let conflicts = conflict::lay_over(&mut self.keymap.bindings, own, line_of);
        for (at, message, remedy) in conflicts {
            self.tell(at..at, message, remedy);
        }
        (self.keymap, self.problems)
    }
}

/// Whether a command is there wherever this scope is in force, by whichever of its own scopes: it may get a key in a
/// nearer one.
fn is_there(command: &Command, scope: Scope) -> bool {
    Scope::STACKS
        .into_iter()
        .filter(|stack| stack.contains(&scope))
        .all(|stack| stack.iter().any(|own| command.belongs_to(*own)))
}

/// The entries of a table in the order of the file.
fn in_order<'a, 'i>(
    table: &'a DeTable<'i>,
) -> Vec<(&'a Spanned<toml::de::DeString<'i>>, &'a Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

#[cfg(test)]
mod tests;
