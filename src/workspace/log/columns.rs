//! Lines of the invoke log in memory, column by column.

use crate::model::PointerAddress;
use crate::vault::{LogGlance, LogMark};
use std::collections::{BTreeMap, HashMap};

/// No pointer.
pub(super) const NO_POINTER: u64 = u64::MAX;

/// The names in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kind: String,
    pub(super) instance: String,
    pub(super) action: String,
    pub(super) route: Option<String>,
    pub(super) status: String,
    pub(super) code: Option<String>,
    pub(super) credential: Option<String>,
}

/// Lines column by column, their places in the vault ascending.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) ids: Vec<u64>,
    pub(super) at: Vec<i64>,
    pub(super) pointers: Vec<u64>,
    /// Microseconds, at most what fits: more than an hour is an hour.
    pub(super) elapsed: Vec<u32>,
    pub(super) bytes: Vec<u32>,
    pub(super) shapes: Vec<u32>,
    pub(super) all_shapes: Vec<Shape>,
    pub(super) marks: BTreeMap<u64, LogMark>,
    by_names: HashMap<String, u32>,
    names: String,
}

impl Columns {
    /// Adds the newest line.
    pub(super) fn push(&mut self, line: &LogGlance<'_>) {
        let shape = self.shape_of(line);
        self.ids.push(line.id);
        self.at.push(line.at.as_micros());
        self.pointers.push(number_of(line.pointer));
        self.elapsed
            .push(u32::try_from(line.elapsed_us).unwrap_or(u32::MAX));
        self.bytes
            .push(u32::try_from(line.reply_bytes).unwrap_or(u32::MAX));
        self.shapes.push(shape);
    }

    fn shape_of(&mut self, line: &LogGlance<'_>) -> u32 {
        let parts = [
            line.kind,
            line.instance,
            line.action,
            line.route.unwrap_or_default(),
            line.status,
            line.code.unwrap_or_default(),
            line.credential.unwrap_or_default(),
        ];
        self.names.clear();
        for part in parts {
            self.names.push_str(part);
            self.names.push('\0');
        }
        if let Some(known) = self.by_names.get(&self.names) {
            return *known;
        }
        let number = u32::try_from(self.all_shapes.len()).unwrap_or(u32::MAX);
        self.all_shapes.push(Shape {
            kind: line.kind.to_owned(),
            instance: line.instance.to_owned(),
            action: line.action.to_owned(),
            route: line.route.map(str::to_owned),
            status: line.status.to_owned(),
            code: line.code.map(str::to_owned),
            credential: line.credential.map(str::to_owned),
        });
        self.by_names.insert(self.names.clone(), number);
        number
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Keeps only lines above `floor`, and those at `places` (ascending).
    pub(super) fn keep(&mut self, floor: u64, places: &[u64]) {
        let end = self.ids.partition_point(|id| *id <= floor);
        let gone: Vec<bool> = self.ids[..end]
            .iter()
            .map(|id| places.binary_search(id).is_err())
            .collect();
        if !gone.contains(&true) {
            return;
        }
        fn sift<T>(column: &mut Vec<T>, gone: &[bool]) {
            let mut place = 0;
            column.retain(|_| {
                place += 1;
                !gone.get(place - 1).is_some_and(|gone| *gone)
            });
        }
        sift(&mut self.ids, &gone);
        sift(&mut self.at, &gone);
        sift(&mut self.pointers, &gone);
        sift(&mut self.elapsed, &gone);
        sift(&mut self.bytes, &gone);
        sift(&mut self.shapes, &gone);
    }
}

/// An address as a number.
fn number_of(pointer: Option<&str>) -> u64 {
    pointer
        .and_then(|text| PointerAddress::parse(text).ok())
        .and_then(|address| u64::from_str_radix(&address.as_str()[4..], 16).ok())
        .unwrap_or(NO_POINTER)
}
