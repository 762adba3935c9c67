//! Aligned tables for people.

use super::inert::inert;
use std::io::IsTerminal;
use unicode_width::UnicodeWidthStr;

/// Between columns.
const GAP: usize = 2;
/// A column that must give way keeps at least this.
const NARROWEST: usize = 12;

/// Rows under a heading; every cell is made inert.
pub struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
    right: Vec<bool>,
}

impl Table {
    /// With these columns; one whose heading begins with `>` is aligned to the right.
    pub fn new<const N: usize>(heading: [&'static str; N]) -> Self {
        Self {
            right: heading.iter().map(|name| name.starts_with('>')).collect(),
            heading: heading
                .iter()
                .map(|name| name.trim_start_matches('>').to_owned())
                .collect(),
            rows: Vec::new(),
        }
    }

    /// With columns that somebody chose, all aligned to the left.
    pub fn of(heading: Vec<String>) -> Self {
        Self {
            right: vec![false; heading.len()],
            heading,
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.push(cells.into());
    }

    /// Adds a row to a table whose columns somebody chose.
    pub fn push(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.heading.len(), "as many cells as columns");
        self.rows
            .push(cells.iter().map(|cell| inert(cell).into_owned()).collect());
    }

    /// The table as text, no wider than the terminal if stdout is one.
    pub fn to_text(&self) -> String {
        let width = std::io::stdout()
            .is_terminal()
            .then(|| crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns)));
        self.render(width)
    }

    fn render(&self, available: Option<usize>) -> String {
        let widths = self.widths(available);
        let mut text = String::new();
        for row in std::iter::once(&self.heading).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, width), right) in row.iter().zip(&widths).zip(&self.right) {
                let cell = shorten(cell, *width);
                let padding = " ".repeat(width - cell.width());
                let (before, after) = if *right {
                    (padding.as_str(), "")
                } else {
                    ("", padding.as_str())
                };
                line.push_str(before);
                line.push_str(&cell);
                line.push_str(after);
                line.push_str(&" ".repeat(GAP));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// What each column needs; the widest give way first where there is not room for all.
    fn widths(&self, available: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self.heading.iter().map(|name| name.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let Some(available) = available else {
            return widths;
        };
        let gaps = GAP * widths.len().saturating_sub(1);
        let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(available);
        while excess > 0 {
            let Some(widest) = widths.iter_mut().max().filter(|width| **width > NARROWEST) else {
                break;
            };
            *widest -= 1;
            excess -= 1;
        }
        widths
    }
}

/// Cuts a text to a width in columns, with an ellipsis where something is missing.
pub fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut shortened = String::new();
    for character in text.chars() {
        shortened.push(character);
        if shortened.width() + 1 > width {
            shortened.pop();
            break;
        }
    }
    shortened.push('…');
    shortened
}

/// Names and values, one pair a line; pairs without a value are left out.
pub fn pairs<const N: usize>(pairs: [(&str, Option<String>); N]) -> String {
    let width = pairs.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in pairs {
        let Some(value) = value else { continue };
        text.push_str(&format!("{name:<width$}  {}\n", inert(&value)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_by_what_the_eye_sees() {
        let mut table = Table::new(["NAME", ">POINTERS"]);
        table.row(["蝶".into(), "7".into()]);
        table.row(["alpha".into(), "1000".into()]);
        assert_eq!(
            table.render(None),
            "NAME   POINTERS\n蝶            7\nalpha      1000\n"
        );
    }

    #[test]
    fn the_widest_column_gives_way_and_says_so() {
        let mut table = Table::new(["ADDRESS", "DESCRIPTION"]);
        table.row([
            "ptr_0123456789ab".into(),
            "a very long description of a pointer".into(),
        ]);
        let text = table.render(Some(40));
        assert!(text.lines().all(|line| line.width() <= 40), "{text}");
        assert!(
            text.contains("ptr_0123456789ab  a very long descripti…"),
            "{text}"
        );
    }

    #[test]
    fn what_other_machines_say_cannot_act() {
        let mut table = Table::new(["DESCRIPTION"]);
        table.row(["x\u{1b}[2Jy".into()]);
        assert!(!table.render(None).contains('\u{1b}'));
    }
}
