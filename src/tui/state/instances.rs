//! The instances as a tree of local and remote ones, and how each was when last looked at.

use super::history::{History, Pace};
use super::{Cursor, ListFilter, Load};
use crate::model::{InstanceKind, InstanceName, InstanceState, Timestamp};
use crate::workspace::{INSTANCE_FIELDS, InstanceColumn, InstanceRow, SortKey, Sorting};

/// An instance on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// What is known of it.
    pub row: InstanceRow,
    /// The last look at it failed, so what is shown is from before.
    pub stale: bool,
    /// Its round trip as shown: follows what is measured only when that is clearly different.
    pub latency_us: Option<u64>,
    /// What was seen of it since the console was opened.
    pub history: History,
    /// How it is looked at, once that is known.
    pub pace: Option<Pace>,
    /// The number that it last told its owner: another one says that something on it was changed.
    pub changes: Option<u64>,
}

impl Instance {
    /// Whether figures on the screen are from before: it does not answer now.
    pub fn is_from_before(&self) -> bool {
        self.stale
            || matches!(
                self.row.state,
                InstanceState::Unreachable | InstanceState::Refused
            )
    }

    /// What it has in a column, as it is shown: a figure that is steady on the screen does not move its row either.
    fn key(&self, by: InstanceColumn) -> SortKey {
        match by {
            InstanceColumn::Trip if self.is_from_before() => SortKey::Blank,
            InstanceColumn::Trip if self.row.state == InstanceState::Up => SortKey::number(self.latency_us),
            InstanceColumn::Trip => SortKey::Blank,
            InstanceColumn::Trouble => SortKey::text(self.last_trouble()),
            other => other.key(&self.row),
        }
    }

    /// What was wrong last.
    pub fn last_trouble(&self) -> &str {
        let last = self.history.troubles().next_back();
        let error = self.row.error.as_deref();
        error
            .or(last.map(|trouble| trouble.text.as_str()))
            .unwrap_or_default()
    }

    /// Whether it was asked and is taking its time, though it used to answer.
    pub fn is_waited_for(&self) -> bool {
        self.pace == Some(Pace::Waiting)
            && matches!(self.row.state, InstanceState::Up | InstanceState::Unknown)
    }
}

/// A line of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branch {
    /// A heading, over so many instances.
    Heading(InstanceKind, usize),
    /// The instance at this place.
    Instance(usize),
}

/// The instances.
#[derive(Debug, Clone, Default)]
pub struct Instances {
    /// Local ones first, then remote ones, each by name.
    pub rows: Vec<Instance>,
    /// Whether the list is there.
    pub load: Load,
    /// Which instance is selected, and the first visible line of the tree.
    pub cursor: Cursor,
    /// The heading that is selected instead of an instance: only of a folded group.
    heading: Option<InstanceKind>,
    /// Whether the local and the remote ones are folded away.
    folded: [bool; 2],
    filter: ListFilter,
    /// How those of each group are sorted; none is by name.
    pub sorting: Option<Sorting<InstanceColumn>>,
    /// The selected one was let through when it was selected. It stays while it is, whatever becomes of it: no key
    /// shall act on another one because of what was seen meanwhile.
    holds: bool,
}

/// The groups, in the order of the tree.
const KINDS: [InstanceKind; 2] = [InstanceKind::Local, InstanceKind::Remote];

fn place_of(kind: InstanceKind) -> usize {
    match kind {
        InstanceKind::Local => 0,
        InstanceKind::Remote => 1,
    }
}

impl Instances {
    /// How many of how many are up, in words.
    pub fn how_many_are_up(&self) -> String {
        let up = self
            .rows
            .iter()
            .filter(|instance| instance.row.state == InstanceState::Up);
        format!("{} of {} up", up.count(), self.rows.len())
    }

    /// The selected one; none while a folded group is, or where the filter lets none through.
    pub fn selected(&self) -> Option<&Instance> {
        if self.heading.is_some() || !self.is_shown(self.cursor.selected) {
            return None;
        }
        self.rows.get(self.cursor.selected)
    }

    /// What they are filtered by.
    pub fn filter(&self) -> &ListFilter {
        &self.filter
    }

    /// Shows only what another filter lets through.
    pub fn set_filter(&mut self, text: &str) {
        self.filter.set(text, INSTANCE_FIELDS);
        self.holds = false;
        self.leave_hidden();
    }

    /// Whether the filter lets the one at this place through, or did when it was selected.
    pub fn is_shown(&self, place: usize) -> bool {
        let is_held = self.holds && self.heading.is_none() && place == self.cursor.selected;
        is_held || self.fits(place)
    }

    fn fits(&self, place: usize) -> bool {
        let instance = self.rows.get(place);
        instance.is_some_and(|instance| instance.row.fits(self.filter.filter()))
    }

