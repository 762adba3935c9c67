//! Writing queries, sending them again, and looking at what came.

use super::super::begin::begin;
use super::super::concerned::{concerned_line, concerned_row, on_instance, target};
use super::super::edit_again::edit_entry;
use super::moving::open;
use super::refusing::refuse;
use crate::command::{Id, Scope};
use crate::model::InstanceName;
use crate::tui::composer;
use crate::tui::effect::{Consent, Effect, Work};
use crate::tui::layers::{InvokePage, Layer};
use crate::tui::livetest::{self, Source};
use crate::tui::state::{Level, State};
use crate::workspace::only_reads;

/// Among so many of the newest lines marks are looked for.
const MARKS_LOOKED_AT: u64 = 2_000;

pub(super) fn compose(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    on_instance(state, None, |state, name| match argument {
        Some(text) => composer::send_text(state, name, text),
        None => open_composer(state, name),
    })
}

/// On a pointer's page, the composer begins with that pointer.
fn open_composer(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let open = match state.layers.last() {
        Some(Layer::Pointer(page)) => page
            .pointer()
            .map(|pointer| (page.instance.clone(), pointer.clone(), page.leads_to().cloned())),
        _ => None,
    };
    match open {
        Some((instance, pointer, peer)) => composer::open_pointer(state, instance, &pointer, peer),
        None => composer::open(state, name),
    }
}

/// Opens the composer with the query of a line of the log. It may have to be fetched first: then its page stands until
/// it is there.
pub(super) fn edit_again(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    if !matches!(state.layers.last(), Some(Layer::Invoke(_))) {
        effects = open(state);
    }
    let Some(Layer::Invoke(page)) = state.layers.last_mut() else {
        return effects;
    };
    match page.entry.clone() {
        Some(entry) => edit_entry(state, &entry),
        None => {
            page.edits = true;
            effects
        }
    }
}

/// Sends a line of the log again, as a new line.
pub(super) fn repeat(state: &mut State) -> Vec<Effect> {
    again(state, "not sent again", Work::Replay)
}

/// Sends what a line of the log asked, one way or another.
fn again(state: &mut State, not: &str, work: fn(u64, Consent) -> Work) -> Vec<Effect> {
    let Some(id) = concerned_line(state) else {
        return Vec::new();
    };
    if state.read_only {
        let row = concerned_row(state).filter(|row| row.id == id);
        let action = row.map_or("a query that is not known yet", |row| row.action.as_str());
        if !only_reads(action) {
            let action = action.to_owned();
            return refuse(state, not, &action);
        }
    }
    vec![begin(state, work(id, Consent::Unasked))]
}

/// Loads the pointer that is open or selected, or what the line of the log asked.
pub(super) fn live_test(state: &mut State) -> Vec<Effect> {
    let on_log = matches!(state.scopes()[0], Scope::Log | Scope::InvokePage);
    let source = if on_log {
        concerned_line(state).map(Source::Line)
    } else {
        target(state).map(|(instance, address)| Source::Pointer(instance, address))
    };
    source.map_or(Vec::new(), |source| livetest::open(state, source))
}

pub(super) fn on_tab(state: &mut State, change: impl FnOnce(&mut InvokePage)) -> Vec<Effect> {
    if let Some(Layer::Invoke(page)) = state.layers.last_mut() {
        change(page);
    }
    Vec::new()
}

/// Puts two invokes beside each other: the one that is named or was chosen before, and this one.
pub(super) fn compare(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let Some(id) = concerned_line(state) else {
        return Vec::new();
    };
    let named = argument.map(|text| text.trim().trim_start_matches('#').parse::<u64>());
    if let Some(Err(_)) = named {
        state.report(
            Level::Bad,
            "that is no number of a line",
            "for example :compare 12",
        );
        return Vec::new();
    }
    let other = named.and_then(Result::ok).or(state.compare_with);
    let pair = match other.filter(|other| *other != id) {
        Some(other) => Some((other, id)),
        None => marked_pair(state, id),
    };
    match pair {
        Some((one, other)) => {
            state.compare_with = None;
            vec![begin(state, Work::Compare(one, other))]
        }
        None => {
            state.compare_with = Some(id);
            let text = format!("#{id} is one side of a comparison");
            let remedy = format!(
                "press {} on the other one; {} compares direct and through",
                state.key_for(Id::CompareInvokes),
                state.key_for(Id::CompareDirect)
            );
            state.report(Level::Info, text, remedy);
            Vec::new()
        }
    }
}

/// The two lines that are marked, or the one that is and this one; of those that were fetched so far.
fn marked_pair(state: &State, id: u64) -> Option<(u64, u64)> {
    let rows = (0..state.log.shown().min(MARKS_LOOKED_AT)).filter_map(|index| state.log.row(index));
    let mut marked: Vec<u64> = rows.filter(|row| row.marked).map(|row| row.id).collect();
    marked.sort_unstable();
    match marked.as_slice() {
        [one, other] => Some((*one, *other)),
        [one] if *one != id => Some((*one, id)),
        _ => None,
    }
}

pub(super) fn compare_direct(state: &mut State) -> Vec<Effect> {
    again(state, "not compared", Work::CompareDirect)
}
