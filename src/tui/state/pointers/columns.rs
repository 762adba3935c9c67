//! The columns of the pointers: which are shown, in which order, how wide, and by which one sorts.

use crate::store::{Order, SortBy};
use crate::tui::widgets::table::Column;
use crate::workspace::PointerColumn;

/// How a column looks in the table when nobody chose a width.
const fn column_of(kind: PointerColumn) -> Column {
    use PointerColumn::{
        Address, Connection, Created, Description, Instance, LeadsTo, Modified, Reference, Tags,
    };
    let title = kind.title();
    match kind {
        Instance => Column::fixed(title, 10, 0),
        Address => Column::fixed(title, 16, 0),
        Description => Column::growing(title, 24, 6, 0),
        Tags => Column::growing(title, 10, 1, 2),
        LeadsTo => Column::growing(title, 9, 1, 1),
        Connection => Column::fixed(title, 17, 3),
        Reference => Column::growing(title, 20, 3, 4),
        Created => Column::fixed(title, 16, 6),
        Modified => Column::fixed(title, 16, 5),
    }
}

/// A column as somebody chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Which.
    pub kind: PointerColumn,
    /// Whether it is shown.
    pub shown: bool,
    /// Its width; none lets it find its own.
    pub width: Option<u16>,
}

/// Every column once, in the order in which they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The columns.
    pub choices: Vec<Choice>,
    /// How rows are sorted.
    pub order: Order,
}

/// The narrowest and the widest that a column can be made.
const WIDTHS: std::ops::RangeInclusive<u16> = 4..=120;

impl Default for Columns {
    fn default() -> Self {
        Self {
            choices: PointerColumn::ALL.map(usual).to_vec(),
            order: Order::default(),
        }
    }
}

const fn usual(kind: PointerColumn) -> Choice {
    Choice {
        kind,
        shown: !matches!(
            kind,
            PointerColumn::Reference | PointerColumn::Created | PointerColumn::Modified
        ),
        width: None,
    }
}

impl Columns {
    /// The columns of a table; the one with the instance only where there are several.
    pub fn table(&self, merged: bool) -> Vec<(PointerColumn, Column)> {
        let shown = self
            .choices
            .iter()
            .filter(|choice| choice.shown && (merged || choice.kind != PointerColumn::Instance));
        shown
            .map(|choice| {
                let mut column = column_of(choice.kind);
                if let Some(width) = choice.width {
                    (column.least, column.share) = (width, 0);
                }
                if choice.kind.sorts_by() == Some(self.order.by) {
                    column.sorted = Some(self.order.descending);
                }
                (choice.kind, column)
            })
            .collect()
    }

    /// Shows a column or hides it; one stays.
    pub fn toggle(&mut self, place: usize) {
        let others = self.choices.iter().enumerate();
        let others = others.filter(|(other, choice)| {
            *other != place && choice.shown && choice.kind != PointerColumn::Instance
        });
        let has_others = others.count() > 0;
        if let Some(choice) = self.choices.get_mut(place)
            && (has_others || !choice.shown)
        {
            choice.shown = !choice.shown;
        }
    }

    /// Moves a column by one; returns where it stands then.
    pub fn shift(&mut self, place: usize, later: bool) -> usize {
        let other = if later { place + 1 } else { place.saturating_sub(1) };
        if place >= self.choices.len() || other >= self.choices.len() {
            return place;
        }
        self.choices.swap(place, other);
        other
    }

    /// Makes a column wider or narrower; its own width is where that begins.
    pub fn widen(&mut self, place: usize, by: i16) {
        if let Some(choice) = self.choices.get_mut(place) {
            let width = choice.width.unwrap_or(column_of(choice.kind).least);
            let wider = width.saturating_add_signed(by);
            choice.width = Some(wider.clamp(*WIDTHS.start(), *WIDTHS.end()));
        }
    }

    /// Lets a column find its own width.
    pub fn let_go(&mut self, place: usize) {
        if let Some(choice) = self.choices.get_mut(place) {
            choice.width = None;
        }
    }

