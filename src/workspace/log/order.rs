//! Lines of the log in memory in another order than that of time: what decides becomes one number a line, so that a
//! million of them are sorted in a fraction of a second.

use super::columns::{Columns, NO_POINTER, Shape};
use crate::workspace::{LogColumn, Sorting};
use std::collections::HashMap;

/// These lines (their places in the columns, ascending) in an order, its last line first, as a log has its oldest
/// first. Of lines that are alike the newer one is higher up; those with nothing in the column are the lowest.
pub(super) fn ordered(columns: &Columns, places: &[u32], sorting: Sorting<LogColumn>) -> Vec<u32> {
    if sorting.by == LogColumn::Time {
        return match sorting.descending {
            true => places.to_vec(),
            false => places.iter().rev().copied().collect(),
        };
    }
    let key = key_of(columns, sorting.by);
    let weight = |key: Option<u64>| match (key, sorting.descending) {
        (None, _) => 0,
        (Some(key), true) => key + 1,
        (Some(key), false) => u64::MAX - key,
    };
    let mut weighed: Vec<(u64, u32)> = places
        .iter()
        .map(|place| (weight(key(*place as usize)), *place))
        .collect();
    weighed.sort_unstable();
    weighed.into_iter().map(|(_, place)| place).collect()
}

type Key<'a> = Box<dyn Fn(usize) -> Option<u64> + 'a>;

/// What a line has in a column, as a number.
fn key_of(columns: &Columns, by: LogColumn) -> Key<'_> {
    let named = |name: fn(&Shape) -> &str| -> Key<'_> {
        let ranks = ranks_of(columns.all_shapes.iter().map(name));
        Box::new(move |at| ranks[columns.shapes[at] as usize])
    };
    match by {
        LogColumn::Time => Box::new(|at| Some(at as u64)),
        LogColumn::Instance => named(|shape| &shape.instance),
        LogColumn::Action => named(|shape| &shape.action),
        LogColumn::Route => named(|shape| shape.route.as_deref().unwrap_or_default()),
        LogColumn::Outcome => named(Shape::outcome),
        LogColumn::Pointer => {
            Box::new(|at| Some(columns.pointers[at]).filter(|pointer| *pointer != NO_POINTER))
        }
        LogColumn::Size => Box::new(|at| Some(u64::from(columns.bytes[at])).filter(|bytes| *bytes > 0)),
        LogColumn::Took => Box::new(|at| Some(u64::from(columns.elapsed[at]))),
        LogColumn::Note => {
            let noted = columns.marks.iter();
            let noted = noted.filter_map(|(id, mark)| {
                let place = columns.ids.binary_search(id).ok()?;
                Some((place, mark.note.as_deref()?))
            });
            let (places, notes): (Vec<usize>, Vec<&str>) = noted.unzip();
            let ranks = ranks_of(notes.into_iter());
            let ranks: HashMap<usize, Option<u64>> = places.into_iter().zip(ranks).collect();
            Box::new(move |at| ranks.get(&at).copied().flatten())
        }
    }
}

/// The place of each text among all of them, letters of both cases alike; none for an empty one.
fn ranks_of<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Option<u64>> {
    let texts: Vec<String> = texts.map(str::to_lowercase).collect();
    let mut all: Vec<&String> = texts.iter().collect();
    all.sort_unstable();
    all.dedup();
    let rank = |text: &String| all.binary_search(&text).ok().map(|place| place as u64);
    texts
        .iter()
        .map(|text| rank(text).filter(|_| !text.is_empty()))
        .collect()
}

impl Shape {
    /// How it ended, as it is shown.
    fn outcome(&self) -> &str {
        match (&self.code, self.status.as_str()) {
            (Some(code), _) => code,
            (None, "interpretation_rendered") => "interpreted",
            (None, status) => status,
        }
    }
}
