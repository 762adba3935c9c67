//! The headings of the lists in the panes: which column stands where, and by which one sorts. What draws a list and what
//! takes a click on a heading both go by this.

use super::instance_line::InstanceLine;
use super::log_line::LogLine;
use crate::tui::layout::has_headings;
use crate::tui::state::{Branch, Pane, State};
use crate::tui::widgets::draw::width;
use crate::tui::widgets::table::{Column, fitted, widths};
use crate::workspace::{CredentialColumn, InstanceColumn, LogColumn, SortColumn, Sorting};

/// Columns of recent looks at an instance.
pub const LOOKS: u16 = 8;
/// Cells of the bar beside a duration.
pub const BAR: u16 = 6;

const INSTANCES: [(Option<InstanceColumn>, Column); 9] = {
    use InstanceColumn::{Endpoint, Name, Pointers, State, Trip, Trouble, Version};
    [
        (None, Column::fixed("", 1, 0)),
        (Some(Name), Column::growing("name", 9, 2, 0).of_names()),
        (Some(State), Column::fixed("state", 11, 0)),
        (Some(Trip), Column::fixed("trip", 7, 1).right()),
        (None, Column::fixed("looks", LOOKS, 2)),
        (Some(Pointers), Column::fixed("pointers", 9, 3).right()),
        (Some(Version), Column::fixed("version", 7, 5)),
        (Some(Trouble), Column::growing("last trouble", 18, 3, 4)),
        (Some(Endpoint), Column::growing("endpoint", 15, 1, 6)),
    ]
};

const CREDENTIALS: [(Option<CredentialColumn>, Column); 7] = {
    use CredentialColumn::{Attention, Instance, LastUsed, Lease, Name, Side, State};
    [
        (Some(Attention), Column::fixed("", 1, 0)),
        (Some(Name), Column::growing("name", 18, 3, 0).of_names()),
        (Some(Side), Column::fixed("side", 6, 1)),
        (Some(Instance), Column::growing("instance", 7, 1, 2).of_names()),
        (Some(State), Column::fixed("state", 9, 0)),
        (Some(LastUsed), Column::fixed("last used", 11, 4)),
        (Some(Lease), Column::fixed("lease", 11, 5)),
    ]
};

const LOG: [(Option<LogColumn>, Column); 11] = {
    use LogColumn::{Action, Instance, Note, Outcome, Pointer, Route, Size, Time, Took};
    [
        (Some(Time), Column::fixed("time", 11, 2)),
        (None, Column::fixed("", 3, 0)),
        (Some(Instance), Column::growing("instance", 8, 1, 0).of_names()),
        (Some(Action), Column::growing("action", 16, 3, 0)),
        (Some(Route), Column::fixed("route", 10, 1)),
        (Some(Outcome), Column::growing("outcome", 8, 2, 3)),
        (Some(Pointer), Column::fixed("pointer", 16, 4)),
        (Some(Note), Column::growing("note", 8, 3, 7)),
        (Some(Size), Column::fixed("size", 8, 6).right()),
        (Some(Took), Column::fixed("took", 9, 0).right()),
        (None, Column::fixed("", BAR, 5)),
    ]
};

/// The columns of a pane's list with what is sorted by marked, each with the heading under which it can be sorted by;
/// where it has none to be read, with that of what it shows.
pub fn headings(state: &State, pane: Pane) -> Vec<(&'static str, Column)> {
    match pane {
        Pane::Instances => marked(&INSTANCES, state.instances.sorting),
        Pane::Credentials => marked(&CREDENTIALS, state.credentials.sorting()),
        Pane::Log => marked(&LOG, state.log.sorting),
        Pane::Pointers => {
            let chosen = state.pointers.columns.table(state.pointers.merged);
            chosen
                .iter()
                .map(|(kind, column)| (kind.title(), *column))
                .collect()
        }
    }
}

