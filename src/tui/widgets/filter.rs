//! A filter as it is typed: its terms in colours, what is wrong in it, and what could come next.

use super::draw::Canvas;
use crate::model::filter::{Field, Filter, FilterError, Kind, Term, Test};
use crate::tui::theme::Role;
use ratatui::style::Style;
use std::ops::Range;

/// The text in the colours of its terms.
pub fn filter_spans(
    text: &str,
    filter: &Filter,
    problem: Option<&FilterError>,
    canvas: &Canvas,
) -> Vec<(String, Style)> {
    let mut roles = vec![Role::Dim; text.len()];
    for term in &filter.terms {
        for (range, role) in parts(text, term) {
            roles[range].fill(role);
        }
    }
    if let Some(problem) = problem {
        roles[problem.span.start.min(text.len())..problem.span.end.min(text.len())].fill(Role::Bad);
    }
    let mut spans: Vec<(String, Style)> = Vec::new();
    let mut last = None;
    for (at, letter) in text.char_indices() {
        let role = roles[at];
        match spans.last_mut().filter(|_| last == Some(role)) {
            Some((run, _)) => run.push(letter),
            None => spans.push((letter.to_string(), canvas.style(role))),
        }
        last = Some(role);
    }
    spans
}

/// The parts of a term: its signs, the name of its field, and what is looked for.
fn parts(text: &str, term: &Term) -> Vec<(Range<usize>, Role)> {
    let Range { mut start, end } = term.span.clone();
    let mut parts = Vec::new();
    if term.not {
        parts.push((start..start + 1, Role::Warn));
        start += 1;
    }
    let name = match (&term.test, text[start..end].chars().next()) {
        (Test::Fuzzy(_), _) | (Test::Field(..), Some('@' | '#')) => 1,
        (Test::Field(..), _) => text[start..end].find(':').map_or(0, |colon| colon + 1),
        (Test::Word(_), _) => 0,
    };
    parts.push((start..start + name, Role::Key));
    parts.push((start + name..end, Role::Strong));
    parts
}

/// What could be written where one is typing: values of the field that is begun, fields that begin so, or all.
pub fn filter_hint(text: &str, fields: &[Field]) -> String {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let last = last.trim_start_matches('!');
    let is_called = |field: &&Field, name: &str| field.name == name || field.also.contains(&name);
    if let Some((name, _)) = last.split_once(':')
        && let Some(field) = fields.iter().find(|field| is_called(field, name))
    {
        return format!("{}: {}", field.help, field.kind.example());
    }
    let begun: Vec<&Field> = fields
        .iter()
        .filter(|field| !last.is_empty() && field.name.starts_with(last))
        .collect();
    if let [field] = begun[..] {
        return format!("{}:  {}", field.name, field.help);
    }
    let shown: Vec<String> = if begun.is_empty() {
        fields.iter().collect()
    } else {
        begun
    }
    .into_iter()
    .map(short)
    .collect();
    format!("{}  !not  ~letters", shown.join(" "))
}

fn short(field: &Field) -> String {
    match (field.name, field.kind) {
        ("instance", _) => "@instance".to_owned(),
        ("tag", _) => "#tag".to_owned(),
        (name, Kind::Duration) => format!("{name}:>100ms"),
        (name, Kind::Bytes) => format!("{name}:>1MB"),
        (name, Kind::Moment) => format!("{name}:1h"),
        (name, _) => format!("{name}:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::LOG_FIELDS;

    #[test]
    fn what_could_come_next_is_said() {
        assert!(filter_hint("", LOG_FIELDS).starts_with("@instance action: status:"));
        assert!(filter_hint("beta !status:", LOG_FIELDS).contains("interpreted"));
        assert!(filter_hint("beta cr", LOG_FIELDS).starts_with("cred:"));
        assert!(filter_hint("s", LOG_FIELDS).starts_with("status: size:>1MB since:1h"));
    }

    #[test]
    fn every_letter_is_drawn_once_whatever_is_typed() {
        let theme = crate::tui::theme::Catalog::load(None);
        let theme = theme.theme("dark", crate::tui::theme::Depth::True).unwrap();
        let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 1, 1));
        let canvas = Canvas {
            buffer: &mut buffer,
            theme: &theme,
            glyphs: &crate::tui::theme::UNICODE,
            cursor: None,
        };
        for text in [
            "@ünit !~gé took:>1s \"zwei wörter",
            "status:odd x",
            "!",
            "took:",
            "a:b",
            "note:\"ä b\" é",
        ] {
            let (filter, problem) = Filter::parse_typed(text, LOG_FIELDS);
            let spans = filter_spans(text, &filter, problem.as_ref(), &canvas);
            let whole: String = spans.iter().map(|(part, _)| part.as_str()).collect();
            assert_eq!(whole, text);
        }
    }
}
