//! The invoke log in memory, for filtering: thirty-six bytes a line, so that a million lines are gone through
//! between two keystrokes.
//!
//! The names in a line repeat: each combination of them is kept once, as a *shape*, and a filter looks at shapes
//! first. What is shown is read from the vault by place; this only knows which places.

use super::columns::Columns;
use super::order::ordered;
use super::sieve::Sieve;
use crate::model::Timestamp;
use crate::model::filter::Filter;
use crate::vault::{LogState, Vault, VaultError};
use crate::workspace::{LogColumn, Sorting};

/// Lines that are read at once: the vault is free for others in between.
const BLOCK: u64 = 20_000;

/// What was asked for last, with the lines that it leaves.
struct Found {
    filter: Filter,
    as_of: Timestamp,
    places: Vec<u32>,
    seen: usize,
    order: Option<Ordered>,
}

/// The same lines up to one of them, in another order than that of time, the last one first.
struct Ordered {
    sorting: Sorting<LogColumn>,
    up_to: u64,
    places: Vec<u32>,
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
                order: None,
            }
        });
        let sieve = Sieve::new(filter, &self.columns, as_of);
        sieve.sift_into(&self.columns, found.seen, &mut found.places);
        found.seen = self.columns.len();
        self.found = Some(found);
    }

    /// Puts what was found in this order, up to a line or to the newest that there is; none is that of time, newest
    /// first, and has all of them.
    pub(super) fn sort(&mut self, sorting: Option<Sorting<LogColumn>>, up_to: Option<u64>) {
        let Some(found) = &mut self.found else {
            return;
        };
        let Some(sorting) = sorting else {
            found.order = None;
            return;
        };
        let up_to = up_to.or(self.columns.ids.last().copied()).unwrap_or(0);
        let is_there = |order: &Ordered| order.sorting == sorting && order.up_to == up_to;
        if found.order.as_ref().is_some_and(is_there) {
            return;
        }
        let end = self.columns.ids.partition_point(|id| *id <= up_to);
        let count = found.places.partition_point(|place| (*place as usize) < end);
        found.order = Some(Ordered {
            sorting,
            up_to,
            places: ordered(&self.columns, &found.places[..count], sorting),
        });
    }

    /// Keeps only lines of this very instance, older than a line.
    pub(super) fn narrow(&mut self, instance: Option<&str>, before: Option<u64>) {
        let columns = &self.columns;
        let shapes = columns.all_shapes.iter();
        let meant: Vec<bool> = shapes
            .map(|shape| instance.is_none_or(|instance| shape.instance == instance))
            .collect();
        if let Some(found) = &mut self.found {
            found.places.retain(|place| {
                let place = *place as usize;
                before.is_none_or(|before| columns.ids[place] < before)
                    && meant[columns.shapes[place] as usize]
            });
        }
    }

    /// Forgets what was asked for last: it was narrowed by more than its filter.
    pub(super) fn forget(&mut self) {
        self.found = None;
    }

    /// The places in the order that was asked for.
    fn listed(&self) -> &[u32] {
        match &self.found {
            Some(Found {
                order: Some(order), ..
            }) => &order.places,
            Some(found) => &found.places,
            None => &[],
        }
    }

    /// How many lines are in that order: without those that are newer than the one up to which it goes.
    pub(super) fn listed_count(&self) -> u64 {
        self.listed().len() as u64
    }

    /// The newest line up to which it goes.
    pub(super) fn newest(&self) -> Option<u64> {
        let found = self.found.as_ref()?;
        match &found.order {
            Some(order) => Some(order.up_to),
            None => found.places.last().map(|place| self.columns.ids[*place as usize]),
        }
    }

    /// How many lines the filter leaves.
    pub(super) fn matched(&self) -> u64 {
        self.found.as_ref().map_or(0, |found| found.places.len() as u64)
    }

    /// The lines in the order that was asked for, from the `first` on.
    pub(super) fn ids(&self, first: u64, limit: u64) -> Vec<u64> {
        let listed = self.listed();
        let from = usize::try_from(first).map_or(listed.len(), |first| first.min(listed.len()));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let places = listed[from..].iter().take(limit);
        places.map(|place| self.columns.ids[*place as usize]).collect()
    }

    /// Where a line is in that order.
    pub(super) fn place_of(&self, id: u64) -> Option<u64> {
        let at = u32::try_from(self.columns.ids.binary_search(&id).ok()?).ok()?;
        let place = match &self.found {
            Some(Found {
                order: Some(order), ..
            }) => order.places.iter().position(|place| *place == at),
            found => found.as_ref()?.places.binary_search(&at).ok(),
        };
        place.map(|place| place as u64)
    }

    /// How many of the lines in that order are not newer than a line.
    pub(super) fn up_to(&self, id: u64) -> u64 {
        let end = self.columns.ids.partition_point(|known| *known <= id);
        let is_older = |place: &u32| (*place as usize) < end;
        match &self.found {
            Some(Found {
                order: Some(order), ..
            }) if order.up_to <= id => order.places.len() as u64,
            Some(found) => found.places.partition_point(is_older) as u64,
            None => 0,
        }
    }
}
