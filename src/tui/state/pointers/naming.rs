//! Marked pointers in words, for a question about all of them: which they are, and that some are out of sight. Marks stay
//! under another filter, so what is done to them may hit what nobody sees.

use super::{Pointers, Source};
use crate::model::{InstanceName, Pointer, PointerAddress};
use crate::tui::clock::count;
use crate::workspace::BulkTarget;
use std::collections::HashMap;

/// So many are named.
const NAMED: usize = 5;
/// The most letters of a description that are shown.
const LONGEST_DESCRIPTION: usize = 28;

/// What is known of the rows of an instance.
struct Seen<'a> {
    rows: HashMap<&'a PointerAddress, &'a Pointer>,
    /// Whether these are all that the list shows of it.
    all: bool,
}

impl Pointers {
    /// These in words: the first few by address and description, those that cannot be seen before the others, and how
    /// many cannot be seen.
    pub fn naming(&self, targets: &[BulkTarget]) -> String {
        let seen: HashMap<&InstanceName, Seen<'_>> = self
            .sources
            .iter()
            .map(|source| (&source.name, source.seen(self.question)))
            .collect();
        // Of an instance that is not shown, none is.
        let is_hidden = |target: &BulkTarget| match seen.get(&target.instance) {
            Some(seen) => seen.all && !seen.rows.contains_key(&target.address),
            None => true,
        };
        let (hidden, others): (Vec<&BulkTarget>, Vec<&BulkTarget>) =
            targets.iter().partition(|target| is_hidden(target));
        let several = targets
            .iter()
            .any(|target| target.instance != targets[0].instance);
        let mut lines: Vec<String> = hidden
            .iter()
            .chain(&others)
            .take(NAMED)
            .map(|target| {
                let row = seen
                    .get(&target.instance)
                    .and_then(|seen| seen.rows.get(&target.address));
                let before = self.marks.description(target);
                let description = row.map(|row| row.description.as_str()).or(before);
                named(target, description, several)
            })
            .collect();
        if targets.len() > NAMED {
            lines.push(format!("- and {} more", count((targets.len() - NAMED) as u64)));
        }
        lines.extend(self.out_of_sight(hidden.len(), targets.len()));
        lines.join("\n")
    }

    fn out_of_sight(&self, hidden: usize, all: usize) -> Option<String> {
        let place = match self.is_filtered() {
            true => "visible under the filter",
            false => "in the list that is shown",
        };
        let who = match (hidden, all) {
            (0, _) => return None,
            (1, 1) => "It is".to_owned(),
            (1, _) => "One of them is".to_owned(),
            (hidden, all) if hidden == all => "None of them is".to_owned(),
            (hidden, _) => format!("{} of them are", count(hidden as u64)),
        };
        let not = if hidden == all && all > 1 { "" } else { " not" };
        Some(format!("{who}{not} {place}."))
    }
}

impl Source {
    /// The rows that answer this question, as far as they are kept.
    fn seen(&self, question: u64) -> Seen<'_> {
        if self.answered != Some(question) {
            return Seen {
                rows: HashMap::new(),
                all: false,
            };
        }
        let rows: HashMap<_, _> = self.rows().map(|row| (&row.address, row)).collect();
        let all = self.total_known && rows.len() as u64 >= self.total;
        Seen { rows, all }
    }
}

fn named(target: &BulkTarget, description: Option<&str>, several: bool) -> String {
    let mut words = format!("- {}", target.address);
    if let Some(description) = description.filter(|text| !text.is_empty()) {
        let one_line = description.replace('\n', " ");
        let short: String = one_line.chars().take(LONGEST_DESCRIPTION).collect();
        let more = if short.len() < one_line.len() { "…" } else { "" };
        words.push_str(&format!(" “{short}{more}”"));
    }
    if several {
        words.push_str(&format!(" on {}", target.instance));
    }
    words
}
