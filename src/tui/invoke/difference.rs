//! The page about two invokes beside each other.

use super::state::Sheet;
use crate::tui::clock::{Clock, count, duration};
use crate::tui::content::fields::heading;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{Comparison, DiffLine, DiffSign, Difference, FieldPair, TimingPair};

/// Columns for names.
const NAMES: usize = 18;
/// Columns for a figure.
const FIGURE: usize = 12;

/// Two lines of the log beside each other.
pub struct DifferencePage {
    /// What is shown.
    pub comparison: Comparison,
    /// For a direct call against one through another instance: what the way there added, microseconds.
    pub added_us: Option<i64>,
    /// The lines.
    pub sheet: Sheet,
}

impl DifferencePage {
    /// A page about these two.
    pub fn new(comparison: Comparison, added_us: Option<i64>) -> Self {
        Self {
            comparison,
            added_us,
            sheet: Sheet::default(),
        }
    }

    /// What it is called.
    pub fn title(&self) -> String {
        format!("#{} and #{}", self.comparison.one.id, self.comparison.other.id)
    }

    /// Makes the lines for this width, unless they are made.
    pub fn prepare(&mut self, clock: &Clock, glyphs: &Glyphs, width: u16, height: u16) {
        if self.sheet.made_for != width {
            self.sheet.lines = lines(&self.comparison, self.added_us, clock, glyphs, width);
            self.sheet.made_for = width;
        }
        self.sheet.settle(usize::from(height));
    }
}

fn lines(
    comparison: &Comparison,
    added_us: Option<i64>,
    clock: &Clock,
    glyphs: &Glyphs,
    width: u16,
) -> Vec<Line> {
    let mut lines = Vec::new();
    let sides = if added_us.is_some() {
        ("direct", "through")
    } else {
        ("first", "second")
    };
    for (side, row) in [(sides.0, &comparison.one), (sides.1, &comparison.other)] {
        let route = row.route.map_or_else(String::new, |route| format!(" by {route}"));
        lines.push(
            Line::of(format!("{side:<9}"), Role::Dim)
                .and(format!("#{:<6}", row.id), Role::Accent)
                .and(row.action.clone(), Role::Strong)
                .and(format!(" on {}{route}   ", row.instance), Role::Base)
                .and(duration(row.elapsed_us), Role::Base)
                .and(format!("   {}", clock.exact(row.at)), Role::Faint),
        );
    }
    lines.push(Line::new());
    if let Some(added) = added_us {
        lines.push(added_line(comparison, added));
    }
    lines.push(verdict("reply", &comparison.reply, glyphs));
    lines.push(verdict("query", &comparison.query, glyphs));
    add_pairs(&mut lines, "Outcome", &comparison.fields, sides, width);
    add_timings(&mut lines, comparison, sides, width);
    add_difference(&mut lines, "Reply", &comparison.reply, width);
    add_difference(&mut lines, "Query", &comparison.query, width);
    add_pairs(&mut lines, "Wire", &comparison.wire, sides, width);
    lines
}

fn added_line(comparison: &Comparison, added: i64) -> Line {
    let direct = comparison.one.elapsed_us.max(1);
    let percent = added.unsigned_abs().saturating_mul(100) / direct;
    let (words, role) = if added < 0 {
        (
            format!("the way through took {} less", duration(added.unsigned_abs())),
            Role::Good,
        )
    } else {
        (
            format!(
                "the way through adds {} ({percent} %)",
                duration(added.unsigned_abs())
            ),
            Role::Warn,
        )
    };
    Line::of(format!("{:<9}", "cost"), Role::Dim).and(words, role)
}

fn verdict(name: &str, difference: &Difference, glyphs: &Glyphs) -> Line {
    let start = Line::of(format!("{name:<9}"), Role::Dim);
    match (&difference.note, difference.changes.len()) {
        (Some(note), _) => start.and(format!("{} {note}", glyphs.warn), Role::Warn),
        (None, 0) => start.and(format!("{} the same", glyphs.good), Role::Good),
        (None, 1) => start.and(format!("{} one change", glyphs.warn), Role::Warn),
        (None, many) => start.and(
            format!("{} {} changes", glyphs.warn, count(many as u64)),
            Role::Warn,
        ),
    }
}

/// Columns for each of two values.
fn halves(width: u16) -> usize {
    (usize::from(width).saturating_sub(NAMES + 4) / 2).max(8)
}

