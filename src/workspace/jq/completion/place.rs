//! Where the cursor stands in an expression that is being written: what is begun there, and on what it would work. Pure.

use super::levels::{Level, Opened, is_of_name, levels};

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
    let input = input(text, &levels);
    let variables: Vec<String> = levels
        .iter()
        .flat_map(|level| level.variables.iter().map(|name| (*name).to_owned()))
        .collect();
    let nothing_begun = |slot, of| {
        Some(JqPlace {
            from: text.len(),
            begun: String::new(),
            slot,
            of,
            variables: variables.clone(),
        })
    };
    let Some(term) = level.term else {
        return match level.opened {
            Opened::Text => None,
            Opened::Index(owner) if text.len() == level.start => {
                let outer = &levels[..levels.len() - 1];
                let owner = text[owner..level.start - 1].trim_end_matches('.');
                nothing_begun(Slot::Index, joined(&self::input(text, outer), owner))
            }
            _ if !expects_term(text) => None,
            Opened::Object if level.wants_name => nothing_begun(Slot::Name, input),
            _ => nothing_begun(Slot::Anything, input),
        };
    };
    let (from, slot, of) = match term.step {
        Some(dot) if dot == term.start => (dot, Slot::First, input),
        Some(dot) => (dot, Slot::Step, joined(&input, &text[term.start..dot])),
        None if level.opened == Opened::Object && level.wants_name => (term.start, Slot::Name, input),
        // Who names something makes the name up.
        None if text[term.start..].starts_with('$') && level.is_pattern => return None,
        None if text[term.start..].starts_with('$') => (term.start, Slot::Variable, input),
        None => (term.start, Slot::Filter, input),
    };
    let begun = &text[from..];
    let letters = begun.strip_prefix(['.', '$']).unwrap_or(begun);
    let is_name = letters.is_empty() || is_plain(letters);
    is_name.then(|| JqPlace {
        from,
        begun: begun.to_owned(),
        slot,
        of,
        variables,
    })
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
