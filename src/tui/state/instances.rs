//! The instances, and how each was when last looked at.

use super::{Cursor, Load};
use crate::model::InstanceName;
use crate::workspace::{Failure, InstanceRow};

/// An instance on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// What is known of it.
    pub row: InstanceRow,
    /// The last look at it failed, so what is shown is from before.
    pub stale: bool,
    /// Its round trip as shown: follows what is measured only when that is clearly different.
    pub latency_us: Option<u64>,
}

/// The instances.
#[derive(Debug, Clone, Default)]
pub struct Instances {
    /// In the order of the list.
    pub rows: Vec<Instance>,
    /// Whether the list is there.
    pub load: Load,
    /// Where one is in the list.
    pub cursor: Cursor,
}

impl Instances {
    /// The selected one.
    pub fn selected(&self) -> Option<&Instance> {
        self.rows.get(self.cursor.selected)
    }

    /// The name of the selected one.
    pub fn selected_name(&self) -> Option<InstanceName> {
        self.selected().map(|instance| instance.row.name.clone())
    }

    /// The one of this name.
    pub fn get(&self, name: &str) -> Option<&Instance> {
        self.rows
            .iter()
            .find(|instance| instance.row.name.as_str() == name)
    }

    /// Its place in the list, which is also its colour.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.rows
            .iter()
            .position(|instance| instance.row.name.as_str() == name)
    }

    /// Takes a new list, keeping the selection on the instance that had it.
    pub fn replace(&mut self, rows: Vec<InstanceRow>) {
        let selected = self.selected_name();
        let before = std::mem::take(&mut self.rows);
        self.rows = rows
            .into_iter()
            .map(|row| {
                let known = before.iter().find(|instance| instance.row.name == row.name);
                let latency_us = steady(known.and_then(|instance| instance.latency_us), row.latency_us);
                Instance {
                    stale: known.is_some_and(|instance| instance.stale),
                    latency_us,
                    row,
                }
            })
            .collect();
        let place = selected.and_then(|name| self.index(name.as_str()));
        self.cursor
            .select(place.unwrap_or(self.cursor.selected), self.rows.len());
        self.load = Load::Ready;
    }

    /// Takes what was found out about one.
    pub fn update(&mut self, row: InstanceRow) {
        if let Some(instance) = self
            .rows
            .iter_mut()
            .find(|instance| instance.row.name == row.name)
        {
            instance.latency_us = steady(instance.latency_us, row.latency_us);
            instance.stale = false;
            instance.row = row;
        }
    }

    /// Notes that one could not be looked at; what is known of it stays.
    pub fn note_failure(&mut self, name: &InstanceName, failure: &Failure) {
        if let Some(instance) = self.rows.iter_mut().find(|instance| instance.row.name == *name) {
            instance.stale = true;
            instance.row.error = Some(format!("{}; {}", failure.message, failure.remedy));
        }
    }
}

/// What to show when `measured` came after `shown`: small changes are noise, and would draw the screen for nothing.
fn steady(shown: Option<u64>, measured: Option<u64>) -> Option<u64> {
    match (shown, measured) {
        (Some(shown), Some(measured)) if measured / 3 <= shown && shown / 3 <= measured => Some(shown),
        (_, measured) => measured,
    }
}