    /// Sorts by a column, or turns its order round if it does so already. Whether it can be sorted by.
    pub fn sort_by(&mut self, kind: PointerColumn) -> bool {
        let Some(by) = kind.sorts_by() else {
            return false;
        };
        self.order = Order {
            by,
            descending: self.order.by == by && !self.order.descending,
        };
        true
    }

    /// As it is remembered: names in order, `-` before a hidden one, `:` and a width; after `;` the order.
    pub fn to_text(&self) -> String {
        let columns: Vec<String> = self
            .choices
            .iter()
            .map(|choice| {
                let hidden = if choice.shown { "" } else { "-" };
                let width = choice.width.map(|width| format!(":{width}")).unwrap_or_default();
                format!("{hidden}{}{width}", choice.kind.title())
            })
            .collect();
        let direction = if self.order.descending { "-" } else { "" };
        format!("{};{direction}{}", columns.join(","), self.order.by.as_str())
    }

    /// Reads it back; what is not understood stays as it usually is.
    pub fn from_text(text: &str) -> Self {
        let (columns, order) = text.split_once(';').unwrap_or((text, ""));
        let mut choices: Vec<Choice> = Vec::new();
        for part in columns.split(',') {
            let (shown, part) = part.strip_prefix('-').map_or((true, part), |rest| (false, rest));
            let (name, width) = part.split_once(':').unwrap_or((part, ""));
            let Some(kind) = PointerColumn::ALL.into_iter().find(|kind| kind.title() == name) else {
                continue;
            };
            if choices.iter().all(|choice| choice.kind != kind) {
                let width = width.parse().ok().filter(|width| WIDTHS.contains(width));
                choices.push(Choice { kind, shown, width });
            }
        }
        for kind in PointerColumn::ALL {
            if choices.iter().all(|choice| choice.kind != kind) {
                choices.push(usual(kind));
            }
        }
        let is_shown = |choice: &Choice| choice.shown && choice.kind != PointerColumn::Instance;
        if !choices.iter().any(is_shown) {
            choices = Self::default().choices;
        }
        let (descending, name) = order
            .strip_prefix('-')
            .map_or((false, order), |rest| (true, rest));
        let order = SortBy::parse(name).map_or_else(Order::default, |by| Order { by, descending });
        Self { choices, order }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_second_time_turns_the_order_round() {
        let mut columns = Columns::default();
        assert!(columns.sort_by(PointerColumn::Description));
        assert!(!columns.order.descending);
        assert!(columns.sort_by(PointerColumn::Description));
        assert!(columns.order.descending);
        assert!(!columns.sort_by(PointerColumn::Reference));
        let sorted: Vec<_> = columns
            .table(true)
            .into_iter()
            .filter(|(_, column)| column.sorted.is_some())
            .collect();
        assert_eq!(sorted.len(), 1);
    }

    proptest! {
        #[test]
        fn whatever_is_done_every_column_is_there_once_and_it_is_remembered(
            steps in prop::collection::vec((0usize..10, 0u8..6), 0..40),
        ) {
            let mut columns = Columns::default();
            for (place, kind) in steps {
                match kind {
                    0 => columns.toggle(place),
                    1 => {
                        columns.shift(place, true);
                    }
                    2 => {
                        columns.shift(place, false);
                    }
                    3 => columns.widen(place, 9),
                    4 => columns.widen(place, -9),
                    _ => {
                        columns.sort_by(PointerColumn::ALL[place % 9]);
                    }
                }
                prop_assert!(!columns.table(false).is_empty());
                for kind in PointerColumn::ALL {
                    prop_assert_eq!(columns.choices.iter().filter(|choice| choice.kind == kind).count(), 1);
                }
                prop_assert_eq!(&Columns::from_text(&columns.to_text()), &columns);
            }
        }

        #[test]
        fn nothing_remembered_makes_it_useless(text in "\\PC{0,40}|(-?(address|tags|created):?[0-9]{0,6},?){0,9};?-?(tags)?") {
            let columns = Columns::from_text(&text);
            prop_assert_eq!(columns.choices.len(), 9);
            prop_assert!(!columns.table(false).is_empty());
        }
    }
}
