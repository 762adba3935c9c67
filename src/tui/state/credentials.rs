//! The credentials, as they are listed.

use super::{Again, Cursor, ListFilter, Load};
use crate::workspace::{CREDENTIAL_FIELDS, CredentialColumn, CredentialRow, Failure, Sorting};

/// The credentials.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Both sides, as listed.
    rows: Vec<CredentialRow>,
    /// The places of those that the filter lets through.
    shown: Vec<usize>,
    filter: ListFilter,
    /// How they are sorted; none is as listed.
    sorting: Option<Sorting<CredentialColumn>>,
    /// Instances that could not be asked.
    pub missing: Vec<Failure>,
    /// Whether they are there.
    pub load: Load,
    /// Where one is among those that are shown.
    pub cursor: Cursor,
    /// Whether they have been asked for and did not come yet.
    pub loading: bool,
    /// Whether they have to be asked for once more when they come.
    pub again: Again,
}

impl Credentials {
    /// All of them, shown or not.
    pub fn rows(&self) -> &[CredentialRow] {
        &self.rows
    }

    /// How many are shown.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none is shown.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// One of those that are shown.
    pub fn get(&self, line: usize) -> Option<&CredentialRow> {
        self.rows.get(*self.shown.get(line)?)
    }

    /// The one that is selected.
    pub fn selected(&self) -> Option<&CredentialRow> {
        self.get(self.cursor.selected)
    }

    /// What they are filtered by.
    pub fn filter(&self) -> &ListFilter {
        &self.filter
    }

    /// Takes a new list, keeping the selection on the credential that had it: also if that is not what was filtered by
    /// any more, so that no key acts on another one because of what was told meanwhile.
    pub fn replace(&mut self, rows: Vec<CredentialRow>) {
        let selected = self.selected().map(|row| row.name.clone());
        self.rows = rows;
        self.show(selected.as_deref(), true);
    }

    /// Shows only what another filter lets through, keeping the selection if it does.
    pub fn set_filter(&mut self, text: &str) {
        let selected = self.selected().map(|row| row.name.clone());
        self.filter.set(text, CREDENTIAL_FIELDS);
        self.show(selected.as_deref(), false);
    }

    /// How they are sorted; none is as listed.
    pub fn sorting(&self) -> Option<Sorting<CredentialColumn>> {
        self.sorting
    }

    /// Another order, keeping the selection.
    pub fn set_sorting(&mut self, sorting: Option<Sorting<CredentialColumn>>) {
        let selected = self.selected().map(|row| row.name.clone());
        self.sorting = sorting;
        self.show(selected.as_deref(), true);
    }

    fn show(&mut self, selected: Option<&str>, holds: bool) {
        let is_selected = |row: &CredentialRow| selected == Some(row.name.as_str());
        let is_shown = |place: &usize| {
            let row = &self.rows[*place];
            row.fits(self.filter.filter()) || holds && is_selected(row)
        };
        self.shown = (0..self.rows.len()).filter(is_shown).collect();
        if let Some(sorting) = self.sorting {
            sorting.sort(&mut self.shown, |by, place| by.key(&self.rows[*place]));
        }
        let line = self
            .shown
            .iter()
            .position(|place| is_selected(&self.rows[*place]));
        let line = line.unwrap_or(self.cursor.selected);
        self.cursor.select(line, self.shown.len());
    }
}
