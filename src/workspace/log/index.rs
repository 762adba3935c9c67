//! The invoke log in memory, for filtering: thirty-six bytes a line, so that a million lines are gone through
//! between two keystrokes.
//!
//! The names in a line repeat: each combination of them is kept once, as a *shape*, and a filter looks at shapes
//! first. What is shown is read from the vault by place; this only knows which places.

use super::sieve::Sieve;
use crate::model::filter::Filter;
use crate::model::{PointerAddress, Timestamp};
use crate::vault::{LogGlance, LogMark, LogState, Vault, VaultError};
use std::collections::{BTreeMap, HashMap};

/// Lines that are read at once: the vault is free for others in between.
const BLOCK: u64 = 20_000;
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
    fn keep(&mut self, floor: u64, places: &[u64]) {
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

/// What was asked for last, with the lines that it leaves.
struct Found {
    filter: Filter,
    as_of: Timestamp,
    places: Vec<u32>,
    seen: usize,
}

/// The log in memory.
#[derive(Default)]
pub(in crate::workspace) struct LogIndex {
    columns: Columns,
    state: Option<LogState>,
    found: Option<Found>,
}

impl LogIndex {
    /// Takes what is new in the vault.
    pub(super) fn refresh(&mut self, vault: &Vault) -> Result<(), VaultError> {
        loop {
            let before = vault.log_state()?;
            self.take_marks(vault, before)?;
            self.take_lines(vault)?;
            // Whoever wrote meanwhile may have taken lines away that were read just now.
            if vault.log_state()?.epoch == before.epoch {
                return Ok(());
            }
        }
    }

    fn take_lines(&mut self, vault: &Vault) -> Result<(), VaultError> {
        loop {
            let after = self.columns.ids.last().copied().unwrap_or(0);
            let before = self.columns.len();
            vault.visit_log(after, BLOCK, |line| self.columns.push(line))?;
            if ((self.columns.len() - before) as u64) < BLOCK {
                return Ok(());
            }
        }
    }

    fn take_marks(&mut self, vault: &Vault, state: LogState) -> Result<(), VaultError> {
        if self.state.is_some_and(|known| known.epoch == state.epoch) {
            return Ok(());
        }
        self.columns.marks = vault.log_marks()?;
        if self.columns.len() > 0 {
            let left = vault.log_places_up_to(state.floor)?;
            self.columns.keep(state.floor, &left);
        }
        self.found = None;
        self.state = Some(state);
        Ok(())
    }

    /// Raised when places moved, or what was put to lines changed.
    pub(super) fn epoch(&self) -> u64 {
        self.state.map_or(0, |state| state.epoch)
    }

    /// How many lines there are.
    pub(super) fn total(&self) -> u64 {
        self.columns.len() as u64
    }

    /// Looks for the lines that a filter leaves; the same filter again looks at new lines only.
    pub(super) fn find(&mut self, filter: &Filter, as_of: Timestamp) {
        let known = self
            .found
            .take_if(|found| found.as_of == as_of && found.filter.means_the_same(filter));
        let mut found = known.unwrap_or_else(|| {
            // The room of the answer before serves again.
            let mut places = self.found.take().map_or_else(Vec::new, |found| found.places);
            places.clear();
            Found {
                filter: filter.clone(),
                as_of,
                places,
                seen: 0,
            }
        });
        let sieve = Sieve::new(filter, &self.columns, as_of);
        sieve.sift_into(&self.columns, found.seen, &mut found.places);
        found.seen = self.columns.len();
        self.found = Some(found);
    }

    /// How many lines the filter leaves.
    pub(super) fn matched(&self) -> u64 {
        self.found.as_ref().map_or(0, |found| found.places.len() as u64)
    }

    /// The lines that it leaves, from the `first` on.
    pub(super) fn ids(&self, first: u64, limit: u64) -> Vec<u64> {
        let Some(found) = &self.found else {
            return Vec::new();
        };
        let from = usize::try_from(first).map_or(found.places.len(), |first| first.min(found.places.len()));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let places = found.places[from..].iter().take(limit);
        places.map(|place| self.columns.ids[*place as usize]).collect()
    }

    /// Where a line is among those that it leaves.
    pub(super) fn place_of(&self, id: u64) -> Option<u64> {
        let place = self.up_to(id).checked_sub(1)?;
        let is_there = self.ids(place, 1).first() == Some(&id);
        is_there.then_some(place)
    }

    /// How many of those that it leaves are not newer than a line.
    pub(super) fn up_to(&self, id: u64) -> u64 {
        self.found.as_ref().map_or(0, |found| {
            let older = |place: &u32| self.columns.ids[*place as usize] <= id;
            found.places.partition_point(older) as u64
        })
    }
}