/// The columns alone.
pub fn columns(state: &State, pane: Pane) -> Vec<Column> {
    headings(state, pane).iter().map(|(_, column)| *column).collect()
}

fn marked<C: SortColumn>(
    columns: &[(Option<C>, Column)],
    sorting: Option<Sorting<C>>,
) -> Vec<(&'static str, Column)> {
    let mark = |(by, column): &(Option<C>, Column)| {
        let sorted = sorting.filter(|sorting| *by == Some(sorting.by));
        let column = Column {
            sorted: sorted.map(|sorting| sorting.descending),
            ..*column
        };
        (by.map_or(column.title, SortColumn::title), column)
    };
    columns.iter().map(mark).collect()
}

/// The pane and the column whose heading stands at this place of the screen.
pub fn heading_at(state: &State, x: u16, y: u16) -> Option<(Pane, &'static str)> {
    let layout = state.layout();
    let pane = layout.pane_at(x, y)?;
    let inner = layout.inner(pane);
    if y != inner.y || !has_headings(inner) || is_empty(state, pane) {
        return None;
    }
    let headings = headings(state, pane);
    let columns: Vec<Column> = headings.iter().map(|(_, column)| *column).collect();
    let room = inner.width.saturating_sub(2);
    let widths = match pane {
        Pane::Instances => fitted(&columns, &needs_of_instances(state), room),
        Pane::Pointers => widths(&columns, room),
        Pane::Credentials => fitted(&columns, &needs_of_credentials(state), room),
        Pane::Log => fitted(&columns, &needs_of_log(state), room),
    };
    let mut left = inner.x + 1;
    for ((name, _), wide) in headings.into_iter().zip(widths) {
        if wide > 0 {
            if (left..left + wide).contains(&x) {
                return (!name.is_empty()).then_some((pane, name));
            }
            left += wide + 1;
        }
    }
    None
}

fn is_empty(state: &State, pane: Pane) -> bool {
    match pane {
        Pane::Instances => state.instances.shown().is_empty(),
        Pane::Pointers => state.pointers.total == 0,
        Pane::Credentials => state.credentials.is_empty(),
        Pane::Log => state.log.shown() == 0,
    }
}

/// The widest that stands in each column of the instances right now.
fn needs_of_instances(state: &State) -> [u16; INSTANCES.len()] {
    let list = &state.instances;
    let height = usize::from(state.layout().rows(Pane::Instances).height);
    let tree = list.tree(height);
    let lines = tree.iter().skip(list.cursor.top).take(height);
    let instances = lines.filter_map(|line| match line {
        Branch::Instance(place) => list.rows.get(*place),
        Branch::Heading(..) => None,
    });
    widest(instances.map(|instance| InstanceLine::of(state, instance).needs()))
}

/// Those of the credentials, of which only names differ in what they need: all other columns always have something.
fn needs_of_credentials(state: &State) -> [u16; CREDENTIALS.len()] {
    let list = &state.credentials;
    let height = usize::from(state.layout().rows(Pane::Credentials).height);
    let rows =
        (list.cursor.top..list.len().min(list.cursor.top + height)).filter_map(|place| list.get(place));
    widest(rows.map(|row| [1, width(&row.name), 1, width(&row.instance), 1, 1, 1]))
}

/// Those of the log.
fn needs_of_log(state: &State) -> [u16; LOG.len()] {
    let list = &state.log;
    let height = u64::from(state.layout().rows(Pane::Log).height);
    let rows = list.top..list.shown().min(list.top + height);
    let lines = rows.filter_map(|index| list.row(index));
    widest(lines.map(|row| LogLine::of(state, row).needs()))
}

fn widest<const COLUMNS: usize>(lines: impl Iterator<Item = [u16; COLUMNS]>) -> [u16; COLUMNS] {
    lines.fold([0; COLUMNS], |widest, needs| {
        std::array::from_fn(|place| widest[place].max(needs[place]))
    })
}
