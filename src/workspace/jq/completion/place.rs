//! Where the cursor stands in an expression that is being written: what is begun there, and on what it would work. Pure.

use super::definition::{Function, is_of_name};
use super::levels::{Level, Opened, Term, levels};

/// What can go on at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JqPlace {
    /// The byte at which what is begun begins.
    pub from: usize,
    /// What is begun: `.addr`, `sel`, or nothing yet.
    pub begun: String,
    /// What may go there.
    pub(super) slot: Slot,
    /// An expression for what it works on.
    pub(super) of: String,
    /// The names that values were given before, each with its `$`.
    pub(super) variables: Vec<String>,
    /// The functions that were defined before, as they are written to be called.
    pub(super) functions: Vec<String>,
}

/// What may go somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A step further in: `.name`, or into a list.
    Step,
    /// The same, where there is no term before it to which brackets could be put.
    First,
    /// What stands between brackets behind a term.
    Index,
    /// A name in an object that is built.
    Name,
    /// A filter, by its name.
    Filter,
    /// A value that was given a name.
    Variable,
    /// Anything: nothing is begun.
    Anything,
}

/// Where the end of this text stands in the expression that it begins; none where nothing can be said.
pub fn place(text: &str) -> Option<JqPlace> {
    let levels = levels(text)?;
    let level = levels.last()?;
    let (from, slot, of) = match level.term {
        Some(term) => in_term(text, &levels, level, term)?,
        None => {
            let (slot, of) = between_terms(text, &levels, level)?;
            (text.len(), slot, of)
        }
    };
    let begun = &text[from..];
    let letters = begun.strip_prefix(['.', '$']).unwrap_or(begun);
    if !letters.is_empty() && !is_plain(letters) {
        return None;
    }
    let variables = levels.iter().flat_map(|level| &level.variables);
    let functions = levels.iter().flat_map(|level| &level.functions);
    Some(JqPlace {
        from,
        begun: begun.to_owned(),
        slot,
        of,
        variables: variables.map(|name| (*name).to_owned()).collect(),
        functions: functions.map(written).collect(),
    })
}

/// A function as it is called.
fn written(function: &Function<'_>) -> String {
    let bracket = if function.takes_arguments { "(" } else { "" };
    format!("{}{bracket}", function.name)
}

/// Where what is begun begins, what it may become, and on what that would work.
fn in_term(text: &str, levels: &[Level<'_>], level: &Level<'_>, term: Term) -> Option<(usize, Slot, String)> {
    let input = input(text, levels);
    let is_variable = text[term.start..].starts_with('$');
    Some(match term.step {
        Some(dot) if dot == term.start => (dot, Slot::First, input),
        Some(dot) => (dot, Slot::Step, joined(&input, &text[term.start..dot])),
        None if level.opened == Opened::Object && level.wants_name => (term.start, Slot::Name, input),
        // Who names something makes the name up.
        None if is_variable && level.is_pattern => return None,
        None if is_variable => (term.start, Slot::Variable, input),
        None => (term.start, Slot::Filter, input),
    })
}

/// What may be begun, and on what it would work.
fn between_terms(text: &str, levels: &[Level<'_>], level: &Level<'_>) -> Option<(Slot, String)> {
    match level.opened {
        Opened::Text => None,
        Opened::Index(owner) if text.len() == level.start => {
            let outer = &levels[..levels.len() - 1];
            let owner = text[owner..level.start - 1].trim_end_matches('.');
            Some((Slot::Index, joined(&input(text, outer), owner)))
        }
        _ if !expects_term(text) => None,
        Opened::Object if level.wants_name => Some((Slot::Name, input(text, levels))),
        _ => Some((Slot::Anything, input(text, levels))),
    }
}

/// Whether a term may begin here: behind a bracket, something that divides or an operator, and not behind a term.
fn expects_term(text: &str) -> bool {
    let before = text.trim_end();
    let word = before
        .rsplit(|letter| !is_of_name(letter))
        .next()
        .unwrap_or_default();
    if !word.is_empty() {
        return [
            "if", "then", "elif", "else", "and", "or", "try", "catch", "reduce", "foreach",
        ]
        .contains(&word);
    }
    before
        .chars()
        .next_back()
        .is_none_or(|last| !")]}\".?".contains(last))
}

/// Whether jq takes a name as it is.
pub(super) fn is_plain(name: &str) -> bool {
    let begins = name.starts_with(|letter: char| is_of_name(letter) && !letter.is_ascii_digit());
    begins && name.chars().all(is_of_name)
}

fn joined(input: &str, path: &str) -> String {
    match (input, path) {
        (input, "") => input.to_owned(),
        (".", path) => path.to_owned(),
        (input, path) => format!("{input} | {path}"),
    }
}

/// What flows into what is written on the innermost level. Nothing is put into brackets: a name that a value was given
/// holds for all that is written behind it.
fn input(text: &str, levels: &[Level<'_>]) -> String {
    let mut pieces: Vec<String> = Vec::new();
    for level in levels {
        match level.opened {
            Opened::Call(name) if level.arguments == 0 => pieces.extend(given_by(name).map(str::to_owned)),
            // What is folded begins as the first argument says.
            Opened::Fold(source) if level.arguments > 0 => {
                pieces.extend([source.to_owned(), level.first_argument.to_owned()]);
            }
            _ => {}
        }
        if let Some(pipe) = level.piped {
            pieces.push(text[level.start..pipe].trim().to_owned());
            if level.is_named {
                pieces.push(".".to_owned());
            }
        } else if let Some((start, end)) = level.definitions {
            // What is written can call what was defined before it.
            pieces.push(format!("{} .", &text[start..end]));
        }
    }
    if pieces.is_empty() {
        return ".".to_owned();
    }
    pieces.join(" | ")
}

/// What a filter gives to its argument, where that is not its own input.
fn given_by(filter: &str) -> Option<&'static str> {
    match filter {
        "map" | "map_values" | "any" | "all" | "sort_by" | "group_by" | "unique_by" | "min_by" | "max_by" => {
            Some(".[]?")
        }
        "with_entries" => Some("(to_entries[])?"),
        _ => None,
    }
}
