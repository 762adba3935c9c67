//! The command that sorts the list which has the focus.

use super::super::on_top::{push, push_menu};
use super::super::sorting::{self, words};
use crate::command::Id;
use crate::tui::content::headings;
use crate::tui::effect::Effect;
use crate::tui::layers::{ColumnsWindow, Item, Layer, item_keys};
use crate::tui::state::{Pane, State};

/// The word for how a list comes by itself.
pub const UNSORTED: &str = "none";

/// Sorts by what is named, `desc` or `asc` behind it, or lets it be chosen.
pub fn sort(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let pane = state.focus;
    let Some(argument) = argument.map(str::trim) else {
        return choose(state, pane);
    };
    if argument == UNSORTED {
        return sorting::unsort(state, pane);
    }
    let (name, direction) = argument.rsplit_once([' ', ':']).unwrap_or((argument, ""));
    match direction {
        "desc" => sorting::sort(state, pane, name.trim(), Some(true)),
        "asc" => sorting::sort(state, pane, name.trim(), Some(false)),
        // A heading of two words.
        _ => sorting::sort(state, pane, argument, None),
    }
}

/// The columns to choose from, those of the pointers in their window.
fn choose(state: &mut State, pane: Pane) -> Vec<Effect> {
    let comes = match pane {
        Pane::Pointers => return push(state, Layer::Columns(ColumnsWindow::default())),
        Pane::Instances => "by name",
        Pane::Credentials => "those that this home holds, then those of each instance",
        Pane::Log => "newest first, and followed",
    };
    let mut keys = item_keys();
    let mut items = vec![Item::run('0', "as it comes", comes, Id::Sort, Some(UNSORTED))];
    let mut selected = 0;
    let headings = headings(state, pane);
    for name in words(pane) {
        let heading = headings.iter().find(|(known, _)| *known == name);
        let doc = match heading.and_then(|(_, column)| column.sorted) {
            Some(true) => "so it is, the greatest first: again turns it round",
            Some(false) => "so it is, the smallest first: again turns it round",
            None => "",
        };
        if !doc.is_empty() {
            selected = items.len();
        }
        items.push(Item::run(
            keys.next().unwrap_or(' '),
            name,
            doc,
            Id::Sort,
            Some(name),
        ));
    }
    let title = format!("Sort the {} by", pane.title().to_lowercase());
    let effects = push_menu(state, title, items);
    if let Some(Layer::Menu(menu)) = state.layers.last_mut() {
        menu.selected = selected;
    }
    effects
}
