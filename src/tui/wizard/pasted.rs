//! What becomes of pasted text: a bundle or a request where one is asked for, several values over their fields, or else
//! what goes into the field with the cursor. What came last is what counts: nothing that was there before goes on
//! unseen.

use super::answers;
use super::state::Wizard;
use crate::handshake::guide::{Source, Step};
use crate::tui::layers::{CUT, Kind};
use crate::tui::state::State;
use zeroize::Zeroizing;

/// From so many bytes on, a line is a request and no path.
const LONGEST_PATH: usize = 200;

/// Takes pasted text.
pub fn paste(state: &State, wizard: &mut Wizard, text: &str) {
    let text = with_line_feeds(text);
    let text = text.trim();
    let step = wizard.step();
    let is_block = text.contains("-----BEGIN") || text.lines().count() > 1;
    wizard.failure = None;
    match step {
        Step::Bundle if is_block => {
            wizard.course.answers.bundle = Some(Source::Text(text.to_owned()));
            put(wizard, "bundle", "");
        }
        Step::Request if is_block || text.len() > LONGEST_PATH => {
            text.clone_into(&mut wizard.course.answers.request);
            put(wizard, "request", "");
        }
        Step::Plain | Step::Code => values(wizard, text, is_block),
        _ => {
            into_field(wizard, text);
            field_counts(wizard);
        }
    }
    answers::check(state, wizard);
}

/// What is in the field of a bundle or a request replaces what was pasted before.
pub fn field_counts(wizard: &mut Wizard) {
    match wizard.step() {
        Step::Bundle if !wizard.typed(Step::Bundle, "bundle").is_empty() => {
            wizard.course.answers.bundle = None;
        }
        Step::Request if !wizard.typed(Step::Request, "request").is_empty() => {
            wizard.course.answers.request.clear();
        }
        _ => {}
    }
}

/// Terminals and what runs in them (tmux) hand line breaks over as Enter: a carriage return.
fn with_line_feeds(text: &str) -> Zeroizing<String> {
    let mut lines = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\r' {
            lines.push(character);
            continue;
        }
        rest.next_if_eq(&'\n');
        lines.push('\n');
    }
    Zeroizing::new(lines)
}

/// Several values in one piece go where each belongs. In one line they would all stand in one field, unmasked.
fn values(wizard: &mut Wizard, text: &str, is_block: bool) {
    let found = match wizard.step() {
        Step::Plain => named(text),
        _ if is_block => address_and_code(text),
        _ => Vec::new(),
    };
    if found.is_empty() {
        let masked = |wizard: &Wizard| {
            let field = wizard.fields().get(wizard.at);
            field.is_some_and(|field| matches!(field.kind, Kind::Secret(_)))
        };
        if is_block && !masked(wizard) {
            wizard.note = Some(
                match wizard.step() {
                    Step::Plain => "no line is NAME=value: paste each value by itself",
                    _ => "no address and code: paste each by itself",
                }
                .to_owned(),
            );
            return;
        }
        into_field(wizard, text);
        return;
    }
    let mut whole = true;
    for (id, value) in &found {
        whole &= put(wizard, id, value);
    }
    let last = wizard.fields().len().saturating_sub(1);
    let missing = wizard.fields().iter().position(|field| field.value().is_empty());
    wizard.at = missing.unwrap_or(last);
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let left = lines.saturating_sub(found.len());
    wizard.note = match (whole, left) {
        (false, _) => Some(CUT.to_owned()),
        (true, 0) => None,
        (true, 1) => Some("one line is for none of these fields".to_owned()),
        (true, left) => Some(format!("{left} lines are for none of these fields")),
    };
}

/// The values that lines such as `APP_ID=museum-lab` name, each with its field.
fn named(text: &str) -> Vec<(&'static str, &str)> {
    let value = |line: &'_ str| -> Option<(&'static str, usize)> {
        let (name, _) = line.split_once('=')?;
        let word = name.trim();
        let word = word.strip_prefix("export ").unwrap_or(word).trim();
        let id = match word.to_ascii_uppercase().as_str() {
            "BUTTERFLY_URL" | "URL" => "url",
            "APP_ID" => "app_id",
            "JWT_SECRET_KEY" => "jwt_secret",
            "BUTTERFLY_ENCRYPTION_KEY" | "ENCRYPTION_KEY" => "encryption_key",
            _ => return None,
        };
        Some((id, name.len() + 1))
    };
    text.lines()
        .filter_map(|line| value(line).map(|(id, from)| (id, unquoted(line[from..].trim()))))
        .collect()
}

/// The text between quotes, or all of it.
fn unquoted(text: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(text)
}

/// An address and a code, each on a line of its own, as they are copied where they were made.
fn address_and_code(text: &str) -> Vec<(&'static str, &str)> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    match lines.as_slice() {
        [one, other] if one.contains("://") && !other.contains("://") => vec![("url", one), ("code", other)],
        [one, other] if other.contains("://") && !one.contains("://") => vec![("url", other), ("code", one)],
        _ => Vec::new(),
    }
}

/// Into the field with the cursor.
fn into_field(wizard: &mut Wizard, text: &str) {
    let (step, at) = (wizard.step(), wizard.at);
    if let Some(field) = wizard.pages.get_mut(&step).and_then(|page| page.get_mut(at)) {
        let whole = field.paste(text);
        wizard.note = (!whole).then(|| CUT.to_owned());
    }
}

/// Into a field of the present step, instead of what was there. False if only the beginning was taken.
fn put(wizard: &mut Wizard, id: &str, text: &str) -> bool {
    let step = wizard.step();
    let fields = wizard.pages.get_mut(&step);
    let field = fields.and_then(|page| page.iter_mut().find(|field| field.id == id));
    field.is_none_or(|field| field.replace(text))
}