    /// The places of those that are shown, in their order, whether or not their group is folded.
    pub fn shown(&self) -> Vec<usize> {
        let mut places = self.sorted();
        places.retain(|place| self.is_shown(*place));
        places
    }

    /// The places of all of them in the order in which they are listed.
    fn sorted(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.rows.len()).collect();
        if let Some(sorting) = self.sorting {
            sorting.sort(&mut places, |by, place| self.rows[*place].key(by));
            places.sort_by_key(|place| place_of(self.rows[*place].row.kind));
        }
        places
    }

    /// Selects the next one that is shown where the filter hides the selected one.
    fn leave_hidden(&mut self) {
        let selected = self.cursor.selected;
        if !self.is_shown(selected) {
            let sorted = self.sorted();
            let (before, behind) =
                sorted.split_at(sorted.iter().position(|place| *place == selected).unwrap_or(0));
            let is_shown = |place: &&usize| self.is_shown(**place);
            let next = behind.iter().find(is_shown).or(before.iter().rfind(is_shown));
            self.cursor.selected = next.copied().unwrap_or(selected);
        }
        self.holds |= self.fits(self.cursor.selected);
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

    /// Its place in the list.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.rows
            .iter()
            .position(|instance| instance.row.name.as_str() == name)
    }

    /// The place of its colour in the theme's palette: the one that a person chose, or else that of its place.
    pub fn colour(&self, name: &str) -> Option<usize> {
        self.index(name).map(|place| self.colour_at(place))
    }

    /// The same, by its place in the list.
    pub fn colour_at(&self, place: usize) -> usize {
        self.rows
            .get(place)
            .and_then(|instance| instance.row.colour)
            .map_or(place, |chosen| usize::from(chosen).saturating_sub(1))
    }

    /// Selects the one at this place, unfolding its group; if the filter hides it, everything is shown again.
    pub fn select(&mut self, place: usize) {
        self.heading = None;
        self.cursor.select(place, self.rows.len());
        if !self.fits(self.cursor.selected) {
            self.set_filter("");
        }
        if let Some(instance) = self.rows.get(self.cursor.selected) {
            self.folded[place_of(instance.row.kind)] = false;
        }
    }

    /// Whether the local and the remote ones are folded away.
    pub fn folded(&self) -> [bool; 2] {
        self.folded
    }

    /// Folds the groups away that were, and shows the others.
    pub fn fold_as(&mut self, folded: [bool; 2]) {
        self.heading = None;
        self.folded = folded;
    }

    /// Whether a group is folded away.
    pub fn is_folded(&self, kind: InstanceKind) -> bool {
        self.folded[place_of(kind)]
    }

    /// The heading that is selected, of a folded group.
    pub fn selected_heading(&self) -> Option<InstanceKind> {
        self.heading
    }

    /// Folds the group of the selection away, or shows it again.
    pub fn fold(&mut self) {
        if let Some(kind) = self.heading.take() {
            self.folded[place_of(kind)] = false;
            let shown = self.shown();
            let first = shown.into_iter().find(|place| self.rows[*place].row.kind == kind);
            self.select(first.unwrap_or(0));
            return;
        }
        let Some(kind) = self.selected().map(|instance| instance.row.kind) else {
            return;
        };
        self.folded[place_of(kind)] = true;
        self.heading = Some(kind);
    }

    /// Whether headings are shown where there is room for so many lines.
    fn has_headings(&self, height: usize) -> bool {
        let is_there = |kind| self.rows.iter().any(|instance| instance.row.kind == kind);
        let both = KINDS.into_iter().all(is_there);
        self.folded.contains(&true) || both && height >= 5
    }

    /// How many lines the tree wants.
    pub fn wanted_lines(&self) -> usize {
        self.tree(usize::MAX).len()
    }

    /// The lines of the tree in a room of so many lines.
    pub fn tree(&self, height: usize) -> Vec<Branch> {
        let headings = self.has_headings(height);
        let shown = self.shown();
        let mut lines = Vec::with_capacity(shown.len() + 2);
        for kind in KINDS {
            let members = || {
                let places = shown.iter().copied();
                places.filter(|place| self.rows[*place].row.kind == kind)
            };
            let count = members().count();
            if count == 0 {
                continue;
            }
            if headings {
                lines.push(Branch::Heading(kind, count));
            }
            if !self.is_folded(kind) {
                lines.extend(members().map(Branch::Instance));
            }
        }
        lines
    }

    /// Whether a line can be selected: instances, and headings of folded groups.
    fn is_stop(&self, line: Branch) -> bool {
        match line {
            Branch::Heading(kind, _) => self.is_folded(kind),
            Branch::Instance(_) => true,
        }
    }

    /// Which of these lines is selected.
    pub fn selected_line(&self, tree: &[Branch]) -> usize {
        let is_it = |line: &Branch| match (self.heading, line) {
            (Some(heading), Branch::Heading(kind, _)) => heading == *kind,
            (None, Branch::Instance(place)) => *place == self.cursor.selected,
            _ => false,
        };
        tree.iter().position(is_it).unwrap_or(0)
    }

    /// Moves the selection by so many lines that can be selected.
    pub fn step(&mut self, lines: i64) {
        let tree = self.tree(usize::MAX);
        let stops: Vec<Branch> = tree.into_iter().filter(|line| self.is_stop(*line)).collect();
        let mut cursor = Cursor {
            selected: self.selected_line(&stops),
            top: 0,
        };
        cursor.step(lines, stops.len());
        if let Some(line) = stops.get(cursor.selected) {
            self.take(*line);
        }
    }

    /// Selects what stands on this line of the tree; a heading folds its group or shows it again.
    pub fn click(&mut self, line: usize, height: usize) {
        let tree = self.tree(height);
        match tree.get(self.cursor.top + line) {
            Some(Branch::Heading(kind, _)) => {
                self.take(Branch::Heading(*kind, 0));
                if self.is_folded(*kind) {
                    self.fold();
                } else {
                    self.folded[place_of(*kind)] = true;
                }
            }
            Some(branch) => self.take(*branch),
            None => {}
        }
    }

    fn take(&mut self, line: Branch) {
        match line {
            Branch::Heading(kind, _) => self.heading = Some(kind),
            Branch::Instance(place) => {
                self.heading = None;
                self.cursor.selected = place;
                self.holds = true;
            }
        }
    }

    /// Brings the selection into a view of this height.
    pub fn settle(&mut self, height: usize) {
        self.cursor.select(self.cursor.selected, self.rows.len());
        self.leave_hidden();
        if self.heading.is_some_and(|kind| !self.is_folded(kind)) {
            self.heading = None;
        }
        if self.heading.is_none()
            && let Some(instance) = self.selected()
            && self.is_folded(instance.row.kind)
        {
            self.heading = Some(instance.row.kind);
        }
        let tree = self.tree(height);
        let mut lines = Cursor {
            selected: self.selected_line(&tree),
            top: self.cursor.top,
        };
        lines.settle(tree.len(), height);
        // The heading over the first instance comes into view with it.
        if lines.top == 1 && lines.selected < height {
            lines.top = 0;
        }
        self.cursor.top = lines.top;
    }

    /// Takes a new list, keeping the selection on the instance that had it.
    pub fn replace(&mut self, mut rows: Vec<InstanceRow>) {
        rows.sort_by_key(|row| place_of(row.kind));
        let selected = self
            .rows
            .get(self.cursor.selected)
            .map(|instance| instance.row.name.clone());
        let mut before = std::mem::take(&mut self.rows);
        self.rows = rows
            .into_iter()
            .map(|row| {
                let known = before.iter().position(|instance| instance.row.name == row.name);
                let known = known.map(|place| before.swap_remove(place));
                let latency_us = steady(
                    known.as_ref().and_then(|instance| instance.latency_us),
                    row.latency_us,
                );
                Instance {
                    stale: known.as_ref().is_some_and(|instance| instance.stale),
                    pace: known.as_ref().and_then(|instance| instance.pace),
                    changes: known.as_ref().and_then(|instance| instance.changes),
                    history: known.map(|instance| instance.history).unwrap_or_default(),
                    latency_us,
                    row,
                }
            })
            .collect();
        let place = selected.and_then(|name| self.index(name.as_str()));
        self.holds &= place.is_some();
        self.cursor
            .select(place.unwrap_or(self.cursor.selected), self.rows.len());
        self.load = Load::Ready;
    }

    /// Takes what was found out about one, without having looked.
    pub fn update(&mut self, row: InstanceRow) {
        if let Some(instance) = self.get_mut(&row.name) {
            instance.latency_us = steady(instance.latency_us, row.latency_us);
            instance.stale = false;
            instance.row = row;
        }
    }

    /// Takes what a look at one came to.
    pub fn take_look(&mut self, row: InstanceRow, at: Timestamp) {
        let name = row.name.clone();
        let (state, measured, error) = (row.state, row.latency_us, row.error.clone());
        let changes = row.changes;
        self.update(row);
        let Some(instance) = self.get_mut(&name) else {
            return;
        };
        instance.changes = changes.or(instance.changes);
        instance.history.see(at, state, measured.zip(instance.latency_us));
        if let Some(error) = error {
            instance.history.complain(at, &error);
        }
    }

    /// Notes that one could not be looked at; what is known of it stays.
    pub fn note_failure(&mut self, name: &InstanceName, failure: String, at: Timestamp) {
        if let Some(instance) = self.get_mut(name) {
            instance.stale = true;
            instance.history.see(at, InstanceState::Unreachable, None);
            instance.history.complain(at, &failure);
            instance.row.error = Some(failure);
        }
    }

    /// Notes how one is looked at.
    pub fn note_pace(&mut self, name: &InstanceName, pace: Pace) {
        if let Some(instance) = self.get_mut(name) {
            instance.pace = Some(pace);
        }
    }

    fn get_mut(&mut self, name: &InstanceName) -> Option<&mut Instance> {
        self.rows.iter_mut().find(|instance| instance.row.name == *name)
    }
}

