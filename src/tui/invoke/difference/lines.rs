//! The lines of the page: who the two are, what differs, and by how much.

use super::super::state::Tab;
use super::row::{Half, Row};
use crate::tui::clock::{Clock, count, duration};
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::draw::width;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{Comparison, DiffLine, DiffSign, Difference, FieldPair, TimingPair};

/// Columns for names.
const NAMES: usize = 18;
/// Columns for a figure.
const FIGURE: usize = 12;

/// How many columns there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// For a line.
    whole: u16,
    /// For each of two values.
    half: usize,
}

impl Room {
    /// On a screen.
    pub(super) fn of(whole: u16) -> Self {
        let half = (usize::from(whole).saturating_sub(NAMES + 4) / 2).max(8);
        Self { whole, half }
    }

    /// So much that no line has to be broken.
    pub(super) fn for_all_of(comparison: &Comparison) -> Self {
        let pairs = comparison.fields.iter().chain(&comparison.wire);
        let widest = pairs.map(|pair| width(&pair.one).max(width(&pair.other))).max();
        Self {
            whole: u16::MAX,
            half: usize::from(widest.unwrap_or(0).max(8)),
        }
    }
}

/// The lines, for a room.
pub(super) fn lines(
    comparison: &Comparison,
    added_us: Option<i64>,
    clock: &Clock,
    glyphs: &Glyphs,
    room: Room,
) -> Vec<Row> {
    let mut writer = Writer::default();
    let sides = Half::ALL.map(|half| half.title(added_us.is_some()));
    for (half, side) in Half::ALL.into_iter().zip(sides) {
        let row = half.of(comparison);
        let route = row.route.map_or_else(String::new, |route| format!(" by {route}"));
        writer.line(
            Some(half),
            Line::of(format!("{side:<9}"), Role::Dim)
                .and(format!("#{:<6}", row.id), Role::Accent)
                .and(row.action.clone(), Role::Strong)
                .and(format!(" on {}{route}   ", row.instance), Role::Base)
                .and(duration(row.elapsed_us), Role::Base)
                .and(format!("   {}", clock.exact(row.at)), Role::Faint),
        );
    }
    writer.line(None, Line::new());
    if let Some(added) = added_us {
        writer.line(None, added_line(comparison, added));
    }
    writer.line(None, verdict("reply", &comparison.reply, glyphs));
    writer.tab = Tab::Query;
    writer.line(None, verdict("query", &comparison.query, glyphs));
    writer.tab = Tab::Reply;
    add_pairs(&mut writer, "Outcome", &comparison.fields, sides, room);
    writer.tab = Tab::Trace;
    add_timings(&mut writer, comparison, sides, room);
    writer.tab = Tab::Reply;
    add_difference(&mut writer, "Reply", &comparison.reply, room);
    writer.tab = Tab::Query;
    add_difference(&mut writer, "Query", &comparison.query, room);
    writer.tab = Tab::Wire;
    add_pairs(&mut writer, "Wire", &comparison.wire, sides, room);
    writer.rows
}

/// Writes the rows one after the other.
struct Writer {
    rows: Vec<Row>,
    tab: Tab,
    number: usize,
}

impl Default for Writer {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            tab: Tab::Reply,
            number: 0,
        }
    }
}

impl Writer {
    /// A line that is one row.
    fn line(&mut self, half: Option<Half>, line: Line) {
        self.begin();
        self.row(half, line);
    }

    /// The rows that follow are one line.
    fn begin(&mut self) {
        self.number += 1;
    }

    fn row(&mut self, half: Option<Half>, line: Line) {
        let (number, tab) = (self.number, self.tab);
        self.rows.push(Row {
            line,
            number,
            half,
            tab,
        });
    }

    fn heading(&mut self, title: &str) {
        self.line(None, Line::new());
        self.line(None, Line::of(title.to_owned(), Role::TitleFocus));
    }
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

fn add_pairs(writer: &mut Writer, title: &str, pairs: &[FieldPair], sides: [&str; 2], room: Room) {
    if pairs.is_empty() {
        return;
    }
    writer.heading(title);
    let room = room.half;
    writer.line(
        None,
        Line::of(" ".repeat(NAMES + 2), Role::Faint)
            .and(format!("{:<room$}  ", sides[0]), Role::Heading)
            .and(sides[1].to_owned(), Role::Heading),
    );
    for pair in pairs {
        let differs = pair.one != pair.other;
        let role = if differs { Role::Warn } else { Role::Base };
        let sign = if differs { "~ " } else { "  " };
        let parts = |text: &str| wrap(text, u16::try_from(room).unwrap_or(8));
        let (one, other) = (parts(&pair.one), parts(&pair.other));
        writer.begin();
        for index in 0..one.len().max(other.len()) {
            let part = |parts: &[String]| parts.get(index).cloned().unwrap_or_default();
            let (sign, name) = if index == 0 {
                (sign, pair.name.as_str())
            } else {
                ("  ", "")
            };
            writer.row(
                None,
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
    let used = usize::from(width(text));
    format!("{text}{}", " ".repeat(room.saturating_sub(used) + 2))
}

fn add_timings(writer: &mut Writer, comparison: &Comparison, sides: [&str; 2], room: Room) {
    writer.heading("Timings");
    let figure = FIGURE.min((usize::from(room.whole).saturating_sub(NAMES + 4) / 3).max(8));
    writer.line(
        None,
        Line::of(" ".repeat(NAMES + 4), Role::Faint)
            .and(format!("{:>figure$}", sides[0]), Role::Heading)
            .and(format!("{:>figure$}", sides[1]), Role::Heading)
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
        writer.line(
            None,
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

fn add_difference(writer: &mut Writer, title: &str, difference: &Difference, room: Room) {
    if difference.lines.is_empty() {
        return;
    }
    writer.heading(title);
    for line in &difference.lines {
        add_diff_line(writer, line, room.whole);
    }
}

fn add_diff_line(writer: &mut Writer, line: &DiffLine, width: u16) {
    let (sign, role, half) = match line.sign {
        DiffSign::Same => ("  ", Role::Dim, None),
        DiffSign::Added => ("+ ", Role::Good, Some(Half::Second)),
        DiffSign::Removed => ("- ", Role::Bad, Some(Half::First)),
        DiffSign::Moved => ("> ", Role::Accent, None),
    };
    let indent = "  ".repeat(line.depth.min(usize::from(width) / 4));
    let taken = u16::try_from(indent.len() + 2).unwrap_or(2);
    let parts = wrap(&line.text, width.saturating_sub(taken).max(12));
    writer.begin();
    for (index, part) in parts.into_iter().enumerate() {
        let sign = if index == 0 || line.sign == DiffSign::Same {
            sign
        } else {
            "  "
        };
        writer.row(
            half,
            Line::of(sign, role)
                .and(indent.clone(), Role::Base)
                .and(part, role),
        );
    }
}
