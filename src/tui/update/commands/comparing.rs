//! Putting two invokes beside each other, and going on from there.

use super::super::begin::begin;
use super::super::concerned::concerned_line;
use super::super::on_top::push_menu;
use super::super::pages::open_invoke_page;
use super::invokes::again;
use crate::command::Id;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Half, Item, Layer};
use crate::tui::state::{Level, State};

/// Among so many of the newest lines marks are looked for.
const MARKS_LOOKED_AT: u64 = 2_000;

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

/// Opens the one of two that is named, or that the selected line is about. Where that is both, lets one be chosen.
pub(super) fn open_side(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let Some(Layer::Difference(page)) = state.layers.last() else {
        return Vec::new();
    };
    let Some(row) = page.selected() else {
        return Vec::new();
    };
    let named = argument.map(str::trim);
    let half = match named {
        Some(word) => Half::ALL.into_iter().find(|half| half.word() == word),
        None => row.half,
    };
    if let Some(half) = half {
        let (id, tab) = (half.of(&page.comparison).id, row.tab);
        return open_invoke_page(state, id, tab);
    }
    if named.is_some() {
        state.report(Level::Warn, "which of the two?", "take one of first, second");
        return Vec::new();
    }
    let items = Half::ALL.into_iter().zip(['1', '2']).map(|(half, key)| {
        let row = half.of(&page.comparison);
        let doc = format!("#{} {} on {}", row.id, row.action, row.instance);
        let title = half.title(page.added_us.is_some());
        Item::run(key, title, doc, Id::OpenSide, Some(half.word()))
    });
    let items = items.collect();
    push_menu(state, "Open which of the two?".to_owned(), items)
}
