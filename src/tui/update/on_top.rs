//! A layer comes on top of what is there.

use crate::tui::effect::Effect;
use crate::tui::layers::{Form, Item, Layer, Menu};
use crate::tui::state::State;

/// A layer.
pub fn push(state: &mut State, layer: Layer) -> Vec<Effect> {
    state.layers.push(layer);
    Vec::new()
}

/// A choice among these, of which the first is selected.
pub fn push_menu(state: &mut State, title: String, items: Vec<Item>) -> Vec<Effect> {
    let menu = Menu {
        title,
        about: Vec::new(),
        items,
        selected: 0,
    };
    push(state, Layer::Menu(menu))
}

/// A form, which may offer the names of the instances.
pub fn push_form(state: &mut State, form: impl FnOnce(&[String]) -> Form) -> Vec<Effect> {
    let names: Vec<String> = state
        .instances
        .rows
        .iter()
        .map(|instance| instance.row.name.to_string())
        .collect();
    let form = form(&names);
    push(state, Layer::Form(Box::new(form)))
}
