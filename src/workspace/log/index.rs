//! The invoke log in memory, for filtering: thirty-six bytes a line, so that a million lines are gone through
//! between two keystrokes.
//!
//! The names in a line repeat: each combination of them is kept once, as a *shape*, and a filter looks at shapes
//! first. What is shown is read from the vault by place; this only knows which places.

use super::columns::Columns;
use super::sieve::Sieve;
use crate::model::Timestamp;
use crate::model::filter::Filter;
use crate::vault::{LogState, Vault, VaultError};

/// Lines that are read at once: the vault is free for others in between.
const BLOCK: u64 = 20_000;

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
