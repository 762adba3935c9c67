//! Two lines of the invoke log beside each other, as text.

use super::inert::inert_lines;
use super::table::Table;
use super::words;
use crate::workspace::{Comparison, DiffSign, Difference, FieldPair};

/// Everything that differs.
pub fn text(comparison: &Comparison) -> String {
    let mut text = pairs(&comparison.fields);
    text.push('\n');
    text.push_str(&timings(comparison));
    for (name, difference) in [("reply", &comparison.reply), ("query", &comparison.query)] {
        text.push_str(&format!("\n{name}: {}\n", verdict(difference)));
        text.push_str(&lines(difference));
    }
    if !comparison.wire.is_empty() {
        text.push_str("\nwire\n");
        text.push_str(&pairs(&comparison.wire));
    }
    inert_lines(&text)
}

/// A span of time with its sign.
pub fn signed(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "+" };
    format!("{sign}{}", words::duration(micros.unsigned_abs()))
}

fn pairs(pairs: &[FieldPair]) -> String {
    let mut table = Table::new(["", "FIRST", "SECOND", ""]);
    for pair in pairs {
        let differs = if pair.one == pair.other { "" } else { "differs" };
        table.row([
            pair.name.clone(),
            pair.one.clone(),
            pair.other.clone(),
            differs.to_owned(),
        ]);
    }
    table.to_text()
}

fn timings(comparison: &Comparison) -> String {
    let mut table = Table::new(["HOP", "PHASE", ">FIRST", ">SECOND", ">CHANGE"]);
    let took = |micros: Option<u64>| micros.map_or_else(|| "-".to_owned(), words::duration);
    let change = |one: u64, other: u64| {
        let of = |micros: u64| i64::try_from(micros).unwrap_or(i64::MAX);
        signed(of(other) - of(one))
    };
    let (one, other) = (comparison.one.elapsed_us, comparison.other.elapsed_us);
    table.row([
        "in all".to_owned(),
        String::new(),
        words::duration(one),
        words::duration(other),
        change(one, other),
    ]);
    for pair in &comparison.timings {
        let (hop, phase) = match &pair.phase {
            None => (pair.instance.clone(), String::new()),
            Some(phase) => (String::new(), phase.clone()),
        };
        table.row([
            hop,
            phase,
            took(pair.one_us),
            took(pair.other_us),
            change(pair.one_us.unwrap_or(0), pair.other_us.unwrap_or(0)),
        ]);
    }
    table.to_text()
}

fn verdict(difference: &Difference) -> String {
    match (&difference.note, difference.changes.len()) {
        (Some(note), _) => note.clone(),
        (None, 0) => "the same".to_owned(),
        (None, 1) => "one change".to_owned(),
        (None, many) => format!("{many} changes"),
    }
}

fn lines(difference: &Difference) -> String {
    let mut text = String::new();
    for line in &difference.lines {
        let sign = match line.sign {
            DiffSign::Same => ' ',
            DiffSign::Added => '+',
            DiffSign::Removed => '-',
            DiffSign::Moved => '>',
        };
        text.push_str(&format!("{sign} {}{}\n", "  ".repeat(line.depth), line.text));
    }
    text
}