/// What to show when `measured` came after `shown`: small changes are noise, and would draw the screen for nothing.
fn steady(shown: Option<u64>, measured: Option<u64>) -> Option<u64> {
    match (shown, measured) {
        (Some(shown), Some(measured)) if measured / 3 <= shown && shown / 3 <= measured => Some(shown),
        (_, measured) => measured,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fake;
    use proptest::prelude::*;

    fn fake_instances() -> Instances {
        let mut instances = Instances::default();
        instances.replace(fake::instances());
        instances
    }

    #[test]
    fn local_ones_come_first_and_headings_only_where_there_is_room() {
        let instances = fake_instances();
        assert_eq!(instances.tree(4).len(), 5);
        let tree = instances.tree(10);
        assert_eq!(tree[0], Branch::Heading(InstanceKind::Local, 3));
        assert_eq!(tree[4], Branch::Heading(InstanceKind::Remote, 2));
    }

    #[test]
    fn no_key_acts_on_an_instance_that_is_folded_away() {
        let mut instances = fake_instances();
        instances.fold();
        assert!(instances.selected().is_none());
        assert_eq!(instances.selected_heading(), Some(InstanceKind::Local));
        instances.step(1);
        assert_eq!(instances.selected_name(), Some(fake::name("museum")));
        instances.step(-1);
        assert!(instances.selected().is_none());
        instances.fold();
        assert_eq!(instances.selected_name(), Some(fake::name("alpha")));
    }

    #[test]
    fn a_chosen_colour_goes_before_that_of_its_place() {
        let mut instances = fake_instances();
        assert_eq!(instances.colour("beta"), Some(1));
        let mut row = instances.get("beta").unwrap().row.clone();
        row.colour = Some(7);
        instances.update(row);
        assert_eq!(instances.colour("beta"), Some(6));
    }

    #[test]
    fn what_the_filter_hides_is_not_selected_and_whoever_is_named_is_shown() {
        let mut instances = fake_instances();
        instances.set_filter("kind:remote");
        instances.settle(10);
        assert_eq!(instances.selected_name(), Some(fake::name("museum")));
        assert_eq!(instances.shown().len(), 2);
        instances.step(5);
        assert_eq!(
            instances.selected_name(),
            Some(instances.rows[4].row.name.clone())
        );
        instances.set_filter("nobody");
        instances.settle(10);
        assert!(instances.selected().is_none() && instances.tree(10).is_empty());
        instances.select(0);
        assert_eq!(instances.selected_name(), Some(fake::name("alpha")));
        assert!(instances.filter().is_empty());
    }

    #[test]
    fn what_is_selected_stays_selected_when_it_is_not_what_was_filtered_by_any_more() {
        let mut instances = fake_instances();
        instances.set_filter("state:up");
        instances.settle(10);
        assert_eq!(instances.selected_name(), Some(fake::name("alpha")));
        let mut row = instances.get("alpha").unwrap().row.clone();
        row.state = InstanceState::Unreachable;
        instances.update(row);
        instances.settle(10);
        assert_eq!(instances.selected_name(), Some(fake::name("alpha")));
        instances.step(1);
        instances.settle(10);
        assert_eq!(instances.selected_name(), Some(fake::name("beta")));
        assert_eq!(instances.shown().len(), 1, "once it is left it is hidden");
    }

    proptest! {
        #[test]
        fn what_is_selected_is_always_visible(
            acts in prop::collection::vec((0u8..5, -8i64..8), 0..30),
            height in 1usize..12,
        ) {
            let mut instances = fake_instances();
            for (act, number) in acts {
                match act {
                    0 => instances.step(number),
                    1 => instances.fold(),
                    2 => instances.select(number.unsigned_abs() as usize),
                    3 => instances.set_filter(["", "a", "kind:remote", "nobody"][number.unsigned_abs() as usize % 4]),
                    _ => instances.click(number.unsigned_abs() as usize, height),
                }
                instances.settle(height);
                let tree = instances.tree(height);
                let line = instances.selected_line(&tree);
                prop_assert!(instances.cursor.top <= line && line < instances.cursor.top + height);
                match instances.selected() {
                    Some(instance) => prop_assert!(!instances.is_folded(instance.row.kind)),
                    None => prop_assert!(instances.selected_heading().is_some() || tree.is_empty()),
                }
            }
        }
    }
}
