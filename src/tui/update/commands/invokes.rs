//! Writing queries, sending them again, and looking at what came.

use super::super::begin::begin;
use super::on_instance;
use crate::command::{Id, Scope};
use crate::model::InstanceName;
use crate::tui::composer::{self, Followed};
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{InvokePage, Layer};
use crate::tui::livetest::{self, Source};
use crate::tui::state::{Level, State};
use crate::workspace::{LogEntry, LogKind};

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
        effects = super::moving::open(state);
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

/// Opens the composer with the query of this line.
pub fn edit_entry(state: &mut State, entry: &LogEntry) -> Vec<Effect> {
    let name = InstanceName::parse(&entry.row.instance).ok();
    let Some(name) = name.filter(|name| state.instances.get(name.as_str()).is_some()) else {
        let text = format!("{} is not in this home any more", entry.row.instance);
        let key = state.key_for(Id::Compose);
        let remedy = format!("open the composer with {key} and paste the query");
        state.report(Level::Warn, text, remedy);
        return Vec::new();
    };
    match (&entry.row.pointer, entry.row.kind) {
        // What the peer was asked is no question for the instance that has the pointer.
        (Some(pointer), LogKind::Call) => {
            let call = Followed {
                through: name,
                route: entry.row.route,
                query: entry.query.clone(),
            };
            composer::open_call(state, call, pointer.clone())
        }
        _ => composer::open_query(state, name, &entry.query),
    }
}

/// Sends a line of the log again, as a new line.
pub(super) fn repeat(state: &mut State) -> Vec<Effect> {
    match super::log::concerned(state) {
        Some(id) => vec![begin(state, Work::Replay(id))],
        None => Vec::new(),
    }
}

/// Loads the pointer that is open or selected, or what the line of the log asked.
pub(super) fn live_test(state: &mut State) -> Vec<Effect> {
    let on_log = matches!(state.scopes()[0], Scope::Log | Scope::InvokePage);
    let source = if on_log {
        super::log::concerned(state).map(Source::Line)
    } else {
        super::target(state).map(|(instance, address)| Source::Pointer(instance, address))
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
    let Some(id) = super::log::concerned(state) else {
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
    match super::log::concerned(state) {
        Some(id) => vec![begin(state, Work::CompareDirect(id))],
        None => Vec::new(),
    }
}