fn add_pairs(lines: &mut Vec<Line>, title: &str, pairs: &[FieldPair], sides: (&str, &str), width: u16) {
    if pairs.is_empty() {
        return;
    }
    heading(lines, title);
    let room = halves(width);
    lines.push(
        Line::of(" ".repeat(NAMES + 2), Role::Faint)
            .and(format!("{:<room$}  ", sides.0), Role::Heading)
            .and(sides.1.to_owned(), Role::Heading),
    );
    for pair in pairs {
        let differs = pair.one != pair.other;
        let role = if differs { Role::Warn } else { Role::Base };
        let sign = if differs { "~ " } else { "  " };
        let parts = |text: &str| wrap(text, u16::try_from(room).unwrap_or(8));
        let (one, other) = (parts(&pair.one), parts(&pair.other));
        for index in 0..one.len().max(other.len()) {
            let part = |parts: &[String]| parts.get(index).cloned().unwrap_or_default();
            let (sign, name) = if index == 0 {
                (sign, pair.name.as_str())
            } else {
                ("  ", "")
            };
            lines.push(
                Line::of(sign, role)
                    .and(format!("{name:<NAMES$}"), Role::Dim)
                    .and(padded(&part(&one), room), role)
                    .and(part(&other), role),
            );
        }
    }
}

/// A text with blanks behind it, by its columns on the screen.
fn padded(text: &str, room: usize) -> String {
    let used = usize::from(crate::tui::widgets::draw::width(text));
    format!("{text}{}", " ".repeat(room.saturating_sub(used) + 2))
}

fn add_timings(lines: &mut Vec<Line>, comparison: &Comparison, sides: (&str, &str), width: u16) {
    heading(lines, "Timings");
    let figure = FIGURE.min((usize::from(width).saturating_sub(NAMES + 4) / 3).max(8));
    lines.push(
        Line::of(" ".repeat(NAMES + 4), Role::Faint)
            .and(format!("{:>figure$}", sides.0), Role::Heading)
            .and(format!("{:>figure$}", sides.1), Role::Heading)
            .and(format!("{:>figure$}", "change"), Role::Heading),
    );
    let whole = TimingPair {
        instance: "in all".to_owned(),
        phase: None,
        one_us: Some(comparison.one.elapsed_us),
        other_us: Some(comparison.other.elapsed_us),
    };
    for pair in std::iter::once(&whole).chain(&comparison.timings) {
        let (name, role) = match &pair.phase {
            None => (pair.instance.clone(), Role::Strong),
            Some(phase) => (format!("  {phase}"), Role::Dim),
        };
        let name: String = name.chars().take(NAMES + 3).collect();
        let took = |micros: Option<u64>| micros.map_or_else(|| "-".to_owned(), duration);
        let (change, change_role) = delta_of(pair);
        lines.push(
            Line::of(format!("{name:<width$}", width = NAMES + 4), role)
                .and(format!("{:>figure$}", took(pair.one_us)), Role::Base)
                .and(format!("{:>figure$}", took(pair.other_us)), Role::Base)
                .and(format!("{change:>figure$}"), change_role),
        );
    }
}

fn delta_of(pair: &TimingPair) -> (String, Role) {
    let (one, other) = (pair.one_us.unwrap_or(0), pair.other_us.unwrap_or(0));
    match other.cmp(&one) {
        std::cmp::Ordering::Greater => (format!("+{}", duration(other - one)), Role::Warn),
        std::cmp::Ordering::Less => (format!("-{}", duration(one - other)), Role::Good),
        std::cmp::Ordering::Equal => ("=".to_owned(), Role::Faint),
    }
}

fn add_difference(lines: &mut Vec<Line>, title: &str, difference: &Difference, width: u16) {
    if difference.lines.is_empty() {
        return;
    }
    heading(lines, title);
    for line in &difference.lines {
        add_diff_line(lines, line, width);
    }
}

fn add_diff_line(lines: &mut Vec<Line>, line: &DiffLine, width: u16) {
    let (sign, role) = match line.sign {
        DiffSign::Same => ("  ", Role::Dim),
        DiffSign::Added => ("+ ", Role::Good),
        DiffSign::Removed => ("- ", Role::Bad),
        DiffSign::Moved => ("> ", Role::Accent),
    };
    let indent = "  ".repeat(line.depth.min(usize::from(width) / 4));
    let taken = u16::try_from(indent.len() + 2).unwrap_or(2);
    let parts = wrap(&line.text, width.saturating_sub(taken).max(12));
    for (index, part) in parts.into_iter().enumerate() {
        let sign = if index == 0 || line.sign == DiffSign::Same {
            sign
        } else {
            "  "
        };
        lines.push(
            Line::of(sign, role)
                .and(indent.clone(), Role::Base)
                .and(part, role),
        );
    }
}
